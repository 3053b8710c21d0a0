import CJobmonPOSIX
import Glibc
import Synchronization

/// Signals of this process that arrive through a descriptor. From `init` on none is lost: those that arrive before
/// anybody reads are kept.
package final class SignalInbox: Sendable {
    /// Readable when there is a signal.
    package let descriptor: Int32
    private let numbers: [Int32]
    private let isOpen = Mutex(true)

    /// Catches these signals.
    /// - Returns: nil if there is no descriptor left; then nothing was changed.
    package init?(_ numbers: [Int32]) {
        let descriptor = jobmon_signals_open()
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        self.numbers = numbers
        for number in numbers { _ = jobmon_signals_catch(number) }
    }

    /// The next signal that arrived; nil: none did. Does not wait.
    package func next() -> Int32? {
        isOpen.withLock { isOpen in
            guard isOpen else { return nil }
            var record = jobmon_signal()
            let size = MemoryLayout<jobmon_signal>.size
            while withUnsafeMutableBytes(of: &record, { read(descriptor, $0.baseAddress, size) }) == size {
                if numbers.contains(record.number) { return record.number }
            }
            return nil
        }
    }

    /// Closes the descriptor. The signals stay caught, and do nothing.
    package func close() {
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            isOpen = false
            jobmon_signals_close(descriptor)
        }
    }
}
