import FoundationEssentials
import JobmonCore

/// The status of a job or of a job instance. The numbers of the first five are fixed since 2017.
public enum JobStatus: Int, Sendable, CaseIterable, Hashable, CustomStringConvertible {
    /// An executor was asked to run it.
    case submitted = 1
    case running = 2
    case failed = 3
    case complete = 4
    /// Nobody knows any more what becomes of it; a late fact may still say.
    case unknown = 5
    case cancelled = 6
    /// Of jobs only: another attempt is due, or none was made yet.
    case queued = 7

    /// The word that people, JSON and CSV use, such as `RUNNING`.
    public var description: String { inner.label }

    /// COMPLETE, FAILED and CANCELLED.
    public var isFinal: Bool { inner.isFinal }

    init(_ status: Status) { self = Self(rawValue: status.rawValue) ?? .unknown }

    var inner: Status { Status(rawValue: rawValue) ?? .unknown }
}
