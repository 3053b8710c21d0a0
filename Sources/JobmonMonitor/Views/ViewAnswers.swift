package import JobmonCore
import JobmonReporting
import JobmonViews
package import JobmonWire

/// The answers to what people look at: one query layer for the page, the terminal and reports, filled by the snapshot of
/// all jobs and the ledger. It works over the ledger of a monitor, and over a file without one. Secrets are masked.
package struct ViewAnswers: ViewReading {
    let ledger: any SnapshotReading
    let source: any SnapshotSource
    /// Nil: the ledger is in memory, without a directory.
    let layout: DirectoryLayout?
    let time: TimeSource
    let differences: GroupDifferences
    let pictures: MosaicPictures

    init(
        ledger: any SnapshotReading, source: any SnapshotSource, layout: DirectoryLayout?, time: TimeSource,
        onNews: @escaping @Sendable () async -> Void
    ) {
        self.ledger = ledger
        self.source = source
        self.layout = layout
        self.time = time
        differences = GroupDifferences(ledger: ledger, time: time, onNews: onNews)
        pictures = MosaicPictures(time: time)
    }

    /// Answers from a ledger without a monitor: its jobs are read once, at the first question.
    package init(of ledger: any SnapshotReading, layout: DirectoryLayout, time: TimeSource) {
        self.init(ledger: ledger, source: FixedSnapshot(ledger), layout: layout, time: time) {}
    }

    /// Answers a question that changes nothing.
    /// - Throws: `.invalid` for a question that cannot be answered; `.notFound` for what is not there, and for endpoints
    ///   that are no views; `.unavailable` while the jobs are being read, or if the ledger cannot be read.
    package func view(_ endpoint: PageEndpoint, _ query: QueryString) async throws(Problem) -> [UInt8] {
        switch endpoint {
        case .overview:
            let filter = try filter(query, "whole")
            return try await overview(filter, isWhole: try query.value("whole") == "true").bytes
        case .rows: return try await rows(try filter(query, "sort", "after", "limit"), query).bytes
        case .mosaic: return try await mosaic(try filter(query, "order", "colour", "known"), query)
        case .cell: return try await cell(try filter(query, "order", "at"), query).bytes
        case .brush: return try await brush(try filter(query, "order", "from", "to"), query).bytes
        case .params:
            try query.allow()
            return try await params().bytes
        case .hosts: return try await hosts(try filter(query)).bytes
        case .timeline: return try await timeline(try filter(query, "from", "to", "buckets"), query).bytes
        case .resources: return try await resources(try filter(query)).bytes
        case .usage: return try await usage(try filter(query, "by", "risk", "limit"), query).bytes
        case .job:
            try query.allow("jid")
            return try await job(query).bytes
        case .output:
            try query.allow("jid", "attempt", "stream", "after")
            return try await output(query).bytes
        case .count:
            try query.allow(JobFilter.queryNames + ["memory", "runtime"])
            return try await count(query).bytes
        case .enter, .session, .leave, .ticks, .act, .changeGroup:
            throw Problem(.notFound, "\(endpoint.path) is no view")
        }
    }

    private func filter(_ query: QueryString, _ others: String...) throws(Problem) -> JobFilter {
        try query.allow(JobFilter.queryNames + others)
        var own = QueryString()
        for item in query.items where !others.contains(item.name) { own.append(item.name, item.value) }
        let filter = try JobFilter(own)
        // Else a value that is masked could be guessed, letter by letter.
        for param in filter.params {
            let shown = SecretMask.masked(params: JSONObject([(param.name, .string(param.value))]))
            guard shown[param.name] == .string(param.value) else {
                throw Problem(
                    .invalid, "the values of \"\(param.name.prefix(40))\" are masked: it cannot be a filter here")
            }
        }
        return filter
    }

    /// Whether a `jobmon run` works on a queue now.
    func isLive(_ queue: String) -> Bool {
        layout.flatMap { FileLock.isHeld($0.queueLock(queue)) } ?? false
    }

    /// The option by which commands name the directory.
    var again: String { layout.map { " -d \(ShellWord.quoted($0.root))" } ?? "" }
}
