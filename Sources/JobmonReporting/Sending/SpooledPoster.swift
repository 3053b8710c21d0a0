import Glibc
package import JobmonCore

/// The way of facts from a process that is about one command or one script: each is spooled first and sent second, and
/// leaves the spool once it is acknowledged. Nothing waits here, and no thread runs: the owner's loop polls.
package final class SpooledPoster {
    private let time: TimeSource
    private var outbox: Outbox
    private let poster: Poster

    package init(layout: DirectoryLayout, time: TimeSource) {
        self.time = time
        outbox = Outbox(layout: layout, time: time)
        var options = Poster.Options()
        // A thousand wrappers without a monitor should not all look for it every other second.
        options.longestBackoff = 15
        poster = Poster(layout: layout, time: time, options: options)
    }

    /// Spools a fact, and queues it for the monitor. A fact that can't be spooled is sent all the same.
    package func say(_ fact: Fact, at moment: Timestamp? = nil) {
        let event = outbox.stamp(fact, at: moment)
        outbox.spool(event)
        poster.enqueue(event)
    }

    /// Queues a heartbeat, unless something more important waits. It is not spooled.
    package func beat(_ instance: InstanceReference) {
        guard poster.pending == 0 else { return }
        poster.enqueue(Event(time: time.now(), fact: .heartbeat([instance])))
    }

    // MARK: Within a loop

    package var isConnected: Bool { poster.isConnected }
    package var hasAnswered: Bool { poster.hasAnswered }
    package var isAllAcknowledged: Bool { poster.pending == 0 }
    /// What to poll for; nil: nothing for now.
    package var pollInterest: (fd: Int32, events: Int16)? { poster.pollInterest }
    /// Milliseconds after which `proceed` is due in any case; nil: never.
    package var wakeAfter: Int? { poster.wakeAfter }

    /// Sends and receives what can be without waiting, and removes acknowledged facts from the spool.
    package func proceed(_ revents: Int16) {
        for (identity, _) in poster.proceed(revents: revents) { outbox.acknowledge(identity) }
    }

    /// Tries to connect now, whatever the wait after the last failure.
    package func hurry() { poster.hurry() }

    /// Sends the rest without waiting for the answers, as the last thing before the process ends.
    package func sendUnasked() { poster.sendUnasked() }
}
