import JobmonCore

/// A command that is being ended, with all processes that it started.
struct Ending {
    let id: CommandID
    /// When the command was started, in seconds of the monotonic clock.
    let begun: Double
    /// The processes that belong to it, including those that were told to end.
    var attempt: ProcessKin.Attempt
    /// The time at which KILL is due.
    var killAt: Double
    /// TERM was sent.
    var isBegun = false
    /// The command itself is over; other processes of it may not be.
    var isOver = false
    /// The number of scans in a row that found no process.
    var quietLooks = 0
    /// The number of scans that may still be discarded because processes showed no environment: some never have one.
    var unsettledLooks = 10
    /// The time to give up: not even KILL ends a process that waits for a dead disk.
    var giveUpAt: Double

    /// The number of scans without a process after which none is left. More than one is needed: a scan misses a process
    /// that is created by one it has already passed.
    private static let enoughQuietLooks = 2

    /// Applies the result of a scan.
    /// - Returns: the new processes, and whether the group has members.
    mutating func take(_ members: [ProcessRecord], isUnsettled: Bool) -> (new: [ProcessRecord], groupLives: Bool) {
        let new = members.filter { attempt.known.insert($0.identity).inserted }
        let groupLives = attempt.group.map { group in members.contains { $0.group == group } } ?? false
        // The number of an empty group may soon belong to another one.
        if isOver, !groupLives { attempt.group = nil }
        if !members.isEmpty {
            quietLooks = 0
        } else if isUnsettled, unsettledLooks > 0 {
            unsettledLooks -= 1
        } else {
            quietLooks += 1
        }
        return (new, groupLives)
    }

    var isDone: Bool { isOver && quietLooks >= Self.enoughQuietLooks }
}
