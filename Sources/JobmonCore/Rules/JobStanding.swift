/// What a job's status is derived from, and the rule that derives it. The only place that knows.
package struct JobStanding: Sendable, Equatable {
    /// Attempts used: instances, less those whose attempt was given back.
    package var attempts: Int
    /// How many attempts the job may use.
    package var maxAttempts: Int
    /// Somebody asked to cancel the job, and nobody asked to retry it since.
    package var cancelRequested: Bool
    /// One of its instances is COMPLETE, be it the latest or an older one that was late.
    package var anyComplete: Bool
    /// The status of its latest instance; nil when there is none.
    package var latest: Status?
    /// The latest instance gave its attempt back: the executor or its owner ended it, not the job itself.
    package var latestReturnedAttempt: Bool
    /// The executor refused the latest instance: it would refuse the next one too.
    package var latestRefused: Bool

    package init(
        attempts: Int, maxAttempts: Int, cancelRequested: Bool = false, anyComplete: Bool = false,
        latest: Status? = nil, latestReturnedAttempt: Bool = false, latestRefused: Bool = false
    ) {
        self.attempts = attempts
        self.maxAttempts = maxAttempts
        self.cancelRequested = cancelRequested
        self.anyComplete = anyComplete
        self.latest = latest
        self.latestReturnedAttempt = latestReturnedAttempt
        self.latestRefused = latestRefused
    }

    /// QUEUED while another attempt is due or none was made, COMPLETE if any instance is, else the latest instance's.
    /// A job that is to be cancelled is CANCELLED as soon as none of its instances is alive.
    package var status: Status {
        if anyComplete { return .complete }
        guard let latest else { return cancelRequested ? .cancelled : .queued }
        switch latest {
        case .submitted, .running, .unknown: return latest
        case .complete: return .complete
        case .queued: return .queued
        case .failed, .cancelled:
            if cancelRequested { return .cancelled }
            if latestReturnedAttempt { return .queued }
            return latest == .failed && attempts < maxAttempts && !latestRefused ? .queued : latest
        }
    }
}
