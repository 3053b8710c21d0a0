/// How an instance ended.
package struct Outcome: Sendable, Equatable {
    /// COMPLETE, FAILED, CANCELLED or UNKNOWN.
    package var status: Status
    /// The cause, if the sender knows it apart from the evidence (`lost`, or the cause that a plain requester gave).
    package var cause: Cause?
    package var evidence: Evidence
    /// The process of the instance, if no earlier fact named it: a quick command sends one fact only.
    package var process: ProcessIdentity?
    package var usage: Usage
    /// The end of its stderr, at most 64 KiB; nil if stderr was not captured.
    package var stderr: String?
    /// The end of its stdout, at most 32 KiB, only where stderr gives no reason for a failure; nil if nobody looked.
    package var stdout: String?
    /// The end of its log, at most 32 KiB, only where stderr and stdout give no reason for a failure.
    package var log: KnownLog?
    /// Why a complete instance may not have done its work; nil: there is no ground to doubt it.
    package var doubt: String?
    /// A description of the error from a sender that knows more than stderr shows (such as a structured traceback).
    package var description: String?
    /// The error in structured form.
    package var traceback: JSONObject?
    /// The attempt does not count: the instance was ended by Ctrl-C, or was lost with its supervisor.
    package var returnsAttempt: Bool
    /// The captured files that were empty and were removed.
    package var stdoutEmpty: Bool
    package var stderrEmpty: Bool

    package init(
        status: Status, cause: Cause? = nil, evidence: Evidence = Evidence(), process: ProcessIdentity? = nil,
        usage: Usage = Usage(), stderr: String? = nil, stdout: String? = nil, log: KnownLog? = nil,
        doubt: String? = nil, description: String? = nil, traceback: JSONObject? = nil, returnsAttempt: Bool = false,
        stdoutEmpty: Bool = false, stderrEmpty: Bool = false
    ) {
        self.status = status
        self.cause = cause
        self.evidence = evidence
        self.process = process
        self.usage = usage
        self.stderr = stderr
        self.stdout = stdout
        self.log = log
        self.doubt = doubt
        self.description = description
        self.traceback = traceback
        self.returnsAttempt = returnsAttempt
        self.stdoutEmpty = stdoutEmpty
        self.stderrEmpty = stderrEmpty
    }

    /// The outcome that follows from evidence; `Cause.decide` decides status and cause.
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
    /// The command is known to be over, but not why it ended: only the party that ended it (the scheduler) can tell.
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

    /// Whether the attempt was ended by somebody else before it was done, so that it may have needed more memory than it had.
    package var isCutShort: Bool {
        guard status.isFinal, let cause = resolvedCause else { return false }
        switch cause {
        case .timeout, .timeLimit, .outOfMemory, .nodeFailure, .preempted, .requeued, .cancelled, .lost: return true
        case .exit, .signal, .missingOutput, .reportedError, .dependency, .submitFailed, .notStarted:
            let signal = evidence.signal ?? evidence.exitCode.map { $0 - 128 }
            // HUP, INT, KILL, TERM and XCPU come from outside; of others, such as SEGV, a program dies by itself.
            return signal.map { [1, 2, 9, 15, 24].contains($0) } ?? false
        }
    }

    /// The usage, in which the memory of an attempt that was cut short is what it needed at least.
    package var judgedUsage: Usage {
        guard isCutShort else { return usage }
        var usage = usage
        usage.memoryPeak?.bound = .atLeast
        return usage
    }

    /// The end of a command with the scheduler's word on why it ended.
    package func closed(by word: SchedulerWord?) -> Outcome {
        var evidence = evidence
        evidence.scheduler = word ?? evidence.scheduler
        var outcome = Outcome(
            evidence: evidence, process: process, usage: usage, stderr: stderr, stdoutEmpty: stdoutEmpty,
            stderrEmpty: stderrEmpty)
        outcome.description = description
        // Where the scheduler says why, stdout and the log are no evidence.
        if outcome.cause?.isToldByCommand ?? false { (outcome.stdout, outcome.log) = (stdout, log) }
        if outcome.status == .complete { outcome.doubt = doubt ?? stderr.flatMap { Doubt.of(stderr: $0) } }
        return outcome
    }
}
