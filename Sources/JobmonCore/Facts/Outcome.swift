/// How an instance ended.
package struct Outcome: Sendable, Equatable {
    /// COMPLETE, FAILED, CANCELLED or UNKNOWN.
    package var status: Status
    /// The cause, where the sender knows it apart from the evidence (`lost`, a plain requester's word).
    package var cause: Cause?
    package var evidence: Evidence
    /// The process that it was, where no earlier fact said it: of a quick command one fact is enough.
    package var process: ProcessIdentity?
    package var usage: Usage
    /// The end of what it wrote to stderr, at most 64 KiB; nil when nobody looked.
    package var stderr: String?
    /// What went wrong, in the words of whoever knows better than stderr (a structured traceback).
    package var description: String?
    /// The same as structure.
    package var traceback: JSONObject?
    /// The attempt does not count: the instance was ended by Ctrl-C, or lost with its supervisor.
    package var returnsAttempt: Bool
    /// The captured files that turned out empty and were removed.
    package var stdoutEmpty: Bool
    package var stderrEmpty: Bool

    package init(
        status: Status, cause: Cause? = nil, evidence: Evidence = Evidence(), process: ProcessIdentity? = nil,
        usage: Usage = Usage(), stderr: String? = nil, description: String? = nil, traceback: JSONObject? = nil,
        returnsAttempt: Bool = false, stdoutEmpty: Bool = false, stderrEmpty: Bool = false
    ) {
        self.status = status
        self.cause = cause
        self.evidence = evidence
        self.process = process
        self.usage = usage
        self.stderr = stderr
        self.description = description
        self.traceback = traceback
        self.returnsAttempt = returnsAttempt
        self.stdoutEmpty = stdoutEmpty
        self.stderrEmpty = stderrEmpty
    }

    /// The outcome that evidence shows: status and cause by `Cause.decide`.
    package init(
        evidence: Evidence, process: ProcessIdentity? = nil, usage: Usage = Usage(), stderr: String? = nil,
        returnsAttempt: Bool = false, stdoutEmpty: Bool = false, stderrEmpty: Bool = false
    ) {
        let decided = Cause.decide(evidence)
        self.init(
            status: decided.status, cause: decided.cause, evidence: evidence, process: process, usage: usage,
            stderr: stderr, returnsAttempt: returnsAttempt || decided.cause?.returnsAttempt ?? false,
            stdoutEmpty: stdoutEmpty, stderrEmpty: stderrEmpty)
    }
}

extension Outcome {
    /// The command is known to be over, and why it ended is not: whoever ended it has the word.
    package var isOpen: Bool { status == .unknown && (evidence.exitCode != nil || evidence.signal != nil) }

    /// Why the instance did not complete: the sender's word, else what the evidence shows; nil for COMPLETE.
    package var resolvedCause: Cause? {
        switch status {
        case .failed: cause ?? Cause.decide(evidence).cause ?? .exit
        case .cancelled: cause ?? .cancelled
        case .unknown: cause ?? .lost
        default: nil
        }
    }

    /// The end of a command with the scheduler's word on why it ended.
    package func closed(by word: SchedulerWord?) -> Outcome {
        var evidence = evidence
        evidence.scheduler = word ?? evidence.scheduler
        var outcome = Outcome(
            evidence: evidence, process: process, usage: usage, stderr: stderr, stdoutEmpty: stdoutEmpty,
            stderrEmpty: stderrEmpty)
        outcome.description = description
        return outcome
    }
}
