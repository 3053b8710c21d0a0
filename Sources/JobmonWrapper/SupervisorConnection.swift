import CJobmonPOSIX
import Glibc
import JobmonWire

/// The queue at the other end.
final class SupervisorConnection {
    let descriptor: Int32
    /// Lines to send, in order.
    var output: [UInt8] = []
    private var sent = 0
    private var input = LineBuffer()
    /// It has said hello.
    var isQueue = false

    /// What is longer is no message.
    private static let lineLimit = 64 << 20

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    var interest: Int16 { Int16(POLLIN) | (output.isEmpty ? 0 : Int16(POLLOUT)) }

    /// Sends what fits. False when the other side is gone.
    func flush() -> Bool {
        while sent < output.count {
            let count = output.withUnsafeBytes { bytes in
                bytes.baseAddress.map { jobmon_send(descriptor, $0 + sent, bytes.count - sent) } ?? 0
            }
            if count < 0 { return errno == EAGAIN }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
        sent = 0
        return true
    }

    /// Reads what is there: the messages, and whether the other side is still there.
    func receive() -> (messages: [SupervisorRequest], isOpen: Bool) {
        var messages: [SupervisorRequest] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = jobmon_receive(descriptor, &buffer, buffer.count)
            if count < 0 { return (messages, errno == EAGAIN) }
            if count == 0 { return (messages, false) }
            input.append(buffer[..<count])
            while let line = input.next() {
                // Who does not speak this language is not our queue.
                guard let message = try? SupervisorRequest(line: line) else { return (messages, false) }
                messages.append(message)
            }
            if input.count > Self.lineLimit { return (messages, false) }
            // Others want their turn too.
            if count < buffer.count { return (messages, true) }
        }
    }
}
