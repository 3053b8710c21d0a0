import Glibc
import JobmonCore
import JobmonSystem

/// A command's data output: a descriptor that is written to in large pieces.
///
/// If the reader goes away (`| head`), the command ends quietly. A full disk is an error.
package final class Output {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private static let piece = 1 << 16

    package init(descriptor: Int32 = 1) {
        self.descriptor = descriptor
        buffer.reserveCapacity(Self.piece + 4096)
    }

    package func write(_ text: String) throws { try write(bytes: text.utf8) }

    package func write(bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.piece { try flush() }
    }

    /// Writes what is still buffered. Called at the end of every command, and wherever a reader waits for a line.
    package func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        var offset = 0
        while offset < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if count >= 0 {
                offset += count
            } else if errno == EPIPE {
                throw ReaderGone()
            } else if errno == EAGAIN {
                // Another process made the terminal non-blocking: wait until it accepts more.
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waited, 1, -1)
            } else if errno != EINTR {
                let reason = SystemError.text()
                throw CommandFailure(.failed, "the output could not be written: \(reason)")
            }
        }
    }
}

/// The reader of the output has gone: no more output is needed, and this is not an error.
package struct ReaderGone: Error {}
