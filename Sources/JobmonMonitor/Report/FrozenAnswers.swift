import JobmonCore
import JobmonViews
import JobmonWire

/// The answers of a report: asks the questions that the page would ask, and packs what is answered. `frozen.js` reads
/// them.
struct FrozenAnswers {
    /// Questions with their answers, which are packed together.
    private typealias Answers = [(question: String, answer: [UInt8])]

    private let source: ReportSource
    private let reading: any ViewReading
    private var budget: ReportBudget
    /// In gzip and base64. The first, with what the report is of and where each answer is, comes last.
    private var parts: [[UInt8]] = []
    private var places = JSONObject()
    private var filters: [JSON] = []
    private var numbers = JSONObject()

    /// Characters of a text in a list, and in the answer of a job.
    private static let shortText = 2000
    private static let longText = 16000
    /// Steps of the timeline: it can be zoomed by whole ones.
    private static let timelineSteps = 500
    /// Jobs that are packed, and unpacked, together.
    private static let jobsTogether = 25

    /// - Parameter used: bytes that the report has beside its answers.
    /// - Returns: the parts, the first of which is read first.
    static func packed(
        of source: ReportSource, reading: any ViewReading, used: Int
    ) async throws(Problem) -> [[UInt8]] {
        // Packed as the answer to the question without it.
        let overview = try await reading.view(.overview, PageReport.wholeOverview)
        let read = try json(overview)
        var answers = FrozenAnswers(
            source: source, reading: reading,
            budget: ReportBudget(jobs: read.member("total").count, used: used + (try pack(overview)).count))
        try await answers.ask(ReportPlan(read), total: read.member("total").count)
        let first = try answers.contents(overview, made: read.member("now"))
        return [first] + answers.parts
    }

    private init(source: ReportSource, reading: any ViewReading, budget: ReportBudget) {
        self.source = source
        self.reading = reading
        self.budget = budget
    }

    /// The most important first: what comes last is left out if there is no room.
    private mutating func ask(_ plan: ReportPlan, total: Int) async throws(Problem) {
        filters.append(["filter": "", "label": "all jobs", "jobs": .int(Int64(total))])
        let whole = QueryString()
        _ = try add([try await mosaic(whole, .status)], for: .view)
        try await noteNumbers(whole, jobs: total)
        let slowest = try await rows(whole, "-time", ReportPlan.listedSlowest)
        var lists = [slowest, try await rows(whole, "jid", ReportPlan.listed)]
        var failed: [JSON] = []
        if let filter = plan.statuses.first, filter.label == "failed" {
            let list = try await rows(filter.query, "-end", ReportPlan.listedFailed)
            failed = list.answer.member("rows").elements
            lists.append(list)
        }
        _ = try add([together(lists.map { ($0.question, $0.answer.bytes) })], for: .list, count: lists.count)
        try await addViews()
        for colour in MosaicColour.allCases where colour != .status {
            _ = try add([try await mosaic(whole, colour)], for: .colour)
        }
        for filter in plan.statuses + plan.groups { try await add(filter) }
        try await add(jobs: plan.opened(failed: failed, slowest: slowest.answer.member("rows").elements))
        for filter in plan.queues { try await add(filter) }
    }

    // MARK: - Questions

    private mutating func addViews() async throws(Problem) {
        for endpoint in [PageEndpoint.hosts, .timeline, .resources] {
            var query = QueryString()
            if endpoint == .timeline { query.append("buckets", String(Self.timelineSteps)) }
            let answer = try await reading.view(endpoint, query)
            _ = try add([together([(endpoint.path, answer)])], for: .view)
        }
    }

    private mutating func add(_ filter: ReportPlan.Filter) async throws(Problem) {
        let overview = try await reading.view(.overview, filter.query)
        var answers: Answers = [(PageEndpoint.overview.path + filter.query.text, overview)]
        // The failed jobs have a longer list of their own.
        if filter.label != "failed" {
            let list = try await rows(filter.query, "jid", ReportPlan.listed)
            answers.append((list.question, list.answer.bytes))
        }
        let cells = try await mosaic(filter.query, .status)
        guard try add([together(answers), cells], for: .filter) else { return }
        filters.append([
            "filter": .string(Self.text(filter.query)), "label": .string(filter.label),
            "jobs": .int(Int64(filter.jobs)),
        ])
        try await noteNumbers(filter.query, jobs: filter.jobs)
    }

    private mutating func add(jobs: [Int64]) async throws(Problem) {
        var answers: Answers = []
        for jid in jobs {
            var query = QueryString()
            query.append("jid", String(jid))
            // An example of a group may be forgotten.
            if let answer = try await known(.job, query) {
                let short = FrozenJob.shortened(try Self.json(answer), to: Self.longText)
                answers.append((PageEndpoint.job.path + query.text, short.bytes))
            }
            guard answers.count == Self.jobsTogether else { continue }
            _ = try add([together(answers)], for: .job, count: answers.count)
            answers = []
        }
        guard !answers.isEmpty else { return }
        _ = try add([together(answers)], for: .job, count: answers.count)
    }

