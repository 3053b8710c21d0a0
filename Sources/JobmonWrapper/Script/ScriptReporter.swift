import Glibc
import JobmonCore
import JobmonReporting

/// Tells the monitor of a script that reports itself, in a process without a loop of its own.
final class ScriptReporter {
    private let time: TimeSource
    private let facts: SpooledPoster

    init(layout: DirectoryLayout, time: TimeSource) {
        self.time = time
        facts = SpooledPoster(layout: layout, time: time)
    }

    /// Keeps a fact; it is sent by `turn`.
    func say(_ fact: Fact, at moment: Timestamp? = nil) { facts.say(fact, at: moment) }

    /// A sign of life, unless something more important waits.
    func beat(_ instance: InstanceReference) { facts.beat(instance) }

    /// Waits for so many seconds at most, or until a descriptor can be read; sends meanwhile.
    /// - Returns: whether the descriptor can be read.
    @discardableResult
    func turn(within seconds: Double, watching descriptor: Int32 = -1) -> Bool {
        facts.proceed(0)
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: -1, events: 0, revents: 0),
        ]
        if let interest = facts.pollInterest {
            entries[1] = pollfd(fd: interest.fd, events: interest.events, revents: 0)
        }
        let limit = min(Int((seconds * 1000).rounded(.up)), facts.wakeAfter ?? Int.max)
        _ = poll(&entries, 2, Int32(clamping: max(0, limit)))
        facts.proceed(entries[1].revents)
        return entries[0].revents != 0
    }

    /// Sends all that waits: until it is acknowledged or the time is over. The spool keeps the rest.
    func finish(within seconds: Double) {
        let deadline = time.steadySeconds() + seconds
        facts.hurry()
        turn(within: 0)
        while !facts.isAllAcknowledged, facts.pollInterest != nil {
            let left = deadline - time.steadySeconds()
            guard left > 0 else { return facts.sendUnasked() }
            turn(within: left)
        }
    }
}
