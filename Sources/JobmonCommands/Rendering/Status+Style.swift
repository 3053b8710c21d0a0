package import JobmonCore

extension Status {
    /// The colour of a status.
    package var style: Style {
        switch self {
        case .failed: .red
        case .complete: .green
        case .running: .cyan
        case .unknown: .magenta
        case .cancelled: .yellow
        case .submitted, .queued: .plain
        }
    }
}

extension Summary {
    /// `7 jobs: 4 COMPLETE, 2 FAILED, 1 RUNNING`, in order of interest.
    package static func sentence(_ counts: [Status: Int]) -> String {
        let order: [Status] = [.complete, .failed, .running, .submitted, .queued, .unknown, .cancelled]
        let total = counts.values.reduce(0, +)
        let parts = order.compactMap { status in
            counts[status].flatMap { $0 > 0 ? "\(Units.grouped($0)) \(status.label)" : nil }
        }
        return Units.count(total, "job") + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")
    }
}
