import Foundation
import Synchronization

/// A responder on a socket of this host that does what a test's script says. Each connection has a thread, which runs
/// the script and then closes the connection.
final class ScriptedResponder: Sendable {
    struct Failure: Error {
        let step: String
    }

    let port: Int
    private let record = Record()
    /// A socket that does not listen.
    private let silent: Int32?

    /// - Parameters:
    ///   - listens: false: connections are refused, and no other process gets the port.
    ///   - script: what happens on a connection.
    init(listens: Bool = true, _ script: @escaping @Sendable (Line) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound, !listens || listen(descriptor, 512) == 0 else {
            close(descriptor)
            throw Failure(step: "bind")
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        silent = listens ? nil : descriptor
        guard listens else { return }
        let record = record
        record.add(descriptor)
        Thread.detachNewThread {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                let number = record.accept(connection)
                Thread.detachNewThread {
                    script(Line(number: number, descriptor: connection, record: record))
                    record.end(connection)
                }
            }
            record.end(descriptor)
        }
    }

    deinit {
        record.stop()
        if let silent { close(silent) }
    }

    /// The number of connections so far.
    var accepted: Int { record.state.withLock { $0.accepted } }
    /// The number of connections whose script has not ended.
    var open: Int { record.state.withLock { $0.connections.count } }
    /// The whole requests so far, head and body.
    var requests: [String] { record.state.withLock { $0.requests } }
}

extension ScriptedResponder {
    /// What is shared with the threads, which may live longer than the responder.
    fileprivate final class Record: Sendable {
        struct State {
            var accepted = 0
            var requests: [String] = []
            var listener: Int32?
            var connections: Set<Int32> = []
            var isStopped = false
        }

        let state = Mutex(State())

        func add(_ listener: Int32) { state.withLock { $0.listener = listener } }

        func accept(_ connection: Int32) -> Int {
            state.withLock { state in
                state.accepted += 1
                state.connections.insert(connection)
                if state.isStopped { shutdown(connection, Int32(SHUT_RDWR)) }
                return state.accepted
            }
        }

        func note(_ request: String) { state.withLock { $0.requests.append(request) } }

        /// Closes a descriptor. Only its own thread does, since the number may soon be another one's.
        func end(_ descriptor: Int32) {
            state.withLock { state in
                state.connections.remove(descriptor)
                if state.listener == descriptor { state.listener = nil }
                close(descriptor)
            }
        }

        /// Wakes all threads, which then end.
        func stop() {
            state.withLock { state in
                state.isStopped = true
                for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
                if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
            }
        }
    }

    /// A connection, for its script.
    final class Line: Sendable {
        /// The number of the connection, from 1.
        let number: Int
        private let descriptor: Int32
        private let record: Record
        /// What was received after the last request.
        private let rest = Mutex<[UInt8]>([])

        fileprivate init(number: Int, descriptor: Int32, record: Record) {
            self.number = number
            self.descriptor = descriptor
            self.record = record
            // Each piece is sent when the script says so.
            var yes: Int32 = 1
            setsockopt(
                descriptor, Int32(IPPROTO_TCP), Int32(TCP_NODELAY), &yes, socklen_t(MemoryLayout<Int32>.size))
        }

        /// Waits for the next whole request; nil: the other side has closed.
        @discardableResult
        func request() -> String? {
            while true {
                if let request = rest.withLock({ Self.takeRequest(from: &$0) }) {
                    record.note(request)
                    return request
                }
                guard receive() else { return nil }
            }
        }

        /// Waits for some bytes; false: the other side has closed.
        func receive() -> Bool {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            let received = buffer[..<count]
            rest.withLock { $0 += received }
            return true
        }

        /// Sends all; false: the other side has closed.
        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Sends `part` again and again until the other side takes nothing for a time.
        /// - Returns: the number of bytes; nil if it takes more than `limit`, or has closed.
        func fill(with part: [UInt8], upTo limit: Int, milliseconds: Int32) -> Int? {
            var sent = 0
            while sent <= limit {
                var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&polled, 1, milliseconds) == 0 { return sent }
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                let count = part.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, flags) }
                if count > 0 {
                    sent += count
                } else if errno != EAGAIN {
                    return nil
                }
            }
            return nil
        }

        private static func takeRequest(from bytes: inout [UInt8]) -> String? {
            let end = Array("\r\n\r\n".utf8)
            guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
            var length = 0
            for line in String(decoding: bytes[..<split], as: UTF8.self).components(separatedBy: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == "content-length" {
                    length = Int(parts[1].trimmingCharacters(in: .whitespaces)) ?? 0
                }
            }
            let whole = split + end.count + length
            guard bytes.count >= whole else { return nil }
            let request = String(decoding: bytes[..<whole], as: UTF8.self)
            bytes.removeFirst(whole)
            return request
        }
    }
}

/// Holds up scripts until a test opens it.
final class ScriptGate: Sendable {
    private let group = DispatchGroup()
    private let isOpen = Mutex(false)

    init() { group.enter() }

    deinit { open() }

    func open() {
        let isFirst = isOpen.withLock { isOpen in
            defer { isOpen = true }
            return !isOpen
        }
        if isFirst { group.leave() }
    }

    func pass() { group.wait() }
}
