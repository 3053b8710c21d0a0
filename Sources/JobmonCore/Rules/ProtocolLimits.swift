/// The bounds of what is taken in.
package enum EventLimits {
    /// Bytes of one event's JSON text.
    package static let event = 4 << 20
    /// Bytes of one request's body.
    package static let request = 16 << 20
    /// Bytes of stderr that are kept.
    package static let stderr = 64 << 10
    /// Events in one request.
    package static let eventsPerRequest = 10000
}
