import JobmonCore

/// A signal that this process received.
package struct ReceivedSignal: Sendable, Equatable {
    package var number: Int32
    /// The kernel sent it: for the terminal, to the whole group, or because of this process itself.
    package var isFromKernel: Bool
    /// The pid of the sender; 0: unknown.
    package var sender: Int32
    /// The value with which it was queued (sigqueue).
    package var queuedValue: Int32?
    /// When it arrived, in nanoseconds of the monotonic clock.
    package var at: Int64 = 0

    package init(number: Int32, isFromKernel: Bool, sender: Int32, queuedValue: Int32? = nil, at: Int64 = 0) {
        self.number = number
        self.isFromKernel = isFromKernel
        self.sender = sender
        self.queuedValue = queuedValue
        self.at = at
    }
}
