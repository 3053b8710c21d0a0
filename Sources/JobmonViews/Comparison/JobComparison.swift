package import JobmonCore

/// What sets jobs that failed in one way apart from the jobs of their queue that worked.
///
/// Each side is thinned by itself if it is large, so that a rare failure is compared in full however large its queue
/// is: Fisher's exact test allows that. Jobs that failed in another way are on neither side. Values are counted in SQL:
/// only counts leave the ledger, and it is the same with a monitor and without.
///
/// The number of the attempt is not compared: a job is FAILED only when it has no attempt left, so it would always be
/// striking.
package struct JobComparison: Sendable {
    let reading: any LedgerReading
    let queue: String
    let failure: Failure
    /// Only what this failed job has is returned; nil: everything.
    var job: Int64?
    var bounds = Bounds()

    /// The way in which the latest attempts of jobs failed.
    enum Failure: Sendable, Equatable {
        /// With an error of the group of this number.
        case group(Int64)
        /// For this cause: for errors that are in no group yet.
        case cause(Cause?)
    }

    /// How much is read.
    struct Bounds: Sendable, Equatable {
        /// Jobs that are compared on each side, about. More would hardly show more, and take longer.
        var compared = 2_500
        /// Jobs that are looked at to find them, on each side.
        var examined = 60_000
    }

    /// Differences that are returned.
    static let mostDifferences = 5
    /// Values that leave the ledger; those of the job, and the most striking, come first.
    private static let mostValues = 500
    /// Characters of a value that is compared.
    private static let longestValue = 512
    private static let limits = QueryLimits(rows: 1000, seconds: 10)

    /// The comparison of a failed job; nil if it is not FAILED, belongs to no queue or is forgotten.
    package static func of(_ job: JobRecord, in reading: any LedgerReading) async throws(Problem) -> JobComparison? {
        guard job.status == .failed, job.forgotten == nil, let queue = job.queue, let last = job.instances.last else {
            return nil
        }
        let rows = try await reading.query(
            "SELECT signature_id FROM error WHERE job_instance_id = \(last.jobInstanceID)", limits: limits
        ).rows
        let group = rows.first?.first?.integer
        let failure = group.map { Failure.group($0) } ?? Failure.cause(last.cause)
        return JobComparison(reading: reading, queue: queue, failure: failure, job: job.jid)
    }

    /// The comparison of the jobs of a group of errors; nil if none of them is FAILED and in a queue.
    /// - Parameter queue: nil: the queue in which most of them are.
    package static func of(
        group: Int64, queue: String?, in reading: any LedgerReading
    ) async throws(Problem) -> JobComparison? {
        if let queue { return JobComparison(reading: reading, queue: queue, failure: .group(group)) }
        let rows = try await reading.query(ComparedJobs.queue(ofGroup: group, bounds: Bounds()), limits: limits).rows
        guard case .string(let queue)? = rows.first?.first else { return nil }
        return JobComparison(reading: reading, queue: queue, failure: .group(group))
    }

    /// The differences that chance does not explain, the clearest first.
    package func differences() async throws(Problem) -> [Concentration] {
        let sizes = try await reading.query(ComparedJobs.sizes(queue, failure), limits: Self.limits).rows
        guard let counts = sizes.first.flatMap({ ComparedJobs.Counts($0) }), counts.failed > 0, counts.worked > 0 else {
            return []
        }
        let jobs = ComparedJobs(queue: queue, failure: failure, job: job, bounds: bounds, counts: counts)
        let values = try await reading.query(sql(jobs), limits: Self.limits).rows.compactMap { ComparedValue($0) }
        var striking = Concentration.striking(values.map(\.concentration), of: values.first?.compared)
        if job != nil {
            let own = Set(values.filter(\.isOwn).map(\.concentration.property))
            striking = striking.filter { own.contains($0.property) }
        }
        return Array(striking.prefix(Self.mostDifferences))
    }

    /// Counts the values of both sides: a row for each that at least two of the failed jobs have, in the form that
    /// `ComparedValue` reads. One job alone is no pattern, however rare failures are.
    private func sql(_ jobs: ComparedJobs) -> String {
        // The hour is that of the first attempt: jobs that failed are often tried again when all others are over.
        let columns = """
            j.params, json_extract(j.resources, '$.memory') AS memory, i.host, i.scheduler_queue,
            substr(CASE i.retry_number WHEN 0 THEN i.started_date ELSE (
                    SELECT f.started_date FROM job_instance f WHERE f.jid = j.jid AND f.retry_number = 0)
                END, 1, 13) AS hour
            """
        let places = ComparedValue.Place.allCases.map { place in
            """
            UNION ALL SELECT \(place.rawValue), '', '', \(place.column), sum(failed), count(*), max(own)
            FROM sample WHERE \(place.column) IS NOT NULL GROUP BY \(place.column)
            """
        }
        return """
            WITH sample AS MATERIALIZED (
                SELECT 1 AS failed, j.jid = \(job ?? 0) AS own, \(columns) FROM \(jobs.failed)
                UNION ALL SELECT 0, 0, \(columns) FROM \(jobs.worked)),
            property (place, type, name, value, failed, held, own) AS (
                SELECT 0, p.type, p.key, p.value, sum(s.failed), count(*), max(s.own)
                FROM sample s CROSS JOIN json_each(s.params) p
                WHERE coalesce(length(p.value), 0) <= \(Self.longestValue) GROUP BY p.value, p.key, p.type
                \(places.joined(separator: "\n")))
            SELECT v.place, v.type, v.name, v.value, v.failed, v.held - v.failed, v.own, v.compared,
                t.failed, t.jobs - t.failed
            FROM (SELECT *, count(*) OVER () AS compared FROM property WHERE held > 1) v,
                (SELECT sum(failed) AS failed, count(*) AS jobs FROM sample) t
            WHERE v.failed > 1
            ORDER BY v.own DESC, v.failed * t.jobs - v.held * t.failed DESC, v.place, v.name, v.value, v.type
            LIMIT \(Self.mostValues)
            """
    }
}
