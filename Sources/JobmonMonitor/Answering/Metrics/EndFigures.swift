import JobmonCore

/// The attempts that ended since the start of the monitor.
struct EndFigures: Sendable, Equatable {
    /// The number of attempts that took each final status.
    private(set) var ended: [Status: Int] = [:]
    /// The run times of those whose run time was reported with their end.
    private(set) var runTimes: [Status: MetricHistogram] = [:]

    /// The final statuses in a fixed order, so that their series exist from the start.
    static let statuses = Status.allCases.filter(\.isFinal)

    private static let kinds = Dictionary(uniqueKeysWithValues: statuses.map { ($0, $0.label.lowercased()) })

    /// A histogram of run times without values, from a second to a week.
    static let noRunTimes = MetricHistogram(bounds: [
        1, 10, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259_200, 604_800,
    ])

    /// Counts the events of a commit, with their results, and the changes that they made.
    mutating func count(_ events: [Event], _ results: [EventResult], _ changes: [Change]) {
        // A change after an end, such as a late start, has that end's status too, but is of another kind.
        for change in changes {
            guard let status = change.status, let kind = Self.kinds[status], change.kind == kind else { continue }
            ended[status, default: 0] += 1
        }
        for (event, result) in zip(events, results) where result.outcome == .recorded {
            guard case .outcome(_, let outcome) = event.fact, outcome.status.isFinal,
                let seconds = outcome.usage.wallclock
            else { continue }
            runTimes[outcome.status, default: Self.noRunTimes].observe(seconds)
        }
    }
}
