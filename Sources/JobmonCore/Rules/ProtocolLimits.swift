/// Limits of what the monitor accepts.
package enum EventLimits {
    /// Bytes of one event's JSON text.
    package static let event = 4 << 20
    /// Bytes of one request's body.
    package static let request = 16 << 20
    /// Bytes of stderr that are kept (its end).
    package static let stderr = 64 << 10
    /// Number of events in one request.
    package static let eventsPerRequest = 10000
}
