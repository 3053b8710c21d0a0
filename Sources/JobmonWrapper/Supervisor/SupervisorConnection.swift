import CJobmonPOSIX
import Glibc
import JobmonWire

/// The queue at the other end.
final class SupervisorConnection {
    let descriptor: Int32
    /// Lines to send, in order.
    var output: [UInt8] = []
    /// When what there is to send is sent at the latest; steady seconds. Many reports in one go wake the queue once.
    private(set) var sendAt = Double.infinity
    private var isBlocked = false
    private var sent = 0
    private var input = LineBuffer()
    /// It has said hello.
    var isQueue = false

    /// What is longer is no message.
    private static let lineLimit = 64 << 20

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    var interest: Int16 { Int16(POLLIN) | (isBlocked ? Int16(POLLOUT) : 0) }

    /// What there is to send is sent by then.
    func send(by moment: Double) { sendAt = min(sendAt, moment) }

    /// Sends what fits. False when the other side is gone.
    func flush() -> Bool {
        sendAt = .infinity
        isBlocked = false
        while sent < output.count {
            let count = output.withUnsafeBytes { bytes in
                bytes.baseAddress.map { jobmon_send(descriptor, $0 + sent, bytes.count - sent) } ?? 0
            }
            if count < 0 {
                isBlocked = errno == EAGAIN
                return isBlocked
            }
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
