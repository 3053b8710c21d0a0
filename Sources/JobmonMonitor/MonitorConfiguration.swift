package import JobmonCore

/// A monitor's address and limits. The defaults are those of the product; tests use shorter times.
package struct MonitorConfiguration: Sendable {
    /// The numeric address or host name to listen on; `any` means all addresses of this host.
    package var address = "127.0.0.1"
    /// The port to listen on; 0: any free port.
    package var port = 0
    /// The secret that requests must carry; never empty, never logged.
    package var secret: String
    /// Further host names that may appear in the `Host` header.
    package var hostNames: [String] = []

    /// Maximum seconds from the first line of a request to the end of its body.
    package var requestSeconds = 30.0
    /// Seconds after which a connection is closed that has no request or only half a header.
    package var idleSeconds = ProtocolLimits.idleConnection
    /// Maximum bytes of one request's body.
    package var maximumBody = ProtocolLimits.request

    /// Maximum events in one transaction: a tenth of a second or two. What is written for an event falls with their number.
    package var eventsPerCommit = 4000
    /// Maximum events that wait for the writer; further ones are answered with 503.
    package var maximumPendingEvents = 50000
    /// Maximum bytes of the bodies that wait for the writer.
    package var maximumPendingBytes = 128 << 20

    /// Seconds for which changes are collected before they are published together.
    package var publishSeconds = 0.05
    /// Seconds between keep-alive signs on a stream without changes.
    package var keepAliveSeconds = ProtocolLimits.keepAlive
    /// The number of changes kept in memory for subscribers. A subscriber that is further behind reads from the ledger.
    package var keptChanges = 4096

    /// Seconds between two checks for late instances.
    package var watchdogSeconds = 10.0
    /// Seconds between two checks for killed wrappers on this host.
    package var wrapperSeconds = 1.0
    /// Seconds of silence after which a running instance is late: three heartbeats.
    package var lateSeconds = ProtocolLimits.late
    /// Seconds of silence after which an instance becomes UNKNOWN.
    package var lostSeconds = ProtocolLimits.lost
    /// Whether a queue asks the scheduler about an instance, and so knows more than that it is silent.
    package var isAskedAbout: @Sendable (SilentInstance) -> Bool = { _ in false }
    /// Whether the ledger's directory was replaced or removed. The spool there then belongs to another monitor.
    package var hasLostDirectory: @Sendable () -> Bool = { false }
    /// Seconds between two scans of the spool.
    package var spoolSeconds = 5.0
    /// Maximum seconds of an orderly stop; after them, the rest is cut off.
    package var stopSeconds = 10.0

    package init(secret: String) { self.secret = secret }

    /// The address to bind.
    var bindAddress: String { address == "any" ? "0.0.0.0" : address }
}
