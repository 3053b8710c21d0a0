/// Decides which commands' memory is looked at now, and when next, so that all of it costs at most 0.1 % of a core for
/// each 100 running commands. A rule without a clock and without I/O: times are seconds of the monotonic clock, costs are
/// seconds of processor time.
///
/// Two things come on top: what may be spent in advance, so that short commands are seen too, and what one round or one
/// count takes beyond what there is, which later ones wait for. And a process that watches few commands may take the time
/// of more: a supervisor, of which a queue has one, that of a hundred; a wrapper, of which a host has many, that of ten.
/// Commands whose memory is limited are looked at in time, whatever there is.
struct MemorySchedule: Sendable {
    /// For rounds: the search for new processes, and a look at each command.
    private var rounds: TimeAllowance
    /// For the counting of pages. It has its own allowance, since one count may cost as much as a thousand looks. In
    /// advance, a single command of a few gigabytes may take what its first counts cost.
    private var counts: TimeAllowance

    /// The cost of the latest round.
    private var costOfRound = 2e-4
    /// The cost of a count for each byte, as measured of late.
    private var costOfByte = 2e-11
    /// The cost of a count for each process.
    private static let costOfProcess = 5e-5
    /// A count that costs more is never done: this thread has other work.
    private static let mostForCount = 0.25
    /// A count that costs less need not wait until the memory is steady.
    private static let leastForWaiting = 0.003
    /// The part of a round that is not measured: this thread is woken for it.
    private static let costOfWaking = 2e-5
    /// Seconds between two rounds at least.
    private static let leastPause = 0.05

    /// The part of what can be saved that is kept for commands that were not looked at yet: one look and what the kernel
    /// tells at the end say much more than nothing, and further looks little more.
    private static let partForFirstLooks = 0.5

    private var notBefore = -Double.infinity
    /// When the next round is due.
    private(set) var nextRound = Double.infinity

    /// - Parameter few: so many commands' time may be taken even if fewer run.
    init(few: Int = Self.ofWrapper) {
        rounds = TimeAllowance(share: 5e-6, most: 0.02, few: few)
        counts = TimeAllowance(share: 3e-6, most: 0.15, few: few)
    }

    static let ofWrapper = 10
    static let ofSupervisor = 100

    /// A command was started.
    mutating func started(_ watch: MemoryWatch) {
        nextRound = min(nextRound, watch.isLimited ? watch.lookAt : max(watch.lookAt, notBefore))
    }

    /// Begins a round.
    /// - Parameter watches: of all running commands.
    /// - Returns: the places of those to look at now.
    mutating func begin(_ watches: [MemoryWatch], at now: Double) -> [Int] {
        rounds.grow(until: now, running: watches.count)
        counts.grow(until: now, running: watches.count)
        let mayRepeat = rounds.left > reserve(watches.count)
        let mayLook = rounds.left > 0
        guard
            watches.contains(where: {
                $0.lookAt <= now && ($0.isLimited || mayLook && (mayRepeat || !$0.wasLookedAt))
            })
        else { return [] }
        // Much of what a round costs does not depend on how many are looked at.
        return watches.indices.filter { watches[$0].isDue(now) }
    }

    /// Whether pages may be counted now.
    /// - Parameter isSteady: the memory is about that of the look before. While a command starts its processes, a count
    ///   is soon out of date.
    func mayCount(_ look: MemoryLook, isSteady: Bool) -> Bool {
        let cost = Double(look.processes) * Self.costOfProcess + Double(look.walked) * costOfByte
        return cost <= Self.mostForCount && counts.left > 0 && (isSteady || cost <= Self.leastForWaiting)
    }

    /// Pages were counted.
    mutating func counted(_ look: MemoryLook, cost: Double) {
        counts.spend(cost)
        // Of little memory, the bytes are not what costs.
        guard look.walked >= 16 << 20 else { return }
        let ofBytes = max(0, cost - Double(look.processes) * Self.costOfProcess)
        costOfByte += (ofBytes / Double(look.walked) - costOfByte) / 4
    }

    /// Ends a round.
    /// - Parameters:
    ///   - watches: of all running commands, as they are now.
    ///   - hasLooked: whether any was looked at.
    ///   - cost: what the round cost, without counts.
    mutating func end(_ watches: [MemoryWatch], hasLooked: Bool, cost: Double, at now: Double) {
        if hasLooked {
            costOfRound = cost + Self.costOfWaking
            rounds.spend(costOfRound)
        }
        notBefore = moment(keeping: 0, now, watches.count)
        let repeatNotBefore = moment(keeping: reserve(watches.count), now, watches.count)
        var next = Double.infinity
        for watch in watches {
            let earliest = watch.isLimited ? now : watch.wasLookedAt ? repeatNotBefore : notBefore
            next = min(next, max(watch.lookAt, earliest))
        }
        nextRound = max(next, now + Self.leastPause)
    }

    /// From when on there is time for a round of the same cost, or for what a second gives, beside what is kept.
    private func moment(keeping kept: Double, _ now: Double, _ running: Int) -> Double {
        if rounds.left > kept { return now }
        return rounds.moment(of: kept + max(costOfRound, rounds.rate(running)), after: now, running: running)
    }

    private func reserve(_ running: Int) -> Double { rounds.limit(running) * Self.partForFirstLooks }
}
