import CJobmonPOSIX
import Glibc
package import JobmonCore

/// Checks whether a directory's monitor answers now, with one small request, and waits for the result.
package enum MonitorProbe {
    package enum Answer: Sendable, Equatable {
        /// The monitor answered.
        case alive
        /// The directory names a monitor, but it did not answer in time.
        case silent
        /// The directory names no monitor.
        case none
    }

    /// Sends `GET /v1/alive`, which needs no secret.
    /// - Parameters:
    ///   - connecting: maximum seconds for the connection.
    ///   - answering: maximum seconds for the answer once connected: then a process listens, which may be busy.
    package static func ask(
        _ layout: DirectoryLayout, connecting: Double, answering: Double, time: TimeSource = .system
    ) -> Answer {
        guard let info = MonitorInfo.read(layout) else { return access(layout.info, F_OK) == 0 ? .silent : .none }
        let descriptor = jobmon_connect_tcp(info.address, UInt16(info.port))
        guard descriptor >= 0 else { return .silent }
        defer { close(descriptor) }
        guard wait(descriptor, POLLOUT, until: time.steadySeconds() + connecting, time),
            jobmon_socket_error(descriptor) == 0
        else {
            return .silent
        }
        let address = info.address.utf8.contains(UInt8(ascii: ":")) ? "[\(info.address)]" : info.address
        let request = Array(
            "GET /v1/alive HTTP/1.1\r\nHost: \(address):\(info.port)\r\nConnection: close\r\n\r\n".utf8)
        guard jobmon_send(descriptor, request, request.count) == request.count else { return .silent }
        let deadline = time.steadySeconds() + answering
        var answer = AnswerReader()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while wait(descriptor, POLLIN, until: deadline, time) {
            let count = jobmon_receive(descriptor, &buffer, buffer.count)
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { break }
            answer.take(buffer[..<count])
            if answer.status != 0 { return answer.status == 200 ? .alive : .silent }
            if answer.state == .garbage { break }
        }
        return .silent
    }

    private static func wait(_ descriptor: Int32, _ events: Int32, until deadline: Double, _ time: TimeSource) -> Bool {
        while true {
            let left = deadline - time.steadySeconds()
            guard left > 0 else { return false }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&entry, 1, Int32((left * 1000).rounded(.up)))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }
}
