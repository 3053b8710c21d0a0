import ArgumentParser
import Jobmon
package import JobmonCore
package import JobmonViews
package import JobmonWire

/// An action of a user on jobs, with its messages.
package struct JobAction: Sendable {
    /// The maximum number of jobs that are listed one by one.
    static let listed = 10
    /// On a terminal, actions on more jobs than this need a confirmation.
    static let unasked = 100

    private let action: ActionRequest.Action
    private let change: ResourceChange

    package init(_ action: ActionRequest.Action, change: ResourceChange = ResourceChange()) {
        self.action = action
        self.change = change
    }

    /// The statuses of jobs to which the action applies.
    private var statuses: [Status] {
        switch action {
        case .retry: [.failed, .cancelled]
        case .cancel: [.queued, .submitted, .running, .unknown]
        case .forget: [.queued, .complete, .failed, .cancelled]
        }
    }

    /// The verb at the beginning of a sentence.
    private var verb: String {
        switch action {
        case .retry: "Retry"
        case .cancel: "Cancel"
        case .forget: "Forget"
        }
    }

    /// Records the action for the selected jobs, and prints the result.
    /// - Throws: `ExitCode` 1 at the end if one of them was refused.
    package func perform(on selection: SelectionOptions, in directory: DirectoryOption) async throws {
        try selection.check(verb: action.rawValue)
        var isRefused = false
        try await directory.open { access in
            let filter = try await selection.filter.resolved(access.reading)
            let jids = try await selection.jids(access.reading, filter, statuses: statuses)
            let output = Output()
            defer { try? output.flush() }
            guard !jids.isEmpty else {
                throw CommandFailure(
                    .failed, try await selection.emptyReason(access.reading, filter, statuses: statuses),
                    hint: "jobmon jobs\(directory.again) lists all jobs")
            }
            if selection.dryRun { return try await rehearse(jids, access.reading, output) }
            let groups = try await change.groups(jids, access.reading)
            guard
                selection.yes || jids.count <= Self.unasked
                    || Confirmation.given("\(verb) \(Units.count(jids.count, "job"))?")
            else { throw CommandFailure(.failed, "nothing was done") }
            let answer = try await access.act(ActionRequest(action: action, groups: groups))
            isRefused = answer.refused > 0
            if jids.count <= Self.listed {
                try await sayEach(jids, answer, access.reading, output)
            } else {
                try saySummary(answer, output)
            }
        }
        if isRefused { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// Prints what would be done.
    private func rehearse(_ jids: [Int64], _ reading: any LedgerReading, _ output: Output) async throws {
        try output.write("\(action.rawValue) of \(Units.count(jids.count, "job")):\n")
        let first = Array(jids.prefix(Self.listed))
        let records = try await reading.jobs(JobFilter(jids: first), page: Page(after: 0, limit: first.count)).items
        for jid in first where !records.contains(where: { $0.jid == jid }) {
            try output.write("  \(jid)  there is no such job, or it was forgotten\n")
        }
        for record in records {
            var line = "  \(record.jid)  \(record.status.label)  \(record.description.shownName)"
            if let last = record.instances.last, last.status == .failed { line += "  \(last.failure)" }
            try output.write("\(Printable.line(line))\n")
        }
        if jids.count > first.count { try output.write("  and \(Units.grouped(jids.count - first.count)) more\n") }
        try output.write("nothing was done (--dry-run)\n")
    }

    private func sayEach(
        _ jids: [Int64], _ answer: ActionAnswer, _ reading: any LedgerReading, _ output: Output
    ) async throws {
        for jid in jids {
            let line: String
            if let refusal = answer.refusals.first(where: { $0.jid == jid }) {
                line = "refused: \(refusal.problem)"
            } else {
                line = outcome(try await reading.job(jid))
            }
            try output.write("\(Printable.line(line))\n")
        }
    }

    private func saySummary(_ answer: ActionAnswer, _ output: Output) throws {
        for refusal in answer.refusals.prefix(Self.listed) {
            try output.write("\(Printable.line("refused: \(refusal.problem)"))\n")
        }
        if answer.refused > Self.listed {
            try output.write("refused: \(Units.grouped(answer.refused - Self.listed)) more\n")
        }
        let did =
            switch action {
            case .retry: "queued for another attempt"
            case .cancel: "cancelled; their queue ends those that run"
            case .forget: "forgotten"
            }
        try output.write("\(Units.count(answer.done, "job")) \(did)\n")
        if answer.repeated > 0 {
            try output.write("\(Units.count(answer.repeated, "job")): already requested before\n")
        }
    }

    /// The state of the job after the request is recorded.
    package func outcome(_ job: JobRecord) -> String {
        let name = "job \(job.jid)"
        switch (action, job.status) {
        case (.retry, .queued):
            return "\(name): queued for another attempt (\(job.attempts) of \(job.description.maxAttempts) used)"
        case (.retry, .complete): return "\(name): is already COMPLETE"
        case (.retry, _): return "\(name): gets another attempt (\(job.status.label) now)"
        case (.cancel, .cancelled): return "\(name): cancelled"
        case (.cancel, .complete), (.cancel, .failed): return "\(name): is already over (\(job.status.label))"
        case (.cancel, _):
            return "\(name): to be cancelled (\(job.status.label) now); its queue ends it"
        case (.forget, _): return "\(name): forgotten"
        }
    }
}
