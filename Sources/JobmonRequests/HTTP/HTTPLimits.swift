import JobmonCore

/// The limits of an `HTTPRequester`. The defaults are those of the product; tests use shorter times.
struct HTTPLimits: Sendable {
    /// Maximum seconds for making a connection.
    var connectSeconds = 5.0
    /// Seconds after which a connection is closed that no request uses. The monitor closes it later
    /// (`ProtocolLimits.idleConnection`), so that it rarely does so in the moment of a request.
    var idleSeconds = 45.0
    /// Maximum seconds between two parts of a stream: the monitor sends a keep-alive sign four times in that time.
    var silenceSeconds = 4 * ProtocolLimits.keepAlive
    /// Maximum number of requests at the same time, to all addresses; further ones wait. Streams do not count.
    var requests = 256
}
