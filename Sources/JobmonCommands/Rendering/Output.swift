import Glibc
import JobmonCore
import JobmonSystem

/// Where a command's data goes: a descriptor, written to in large pieces.
///
/// A reader that goes away (`| head`) ends the command quietly; a full disk does not.
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

    /// Hands over what is still held. Called at the end of every command, and wherever somebody waits for a line.
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
                // Somebody else made the terminal non-blocking: wait until it takes more.
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waited, 1, -1)
            } else if errno != EINTR {
                let reason = SystemError.text()
                throw CommandFailure(.failed, "the output could not be written: \(reason)")
            }
        }
    }
}

/// Whoever read the output has gone: nothing more is wanted, and nothing is wrong.
package struct ReaderGone: Error {}
