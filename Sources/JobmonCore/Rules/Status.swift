/// The status of a job or of a job instance. The numbers of the first five are fixed since 2017.
package enum Status: Int, Sendable, CaseIterable, Hashable {
    case submitted = 1
    case running = 2
    case failed = 3
    case complete = 4
    case unknown = 5
    case cancelled = 6
    /// Jobs only: another attempt is due, or none was made yet.
    case queued = 7

    /// The word used for people, JSON and CSV.
    package var label: String {
        switch self {
        case .submitted: "SUBMITTED"
        case .running: "RUNNING"
        case .failed: "FAILED"
        case .complete: "COMPLETE"
        case .unknown: "UNKNOWN"
        case .cancelled: "CANCELLED"
        case .queued: "QUEUED"
        }
    }

    /// Reads a label in any case.
    package init?(label: String) {
        let wanted = label.uppercased()
        guard let status = Self.allCases.first(where: { $0.label == wanted }) else { return nil }
        self = status
    }

    /// COMPLETE, FAILED and CANCELLED: an instance never leaves them.
    package var isFinal: Bool { self == .complete || self == .failed || self == .cancelled }

    /// The statuses that an instance can have.
    package static var ofInstances: [Status] { allCases.filter { $0 != .queued } }
}
