import JobmonCore

/// What `watch` reads of the answers of a monitor: whatever is not there is left out.
struct SeenOverview: Sendable {
    struct Group: Sendable, Equatable {
        var name: String
        /// One printable line.
        var title: String
        var line: String
        var jobs: Int
        var trend: [Int]
        var concentration: [String]
        var isMuted: Bool
        var isNew: Bool
        var note: String
    }

    var jobs: [Status: Int] = [:]
    var late = 0
    var errors = 0
    var total = 0
    var selected = 0
    /// Jobs that end per second.
    var rate: Double?
    var remaining: (seconds: Double, low: Double, high: Double)?
    var lastFinished: Timestamp?
    var now = Timestamp(milliseconds: 0)
    /// The part of the jobs that the monitor has read; nil: all.
    var read: Double?
    var groups: [Group] = []
    var moreGroups = 0
    var ungrouped = 0
    /// Queues that nobody works on.
    var idleQueues: [String] = []

    var muted: Int { groups.count(where: \.isMuted) }

    init() {}

    init(_ json: JSON) {
        guard case .object(let object) = json else { return }
        for status in Status.allCases { jobs[status] = object["jobs"]?.member(status.label.lowercased())?.count }
        late = object["late"]?.count ?? 0
        errors = object["errors"]?.count ?? 0
        total = object["total"]?.count ?? 0
        selected = object["selected"]?.count ?? 0
        rate = object["rate"]?.number
        if let eta = object["eta"], let seconds = eta.member("seconds")?.number {
            remaining = (seconds, eta.member("low")?.number ?? seconds, eta.member("high")?.number ?? seconds)
        }
        lastFinished = object["last_finished"]?.time
        now = object["now"]?.time ?? now
        if object["ready"] == .bool(false) { read = object["read"]?.number ?? 0 }
        groups = (object["groups"]?.items ?? []).map { group in
            Group(
                name: group.line("group"), title: group.line("title"), line: group.line("line"),
                jobs: group.member("jobs")?.count ?? 0,
                trend: (group.member("trend")?.items ?? []).map { $0.count ?? 0 },
                concentration: (group.member("concentration")?.items ?? []).map { Printable.line($0.plainText) },
                isMuted: (group.member("muted") ?? .null) != .null,
                isNew: group.member("since_last_run")?.plainText == "new", note: group.line("note"))
        }
        moreGroups = object["groups_more"]?.count ?? 0
        ungrouped = object["ungrouped"]?.count ?? 0
        idleQueues = (object["queues"]?.items ?? []).filter { $0.member("live") == .bool(false) }
            .map { $0.line("name") }
    }
}

/// A job in a list.
struct SeenJob: Sendable, Equatable {
    var jid: Int64
    var name: String
    var params: String
    var status: Status
    var cause: String
    var attempts: Int
    var host: String
    var time: Double?
    var memory: Int64?
    var finished: Timestamp?
    var error: String
    var isLate: Bool

    init?(_ json: JSON) {
        guard let jid = json.member("jid")?.integer,
            let status = Status(label: json.member("status")?.plainText ?? "")
        else { return nil }
        self.jid = jid
        self.status = status
        name = json.line("name")
        if case .object(let params)? = json.member("params") {
            self.params = Printable.line(params.shown)
        } else {
            params = ""
        }
        cause = json.line("cause")
        attempts = json.member("attempts")?.count ?? 0
        host = json.line("host")
        time = json.member("time")?.number
        memory = json.member("memory")?.integer
        finished = json.member("finished")?.time
        error = json.line("error")
        isLate = (json.member("late") ?? .null) != .null
    }
}

/// The first jobs of a list, and how many there are.
struct SeenList: Sendable {
    var count = 0
    var rows: [SeenJob] = []

    init() {}

    init(_ json: JSON) {
        count = json.member("count")?.count ?? 0
        rows = (json.member("rows")?.items ?? []).compactMap { SeenJob($0) }
    }
}

/// What can be done to the jobs of a selection.
struct SeenCount: Sendable, Equatable {
    var retry: Int
    var cancel: Int
    /// The command that continues a queue that nobody works on; nil: none is needed.
    var continuing: String?

    init(_ json: JSON) {
        retry = json.member("retry")?.count ?? 0
        cancel = json.member("cancel")?.count ?? 0
        if let text = json.member("continue")?.plainText, !text.isEmpty { continuing = Printable.line(text) }
    }
}

/// A piece of a job's output.
struct SeenOutput: Sendable {
    var text: String
    var start: Int64
    var next: Int64
    var hasMore: Bool

    init(_ json: JSON) {
        text = json.member("text")?.plainText ?? ""
        start = json.member("start")?.integer ?? 0
        next = json.member("next")?.integer ?? 0
        hasMore = json.member("more") == .bool(true)
    }
}

extension JSON {
    func member(_ name: String) -> JSON? { if case .object(let object) = self { object[name] } else { nil } }
    var items: [JSON]? { if case .array(let items) = self { items } else { nil } }
    var count: Int? { integer.map { Int($0) } }
    var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
    var time: Timestamp? { if case .string(let text) = self { Timestamp(text) } else { nil } }

    /// The text of a member as one printable line, of a length that can be handled.
    func line(_ name: String) -> String { Printable.line(String((member(name)?.plainText ?? "").prefix(2000))) }
}
