package import JobmonCore

/// The order of a list of jobs (`--sort`).
package struct JobOrder: Sendable, Equatable {
    /// The columns by which jobs can be sorted.
    package enum Column: String, Sendable, CaseIterable {
        case jid, status, name, params, tries, host, time, exit, mem, submitted, started, finished
    }

    private let keys: [(column: Column, falls: Bool)]

    package static func == (one: JobOrder, other: JobOrder) -> Bool {
        one.keys.elementsEqual(other.keys) { $0.column == $1.column && $0.falls == $1.falls }
    }

    /// Reads `time`, `-time` (largest first), `status,-time`.
    /// - Throws: `CommandFailure` that names the columns.
    package init(_ text: String) throws {
        keys = try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            let falls = word.hasPrefix("-")
            let name = word.dropFirst(falls ? 1 : 0).lowercased()
            guard let column = Column(rawValue: name) else {
                let all = Column.allCases.map(\.rawValue)
                let meant = NearWord.nearest(to: name, among: all).map { ": did you mean \($0)?" } ?? ""
                throw CommandFailure(
                    .usage, "--sort: there is no column \"\(name)\"\(meant)",
                    hint: "there are \(all.joined(separator: ", "))")
            }
            return (column, falls)
        }
    }

    /// Whether a job comes before another one. Jobs without a value come last, in both directions.
    package func areInOrder(_ one: JobRecord, _ other: JobRecord, now: Timestamp) -> Bool {
        for key in keys {
            let (first, second) = (Self.value(key.column, one, now), Self.value(key.column, other, now))
            switch (first, second) {
            case (nil, nil): continue
            case (nil, _): return false
            case (_, nil): return true
            case (let first?, let second?):
                if first == second { continue }
                return (first < second) != key.falls
            }
        }
        return one.jid < other.jid
    }

    private enum Value: Comparable {
        case number(Double)
        case text(String)
    }

    private static func value(_ column: Column, _ job: JobRecord, _ now: Timestamp) -> Value? {
        let latest = job.instances.last
        func time(_ time: Timestamp?) -> Value? { time.map { .number(Double($0.milliseconds)) } }
        switch column {
        case .jid: return .number(Double(job.jid))
        case .status: return .text(job.status.label)
        case .name: return .text(job.description.shownName)
        case .params: return .text(job.description.params.shown)
        case .tries: return .number(Double(job.attempts))
        case .host: return latest?.host.map { .text($0) }
        case .time: return latest?.elapsed(now: now).map { .number($0) }
        case .exit: return (latest?.signal.map { $0 + 128 } ?? latest?.exitCode).map { .number(Double($0)) }
        case .mem: return latest?.usage.memory.map { .number(Double($0.bytes)) }
        case .submitted: return time(job.submittedDate)
        case .started: return time(latest?.startedDate)
        case .finished: return time(latest?.finishedDate)
        }
    }
}
