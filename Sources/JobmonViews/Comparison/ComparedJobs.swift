import JobmonCore

/// Which jobs a comparison reads, as SQL. Indexes are named, since SQLite can't know how many jobs a queue or a status
/// has: with a million jobs that is the difference between a millisecond and a second.
struct ComparedJobs {
    let queue: String
    let failure: JobComparison.Failure
    /// A failed job that is always among them.
    let job: Int64?
    let bounds: JobComparison.Bounds
    let counts: Counts

    /// The sizes of what is searched.
    struct Counts: Equatable {
        /// Jobs of the queue, those of them that are FAILED, and those that are COMPLETE.
        var inQueue: Int
        var failed: Int
        var worked: Int
        /// The same of all queues.
        var allFailed: Int
        var allWorked: Int
        /// The lowest and the highest number of a job of the queue.
        var low: Int
        var high: Int
        /// Jobs that have an error of the group.
        var grouped: Int
    }

    // MARK: The two sides

    /// The jobs that failed so: what follows `FROM`, with `j` and its latest instance `i`.
    var failed: String {
        switch failure {
        case .group(let number):
            let step = step(most: min(counts.grouped, counts.failed), of: counts.grouped)
            return """
                job j NOT INDEXED \(Self.latest)
                WHERE j.jid IN (SELECT jid FROM error INDEXED BY error_by_group
                        WHERE signature_id = \(number) AND \(part("jid", step)))
                    AND \(have(.failed)) AND EXISTS (
                        SELECT 1 FROM error e
                        WHERE e.job_instance_id = j.latest_instance_id AND +e.signature_id = \(number))
                """
        case .cause(let cause):
            let index = index(of: .failed)
            let wanted = cause.map { SQLText.quoted($0.rawValue) } ?? "NULL"
            return """
                job j INDEXED BY \(index.name) \(Self.latest)
                WHERE \(part("j.jid", step(most: counts.failed, of: index.entries))) AND \(have(.failed))
                    AND i.cause IS \(wanted)
                """
        }
    }

    /// The jobs that worked, in the same form.
    var worked: String {
        let index = index(of: .complete)
        let step = step(most: counts.worked, of: index.entries)
        let range = counts.high - counts.low + 1
        let probes = min(bounds.examined, Self.parts(bounds.compared * range, of: counts.worked))
        // An entry of an index costs about a tenth of a job that is looked up. With more probes than a number in four,
        // many would meet the same job.
        guard probes < index.entries / 10 + index.entries / step, 4 * probes <= range else {
            return """
                job j INDEXED BY \(index.name) \(Self.latest) WHERE \(part("j.jid", step)) AND \(have(.complete))
                """
        }
        return """
            job j NOT INDEXED \(Self.latest)
            WHERE j.jid IN (\(Self.scattered(probes, from: counts.low, range: range))) AND \(have(.complete))
            """
    }

    private static let latest = "LEFT JOIN job_instance i ON i.job_instance_id = j.latest_instance_id"

    private func have(_ status: Status) -> String {
        "j.queue = \(SQLText.quoted(queue)) AND j.status = \(status.rawValue) AND j.forgotten IS NULL"
    }

    /// The index with fewer jobs to look through.
    private func index(of status: Status) -> (name: String, entries: Int) {
        let all = status == .failed ? counts.allFailed : counts.allWorked
        return all < counts.inQueue ? ("job_by_status", all) : ("job_by_queue", counts.inQueue)
    }

    // MARK: Parts

    /// One of so many jobs is taken.
    /// - Parameters:
    ///   - most: jobs that may be compared.
    ///   - entries: jobs that would be looked at to find them.
    private func step(most: Int, of entries: Int) -> Int {
        max(1, Self.parts(most, of: bounds.compared), Self.parts(entries, of: bounds.examined))
    }

    private func part(_ jid: String, _ step: Int) -> String {
        guard step > 1 else { return "TRUE" }
        let own = job.map { " OR \(jid) = \($0)" } ?? ""
        return "(\(Self.isTaken(jid, String(step)))\(own))"
    }

    /// Takes one job of `step`, by a hash of its number: the order in which jobs were queued has the grid of their
    /// params in it.
    private static func isTaken(_ jid: String, _ step: String) -> String {
        "\(jid) * 2654435761 % 4294967291 % \(step) = 0"
    }

    /// Numbers in a range, the same each time: of a linear congruential generator, which hits no grid either.
    private static func scattered(_ count: Int, from low: Int, range: Int) -> String {
        """
        WITH RECURSIVE probe (i, r) AS (
            SELECT 1, 1 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) & 2147483647 FROM probe WHERE i < \(count))
        SELECT \(low) + (r * \(range) >> 31) FROM probe
        """
    }

    private static func parts(_ all: Int, of size: Int) -> Int { (all + size - 1) / max(1, size) }
}

// MARK: - Sizes

extension ComparedJobs {
    /// A query for one row, which `Counts` reads.
    static func sizes(_ queue: String, _ failure: JobComparison.Failure) -> String {
        let queue = SQLText.quoted(queue)
        func tally(_ condition: String) -> String { "(SELECT coalesce(sum(count), 0) FROM tally WHERE \(condition))" }
        func end(_ order: String) -> String {
            "(SELECT jid FROM job INDEXED BY job_by_queue WHERE queue = \(queue) ORDER BY jid \(order) LIMIT 1)"
        }
        var grouped = "0"
        if case .group(let number) = failure { grouped = "(SELECT count(*) FROM (\(jobs(ofGroup: number))))" }
        let columns = [
            tally("queue = \(queue) AND what > 0"), tally("queue = \(queue) AND what = \(Status.failed.rawValue)"),
            tally("queue = \(queue) AND what = \(Status.complete.rawValue)"),
            tally("what = \(Status.failed.rawValue)"), tally("what = \(Status.complete.rawValue)"),
            end("ASC"), end("DESC"), grouped,
        ]
        return "SELECT \(columns.joined(separator: ", "))"
    }

    /// A query for the queue in which most failed jobs of a group are, as a sample of them shows.
    static func queue(ofGroup number: Int64, bounds: JobComparison.Bounds) -> String {
        let jobs = jobs(ofGroup: number)
        let step = "(SELECT 1 + count(*) / \(bounds.compared) FROM (\(jobs)))"
        return """
            SELECT j.queue FROM job j NOT INDEXED
            WHERE j.jid IN (SELECT jid FROM (\(jobs)) WHERE \(isTaken("jid", step)))
                AND j.status = \(Status.failed.rawValue) AND j.queue IS NOT NULL AND j.forgotten IS NULL
            GROUP BY j.queue ORDER BY count(*) DESC, j.queue LIMIT 1
            """
    }

    private static func jobs(ofGroup number: Int64) -> String {
        "SELECT DISTINCT jid FROM error INDEXED BY error_by_group WHERE signature_id = \(number)"
    }
}

extension ComparedJobs.Counts {
    /// - Parameter row: the columns of `sizes`, in the order of the members.
    init?(_ row: [JSON]) {
        let numbers = row.map { Int($0.integer ?? 0) }
        guard numbers.count == 8 else { return nil }
        self.init(
            inQueue: numbers[0], failed: numbers[1], worked: numbers[2], allFailed: numbers[3], allWorked: numbers[4],
            low: numbers[5], high: numbers[6], grouped: numbers[7])
    }
}
