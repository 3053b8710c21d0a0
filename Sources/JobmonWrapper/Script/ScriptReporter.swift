import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonReporting

/// What a script has to say of itself: each fact is spooled, then sent.
final class ScriptReporter {
    private let time: TimeSource
    private let spool: SpoolWriter
    private let poster: Poster
    private let sender = makeUUID()
    private var seq: Int64 = 0

    init(layout: DirectoryLayout, time: TimeSource) {
        self.time = time
        spool = SpoolWriter(layout: layout, sender: sender)
        var options = Poster.Options()
        options.longestBackoff = 15
        poster = Poster(layout: layout, time: time, options: options)
    }

    /// Keeps a fact; it is sent by `turn`.
    func say(_ fact: Fact, at moment: Timestamp? = nil) {
        seq += 1
        let event = Event(identity: EventIdentity(sender: sender, seq: seq), time: moment ?? time.now(), fact: fact)
        spool.write(event)
        poster.enqueue(event)
    }

    /// A sign of life, unless something more important waits.
    func beat(_ instance: InstanceReference) {
        guard poster.pending == 0 else { return }
        poster.enqueue(Event(time: time.now(), fact: .heartbeat([instance])))
    }

    /// Waits for so many seconds at most, or until a descriptor can be read; sends meanwhile.
    /// - Returns: whether the descriptor can be read.
    @discardableResult
    func turn(within seconds: Double, watching descriptor: Int32 = -1) -> Bool {
        acknowledge(poster.proceed(revents: 0))
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: -1, events: 0, revents: 0),
        ]
        if let interest = poster.pollInterest {
            entries[1] = pollfd(fd: interest.fd, events: interest.events, revents: 0)
        }
        let limit = min(Int((seconds * 1000).rounded(.up)), poster.wakeAfter ?? Int.max)
        _ = poll(&entries, 2, Int32(clamping: max(0, limit)))
        acknowledge(poster.proceed(revents: entries[1].revents))
        return entries[0].revents != 0
    }

    /// Sends all that waits: until it is acknowledged or the time is over. The spool keeps the rest.
    func finish(within seconds: Double) {
        let deadline = time.steadySeconds() + seconds
        poster.hurry()
        turn(within: 0)
        while poster.pending > 0, poster.pollInterest != nil {
            let left = deadline - time.steadySeconds()
            guard left > 0 else { return poster.sendUnasked() }
            turn(within: left)
        }
    }

    private func acknowledge(_ answered: [(EventIdentity, EventResult)]) {
        for (identity, _) in answered { spool.remove(identity) }
    }
}
