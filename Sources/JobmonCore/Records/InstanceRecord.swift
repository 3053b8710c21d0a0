/// A job instance in the ledger.
package struct InstanceRecord: Sendable, Equatable {
    package var jobInstanceID: Int64
    package var instanceKey: String?
    package var jid: Int64
    package var retryNumber: Int
    package var executor: String
    package var executorID: String?
    package var status: Status
    package var cause: Cause?
    package var exitCode: Int?
    package var signal: Int?
    package var host: String?
    package var bootID: String?
    package var process: ProcessIdentity?
    package var submittedDate: Timestamp
    package var startedDate: Timestamp?
    package var finishedDate: Timestamp?
    package var lastSeen: Timestamp?
    package var lateSince: Timestamp?
    package var usage: Usage
    package var stdoutPath: String?
    package var stderrPath: String?
    package var returnedAttempt: Bool
    /// The description of its error; nil if it has none.
    package var error: String?
    /// The line of it that lists show; nil in rows of earlier versions: it is read from the description.
    package var headline: String?
    /// Why it may not have done its work though it is COMPLETE; nil: there is no ground to doubt it.
    package var doubt: String?
    /// What a cluster's scheduler allocated to it; nil outside of clusters.
    package var place: ClusterPlace?
    /// What it asked for.
    package var requested: RequestedResources
    /// What a relaunch rule made of its failure; nil: no rule was about it.
    package var relaunch: RelaunchDecision?

    package init(
        jobInstanceID: Int64, instanceKey: String?, jid: Int64, retryNumber: Int, executor: String,
        executorID: String?, status: Status, cause: Cause?, exitCode: Int?, signal: Int?, host: String?,
        bootID: String?, process: ProcessIdentity?, submittedDate: Timestamp, startedDate: Timestamp?,
        finishedDate: Timestamp?, lastSeen: Timestamp?, lateSince: Timestamp?, usage: Usage, stdoutPath: String?,
        stderrPath: String?, returnedAttempt: Bool, error: String?, headline: String? = nil, doubt: String? = nil,
        place: ClusterPlace? = nil, requested: RequestedResources = RequestedResources(),
        relaunch: RelaunchDecision? = nil
    ) {
        self.jobInstanceID = jobInstanceID
        self.instanceKey = instanceKey
        self.jid = jid
        self.retryNumber = retryNumber
        self.executor = executor
        self.executorID = executorID
        self.status = status
        self.cause = cause
        self.exitCode = exitCode
        self.signal = signal
        self.host = host
        self.bootID = bootID
        self.process = process
        self.submittedDate = submittedDate
        self.startedDate = startedDate
        self.finishedDate = finishedDate
        self.lastSeen = lastSeen
        self.lateSince = lateSince
        self.usage = usage
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
        self.returnedAttempt = returnedAttempt
        self.error = error
        self.headline = headline
        self.doubt = doubt
        self.place = place
        self.requested = requested
        self.relaunch = relaunch
    }
}

extension InstanceRecord {
    /// The scheduler's name of the host, in a cluster; else the host's own.
    package var node: String? {
        if case .string(let node)? = place?.allocated["node"] { node } else { host }
    }

    /// No attempt follows it, whatever attempts are left.
    package var isLast: Bool { cause == .submitFailed || relaunch?.next == .stop }

    /// How it failed, in words, with the headline of its error.
    package var failure: String {
        Self.failure(headline: errorLine, cause: cause, exitCode: exitCode, signal: signal)
    }

    /// Seconds that it ran, or has been running.
    package func elapsed(now: Timestamp) -> Double? {
        if let wallclock = usage.wallclock { return wallclock }
        guard let startedDate else { return nil }
        if let finishedDate { return max(0, finishedDate.seconds(since: startedDate)) }
        return status == .running ? max(0, now.seconds(since: startedDate)) : nil
    }

    /// The line of its error that lists show; nil if it has no error.
    package var errorLine: String? { headline ?? error.map(ErrorText.headline) }

    /// The same for the known parts of an end.
    package static func failure(headline: String?, cause: Cause?, exitCode: Int?, signal: Int?) -> String {
        let ending = ErrorText.ending(cause: cause, exitCode: exitCode, signal: signal)
        guard let headline else { return ending }
        if headline.isEmpty { return ending }
        // An exception that a program reported itself has no exit code or signal.
        if cause == .exit, exitCode == nil, signal == nil { return headline }
        // It names the output.
        if cause == .missingOutput { return headline }
        // If the text starts with the ending ("exit code 1, nothing on stderr"), the ending is not repeated.
        return headline.hasPrefix(ending) ? headline : "\(ending): \(headline)"
    }
}