    private func rows(
        _ filter: QueryString, _ sort: String, _ limit: Int
    ) async throws(Problem) -> (question: String, answer: JSON) {
        var query = filter
        query.append("sort", sort)
        let question = PageEndpoint.rows.path + query.text
        query.append("limit", String(limit))
        return (question, try Self.json(try await reading.view(.rows, query)).shortened(to: Self.shortText))
    }

    private func mosaic(
        _ filter: QueryString, _ colour: MosaicColour
    ) async throws(Problem) -> (questions: [String], bytes: [UInt8]) {
        var query = filter
        query.append("order", "number")
        query.append("colour", colour.rawValue)
        return ([PageEndpoint.mosaic.path + query.text], try await reading.view(.mosaic, query))
    }

    /// Notes which job stands at each place of a mosaic, unless that would need too many ranges of numbers.
    private mutating func noteNumbers(_ filter: QueryString, jobs: Int) async throws(Problem) {
        guard jobs > 0 else { return }
        var query = filter
        query.append("order", "number")
        query.append("from", "0")
        query.append("to", String(jobs - 1))
        guard let answer = try await known(.brush, query) else { return }
        let found = try QueryString(parsing: try Self.json(answer).member("filter").plainText)
        numbers.append(Self.text(filter), .string(found.values("numbers").joined(separator: ",")))
    }

    /// An answer that there need not be.
    private func known(_ endpoint: PageEndpoint, _ query: QueryString) async throws(Problem) -> [UInt8]? {
        do throws(Problem) {
            return try await reading.view(endpoint, query)
        } catch {
            guard error.code == .notFound || error.code == .invalid else { throw error }
            return nil
        }
    }

    // MARK: - Packing

    /// Answers in JSON as one part.
    private func together(_ answers: Answers) -> (questions: [String], bytes: [UInt8]) {
        var bytes = Array("{\"answers\":{".utf8)
        for (index, item) in answers.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += JSON.string(item.question).bytes
            bytes.append(UInt8(ascii: ":"))
            bytes += item.answer
        }
        bytes += Array("}}".utf8)
        return (answers.map(\.question), bytes)
    }

    /// Adds parts that belong together, if there is room for all of them.
    private mutating func add(
        _ pieces: [(questions: [String], bytes: [UInt8])], for part: ReportBudget.Part, count: Int = 1
    ) throws(Problem) -> Bool {
        var packed: [[UInt8]] = []
        for piece in pieces { packed.append(try Self.pack(piece.bytes)) }
        guard budget.take(packed.reduce(0) { $0 + $1.count }, for: part, count: count) else { return false }
        for (piece, bytes) in zip(pieces, packed) {
            parts.append(bytes)
            for question in piece.questions { places.append(question, .int(Int64(parts.count))) }
        }
        return true
    }

    /// The part that is read first: what the report is of, where its answers are, and the overview of all jobs.
    private mutating func contents(_ overview: [UInt8], made: JSON) throws(Problem) -> [UInt8] {
        places.append(PageEndpoint.overview.path, 0)
        let session: JSON = [
            "read_only": true, "expires": .null, "directory": .string(source.directory), "host": .string(source.host),
            "version": .string(source.version), "monitor": .null,
            "report": [
                "made": made, "again": .string(source.again),
                "left_out": .array(budget.sentences.map { .string($0) }),
            ],
        ]
        var bytes = Array("{\"session\":".utf8)
        bytes += session.bytes
        let members: [(String, JSON)] = [
            ("places", .object(places)), ("filters", .array(filters)), ("numbers", .object(numbers)),
        ]
        for (name, value) in members {
            bytes += Array(",\"\(name)\":".utf8)
            bytes += value.bytes
        }
        bytes += Array(",\"answers\":{\"\(PageEndpoint.overview.path)\":".utf8)
        bytes += overview
        bytes += Array("}}".utf8)
        return try Self.pack(bytes)
    }

    /// A filter without the `?` of its text.
    private static func text(_ query: QueryString) -> String { String(query.text.dropFirst()) }

    private static func json(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONSyntaxError) { return try JSON(parsing: bytes) } catch {
            throw Problem(.internalError, "an answer for the report is not JSON: \(error)")
        }
    }

    /// Base64 needs no escape in markup: nothing that a job says can be a part of the page.
    private static func pack(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        guard let small = Gzip.compressed(bytes) else {
            throw Problem(.internalError, "the answers for the report cannot be compressed")
        }
        return Base64.encoded(small)
    }
}
