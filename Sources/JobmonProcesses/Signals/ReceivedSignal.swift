import JobmonCore

/// A signal that was sent to this process.
package struct ReceivedSignal: Sendable, Equatable {
    package var number: Int32
    /// The kernel sent it: the terminal did, to the whole group, or it is about us.
    package var isFromKernel: Bool
    /// Who sent it; 0: unknown.
    package var sender: Int32
    /// It was queued with this value (sigqueue).
    package var queuedValue: Int32?
    /// When it came, in nanoseconds of the monotonic clock.
    package var at: Int64 = 0

    package init(number: Int32, isFromKernel: Bool, sender: Int32, queuedValue: Int32? = nil, at: Int64 = 0) {
        self.number = number
        self.isFromKernel = isFromKernel
        self.sender = sender
        self.queuedValue = queuedValue
        self.at = at
    }
}
