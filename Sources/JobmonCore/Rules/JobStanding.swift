/// The values from which a job's status is derived, and the rule that derives it; no other code does.
package struct JobStanding: Sendable, Equatable {
    /// The number of attempts used: instances, without those that gave their attempt back.
    package var attempts: Int {
        get { Int(used) }
        set { used = Int32(clamping: newValue) }
    }
    /// The number of attempts that the job may use.
    package var maxAttempts: Int {
        get { Int(usable) }
        set { usable = Int32(clamping: newValue) }
    }
    // There may be a million of these values.
    private var used: Int32
    private var usable: Int32
    /// A user asked to cancel the job, and no user asked to retry it since.
    package var cancelRequested: Bool
    /// A job that it waits for failed or was cancelled.
    package var isBlocked: Bool
    /// One of its instances is COMPLETE: the latest, or an older one that reported late.
    package var anyComplete: Bool
    /// The status of the latest instance; nil if there is none.
    package var latest: Status?
    /// The latest instance gave its attempt back: its executor or owner ended it, it did not end by itself.
    package var latestReturnedAttempt: Bool
    /// No attempt follows the latest instance, whatever attempts are left: the executor refused it and would refuse the
    /// next one too, or a relaunch rule says so.
    package var latestIsLast: Bool

    package init(
        attempts: Int, maxAttempts: Int, cancelRequested: Bool = false, isBlocked: Bool = false,
        anyComplete: Bool = false,
        latest: Status? = nil, latestReturnedAttempt: Bool = false, latestIsLast: Bool = false
    ) {
        used = Int32(clamping: attempts)
        usable = Int32(clamping: maxAttempts)
        self.cancelRequested = cancelRequested
        self.isBlocked = isBlocked
        self.anyComplete = anyComplete
        self.latest = latest
        self.latestReturnedAttempt = latestReturnedAttempt
        self.latestIsLast = latestIsLast
    }

    /// COMPLETE if any instance is COMPLETE; QUEUED if another attempt is due or none was made; else the status of the
    /// latest instance. A job with a cancel request, or that is blocked, is CANCELLED as soon as none of its instances is
    /// alive.
    package var status: Status {
        if anyComplete { return .complete }
        guard let latest else { return cancelRequested || isBlocked ? .cancelled : .queued }
        switch latest {
        case .submitted, .running, .unknown: return latest
        case .complete: return .complete
        case .queued: return .queued
        case .failed, .cancelled:
            if cancelRequested || isBlocked { return .cancelled }
            if latestIsLast, latest == .failed { return .failed }
            if latestReturnedAttempt { return .queued }
            return latest == .failed && attempts < maxAttempts ? .queued : latest
        }
    }
}
