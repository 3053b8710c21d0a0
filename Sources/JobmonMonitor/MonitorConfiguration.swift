package import JobmonCore

/// How a monitor listens, and its bounds. The defaults are those of the product; tests shorten the times.
package struct MonitorConfiguration: Sendable {
    /// The numeric address or host name to listen on; `any` is every address of this host.
    package var address = "127.0.0.1"
    /// The port to listen on; 0 is any that is free.
    package var port = 0
    /// What requesters must show; never empty, never logged.
    package var secret: String
    /// Further names of this host that a request may be addressed to.
    package var hostNames: [String] = []

    /// Seconds that a sender may take from the first line of a request to the end of its body.
    package var requestSeconds = 30.0
    /// Seconds after which a connection without a request, or with half a header, is closed.
    package var idleSeconds = 75.0
    /// Bytes of one request's body.
    package var maximumBody = 16 << 20

    /// Events in one transaction, so that it stays short.
    package var eventsPerCommit = 1000
    /// Events that may wait for the writer; more are answered with 503.
    package var maximumPendingEvents = 50000
    /// Bytes of the bodies that may wait for the writer.
    package var maximumPendingBytes = 128 << 20

    /// Seconds for which changes are gathered before they are published together.
    package var publishSeconds = 0.05
    /// Seconds between signs of life on a stream on which nothing happens.
    package var keepAliveSeconds = 15.0
    /// Changes that are kept ready for subscribers; one that is further behind reads on from the ledger.
    package var keptChanges = 4096

    /// Seconds between two looks for late instances.
    package var watchdogSeconds = 10.0
    /// Seconds between two looks for killed wrappers on this host.
    package var wrapperSeconds = 1.0
    /// Seconds without a sign of life after which a running instance is late: three heartbeats.
    package var lateSeconds = 90.0
    /// Seconds without a sign of life after which an instance is UNKNOWN.
    package var lostSeconds = 600.0
    /// Whether somebody asks its scheduler about an instance, and so knows more than that it is silent.
    package var isAskedAbout: @Sendable (SilentInstance) -> Bool = { _ in false }
    /// Whether the directory is not the one any more that the ledger is in: what is in its spool is for another monitor.
    package var hasLostDirectory: @Sendable () -> Bool = { false }
    /// Seconds between two looks into the spool.
    package var spoolSeconds = 5.0
    /// Seconds that an orderly end may take before what is left of it is cut off.
    package var stopSeconds = 10.0

    package init(secret: String) { self.secret = secret }

    /// The address to bind.
    var bindAddress: String { address == "any" ? "0.0.0.0" : address }
}
