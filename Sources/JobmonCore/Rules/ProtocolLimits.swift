/// Numbers of the protocol that all sides share; docs/protocol.md states them, and the Python package has those that it
/// needs in `_limits.py`, which a test compares with these.
package enum ProtocolLimits {
    /// Seconds between two heartbeats of a running instance.
    package static let heartbeat = 30.0
    /// Seconds until the next heartbeat: a fifth more or less, so that many processes do not send at once.
    package static func nextHeartbeat() -> Double { heartbeat * Double.random(in: 0.8...1.2) }
    /// Seconds without a sign of life after which an instance is late: three heartbeats.
    package static let late = 3 * heartbeat
    /// Seconds without a sign of life after which an instance is UNKNOWN.
    package static let lost = 600.0
    /// Seconds between two keep-alive lines on a stream of events.
    package static let keepAlive = 15.0
    /// Seconds without a request after which the monitor closes a connection.
    package static let idleConnection = 75.0
    /// Bytes of one event's JSON text.
    package static let event = 4 << 20
    /// Bytes of one request's body.
    package static let request = 16 << 20
    /// Bytes of stderr that are kept.
    package static let stderr = 64 << 10
    /// The maximum number of retries of a job, which has one attempt more.
    package static let retries = 1_000_000
    /// Events in one request.
    package static let eventsPerRequest = 10000
    /// The outermost and the innermost frames that are kept of a traceback.
    package static let tracebackFrames = (first: 30, last: 70)
    /// Exceptions in a chain of causes that are kept.
    package static let tracebackChain = 20
    /// Bytes of a frame's source line that are kept.
    package static let tracebackCode = 400
}
