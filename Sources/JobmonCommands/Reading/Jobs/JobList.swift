import ArgumentParser
import Jobmon
package import JobmonCore
import JobmonWire

/// A list of jobs, which is read and written page by page.
package struct JobList {
    /// The default maximum number of jobs on a terminal.
    package static let onTerminal = 1000

    package let reading: any LedgerReading
    package let filter: JobFilter
    /// The maximum number of jobs; nil: all.
    package let limit: Int?
    /// The order; nil: by number.
    package let order: JobOrder?

    package init(reading: any LedgerReading, filter: JobFilter, limit: Int? = nil, order: JobOrder? = nil) {
        self.reading = reading
        self.filter = filter
        self.limit = limit
        self.order = order
    }

    /// The listed jobs by status.
    package struct Counted: Equatable {
        package var jobs: [Status: Int]
        /// Whether the limit cut the list.
        package var isCut: Bool

        package init(jobs: [Status: Int] = [:], isCut: Bool = false) {
            self.jobs = jobs
            self.isCut = isCut
        }
    }

    package func writeJSON(to output: Output) async throws {
        var array = JSONArrayWriter(output)
        _ = try await eachPage { jobs in
            for job in jobs { try array.append(job.jsonWithWhy) }
        }
        try array.finish()
        try output.flush()
    }

    package func writeTable(to output: Output, terminal: Terminal, now: Timestamp) async throws -> Counted {
        var table = TextTable(JobTable.columns, terminal: terminal)
        var counted = Counted()
        var hasHeader = false
        counted.isCut = try await eachPage { jobs in
            let rows = jobs.map { JobTable.row($0, now: now, times: ShownTime(on: terminal)) }
            if !hasHeader, !rows.isEmpty {
                try output.write(table.header(for: rows))
                hasHeader = true
            }
            try output.write(table.lines(rows))
            for job in jobs { counted.jobs[job.status, default: 0] += 1 }
        }
        try output.flush()
        return counted
    }

    /// The line under the list: the number of jobs by status, and how to see the rest.
    package func closing(_ counted: Counted) async throws -> String {
        let listed = Summary.sentence(counted.jobs)
        guard counted.isCut else {
            return filter == JobFilter() || counted.jobs.isEmpty == false ? listed : "no job matches"
        }
        let seeAll = "--all lists all, --status failed the failed ones"
        var onlyQueue = JobFilter()
        onlyQueue.queue = filter.queue
        guard filter == onlyQueue else { return "the first \(listed) (\(seeAll))" }
        let total = try await reading.summary(queue: filter.queue)
        return
            "the first \(Units.count(counted.jobs.values.reduce(0, +), "job")) of \(Summary.sentence(total.jobs)) (\(seeAll))"
    }

    /// Calls `body` with each page. Returns whether the limit cut the list.
    private func eachPage(_ body: ([JobRecord]) throws -> Void) async throws -> Bool {
        guard let order else { return try await eachPageByNumber(atMost: limit, body) }
        let now = TimeSource.system.now()
        var sorted: [JobRecord] = []
        var isCut = false
        // At most about twice the limit is held in memory.
        func cut(to most: Int) {
            sorted.sort { order.areInOrder($0, $1, now: now) }
            guard sorted.count > most else { return }
            isCut = true
            sorted.removeLast(sorted.count - most)
        }
        _ = try await eachPageByNumber(atMost: nil) { jobs in
            sorted += jobs
            if let limit, sorted.count > 2 * limit + 1000 { cut(to: limit) }
        }
        cut(to: limit ?? .max)
        try body(sorted)
        return isCut
    }

    private func eachPageByNumber(
        atMost limit: Int?, _ body: ([JobRecord]) throws -> Void
    ) async throws -> Bool {
        var after: Int64 = 0
        var rest = limit ?? .max
        while true {
            // Ask for one more than needed, to know whether there are more.
            let size = rest < 1000 ? rest + 1 : 1000
            let page = try await reading.jobs(filter, page: Page(after: after, limit: size))
            try body(Array(page.items.prefix(rest)))
            if page.items.count > rest { return true }
            rest -= page.items.count
            guard let next = page.next else { return false }
            after = next
        }
    }
}
