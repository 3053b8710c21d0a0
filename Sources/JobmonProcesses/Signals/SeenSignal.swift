import CJobmonPOSIX
import Glibc

/// A signal that a witness received.
package struct SeenSignal: Sendable, Equatable {
    var number: Int32
    var isFromKernel: Bool
    var sender: Int32
    /// Nanoseconds of the monotonic clock.
    var at: Int64

    package init(number: Int32, isFromKernel: Bool, sender: Int32, at: Int64) {
        self.number = number
        self.isFromKernel = isFromKernel
        self.sender = sender
        self.at = at
    }

    init(_ record: jobmon_signal) {
        self.init(
            number: record.number, isFromKernel: record.code == JOBMON_SIGNAL_FROM_KERNEL, sender: record.pid,
            at: record.at)
    }
}

/// The signals that a witness received, and which of our own each of them explains.
package struct SignalRecord: Sendable {
    private var seen: [(signal: SeenSignal, isUsed: Bool)] = []

    /// Two signals sent within this many nanoseconds may arrive as one at the witness and as two here.
    private static let merging: Int64 = 500_000
    /// The maximum number kept; older ones are dropped.
    private static let kept = 256

    package init() {}

    package mutating func note(_ signal: SeenSignal) {
        seen.append((signal, false))
        if seen.count > Self.kept { seen.removeFirst(seen.count - Self.kept) }
    }

    /// Whether the witness received this signal too. Each signal of the witness explains one of ours.
    package mutating func covers(_ signal: ReceivedSignal) -> Bool {
        func isSame(_ other: SeenSignal) -> Bool {
            other.number == signal.number && other.isFromKernel == signal.isFromKernel && other.sender == signal.sender
        }
        if let index = seen.firstIndex(where: { !$0.isUsed && isSame($0.signal) }) {
            seen[index].isUsed = true
            return true
        }
        return seen.contains { isSame($0.signal) && abs($0.signal.at - signal.at) <= Self.merging }
    }
}
