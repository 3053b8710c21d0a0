import JobmonCore

/// The groups of errors at one time, as `watch` shows them. Its size is limited, however many errors and groups there
/// are.
struct SeenGroups: Sendable, Equatable {
    struct Group: Sendable, Equatable {
        var number: Int64
        /// The number of jobs that have such an error, also those that are retried or complete by now.
        var jobs: Int
        var errors: Int
        /// A job that has such an error.
        var example: Int64
        /// One printable line: the group's title, or the line of the error itself if only one job has it.
        var text: String
        var firstSeen: Timestamp
        /// The number of jobs that were added in the last minute, as far as that is known.
        var recent = 0

        init(_ group: ErrorGroup) {
            number = group.number
            jobs = group.jobs
            errors = group.errors
            example = group.example
            firstSeen = group.firstSeen
            let line = group.jobs == 1 || group.title.isEmpty ? group.exampleLine : group.title
            text = DisplayWidth.cut(Printable.line(SecretMask.masked(line)), to: SeenGroups.widest)
        }
    }

    /// The maximum number of groups that are kept one by one; the others are counted.
    static let kept = 1000
    /// The maximum columns of a group's text.
    private static let widest = 300

    /// Those of most jobs first, without muted ones. The newest one is always among them.
    var groups: [Group] = []
    /// The number of groups that are not muted.
    var count = 0
    /// The group that was first seen last; nil if there are not at least two.
    var newest: Int64?
    /// The number of muted groups, and of their errors.
    var muted = 0
    var mutedErrors = 0
    /// The number of errors of an earlier version's ledger that are not grouped yet.
    var ungrouped = 0

    init() {}

    /// - Parameters:
    ///   - all: all groups, those of most jobs first.
    ///   - ungrouped: the number of errors that are not grouped yet.
    init(_ all: [ErrorGroup], ungrouped: Int) {
        self.ungrouped = ungrouped
        var latest: ErrorGroup?
        for group in all {
            guard group.muted == nil else {
                muted += 1
                mutedErrors += group.errors
                continue
            }
            count += 1
            if groups.count < Self.kept { groups.append(Group(group)) }
            if latest.map({ ($0.firstSeen, $0.number) < (group.firstSeen, group.number) }) ?? true { latest = group }
        }
        guard let latest, count > 1 else { return }
        newest = latest.number
        if !groups.contains(where: { $0.number == latest.number }) { groups.append(Group(latest)) }
    }

    var isEmpty: Bool { count == 0 && muted == 0 && ungrouped == 0 }
}
