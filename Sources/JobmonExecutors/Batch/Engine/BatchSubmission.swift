import JobmonCore

/// An array job to submit.
struct BatchSubmission: Sendable {
    var batch: String
    var name: String
    var count: Int
    var request: ClusterRequest
    /// The directory of the monitor.
    var directory: String
    var log: String
    var script: String
}

/// What a submit came to.
enum SubmitReading: Sendable, Equatable {
    case job(String)
    /// It will never be taken: the scheduler's own sentence.
    case refused(String)
    /// Surely not taken, but it may be later.
    case notNow(String)
    /// So many are more than the user may have for now: surely not taken, and fewer may be.
    case tooMany(String)
    /// It may have been taken.
    case unclear(String)
}
