import FoundationEssentials
import JobmonCore

/// The status of a job or of a job instance. The numbers of the first five are fixed since 2017.
public enum JobStatus: Int, Sendable, CaseIterable, Hashable, CustomStringConvertible {
    /// An executor was asked to run the instance.
    case submitted = 1
    case running = 2
    case failed = 3
    case complete = 4
    /// Its state is not known any more. A late fact may still change that.
    case unknown = 5
    case cancelled = 6
    /// Jobs only: another attempt is due, or none was made yet.
    case queued = 7

    /// The word used for people, JSON and CSV, such as `RUNNING`.
    public var description: String { inner.label }

    /// Whether it is COMPLETE, FAILED or CANCELLED.
    public var isFinal: Bool { inner.isFinal }

    init(_ status: Status) { self = Self(rawValue: status.rawValue) ?? .unknown }

    var inner: Status { Status(rawValue: rawValue) ?? .unknown }
}
