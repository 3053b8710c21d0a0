import JobmonCore

/// A command that we end, with all that it started.
struct Ending {
    let id: CommandID
    /// When the command was started; steady seconds.
    let begun: Double
    /// Who belongs to it, and was told to end.
    var attempt: ProcessKin.Attempt
    /// When KILL is due.
    var killAt: Double
    /// TERM was sent.
    var isBegun = false
    /// The command itself is over; others of it may not be.
    var isOver = false
    /// How many looks in a row found nobody.
    var quietLooks = 0
    /// How many more looks are lost on processes that show no environment: of some there never is any.
    var unsettledLooks = 10
    /// When to stop trying: not even KILL ends a process that waits for a dead disk.
    var giveUpAt: Double

    /// Looks after which nothing was found that count as "nobody is left". More than one: a process is not seen while it
    /// is made by one that was looked at before.
    private static let enoughQuietLooks = 2

    /// Takes what a look found.
    /// - Returns: who is new, and whether the group has anybody in it.
    mutating func take(_ members: [ProcessRecord], isUnsettled: Bool) -> (new: [ProcessRecord], groupLives: Bool) {
        let new = members.filter { attempt.known.insert($0.identity).inserted }
        let groupLives = attempt.group.map { group in members.contains { $0.group == group } } ?? false
        // An empty group's number may be another's soon.
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
