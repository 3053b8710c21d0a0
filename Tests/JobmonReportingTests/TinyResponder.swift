import CJobmonPOSIX
import Foundation
import JobmonCore
import JobmonReporting
import Synchronization

/// A small real HTTP responder on a thread; the test sets its answers.
final class TinyResponder: Sendable {
    /// The reaction to one request.
    enum Answer: Sendable {
        /// Send these bytes and keep the connection.
        case bytes(String)
        /// Send these bytes and close the connection.
        case bytesThenClose(String)
        /// Send nothing and close the connection.
        case close
        /// Send nothing.
        case hang
    }

    let port: Int
    private let listener: Int32
    private let requests: Mutex<[String]> = Mutex([])
    private let open: Mutex<[Int32]> = Mutex([])

    init(_ answer: @escaping @Sendable (_ number: Int, _ request: String) -> Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var length = size
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, raw, &length) == 0
            }
        }
        guard bound else { throw Problem(.unavailable, "no port") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                open.withLock { $0.append(connection) }
                Thread.detachNewThread { [self] in serve(connection, answer) }
            }
        }
    }

    /// Stops it: no listener and no connection remains.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in open.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    /// The received requests, head and body.
    var received: [String] { requests.withLock { $0 } }

    func info(secret: String = "word") -> MonitorInfo {
        MonitorInfo(
            host: "localhost", address: "127.0.0.1", port: port, pid: 1, hostBootID: nil, secret: secret,
            started: Timestamp(milliseconds: 0), version: "0")
    }

    private func serve(_ connection: Int32, _ answer: @Sendable (Int, String) -> Answer) {
        defer { shutdown(connection, Int32(SHUT_RDWR)) }
        var bytes: [UInt8] = []
        while let request = readRequest(connection, &bytes) {
            let number = requests.withLock { all in
                all.append(request)
                return all.count
            }
            switch answer(number, request) {
            case .bytes(let text): send(connection, text)
            case .bytesThenClose(let text):
                send(connection, text)
                return
            case .close: return
            case .hang: break
            }
        }
    }

    private func send(_ connection: Int32, _ text: String) {
        // In pieces, as a network may deliver it.
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            let piece = Array(bytes[start..<min(start + 7, bytes.count)])
            _ = jobmon_send(connection, piece, piece.count)
        }
    }

    private func readRequest(_ connection: Int32, _ bytes: inout [UInt8]) -> String? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n"),
                let line = text[..<end.lowerBound].split(separator: "\r\n").first(where: {
                    $0.lowercased().hasPrefix("content-length:")
                }), let length = Int(line.drop { $0 != ":" }.dropFirst().filter { $0 != " " })
            {
                let head = text[..<end.upperBound].utf8.count
                if bytes.count >= head + length {
                    defer { bytes.removeFirst(head + length) }
                    return String(decoding: bytes[..<(head + length)], as: UTF8.self)
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    /// A proper answer: every event of the request was recorded.
    static func recorded(_ request: String, chunked: Bool = false, extra: String = "") -> String {
        let count = request.components(separatedBy: "\"kind\"").count - 1
        let results = Array(repeating: "{\"outcome\":\"recorded\"}", count: count).joined(separator: ",")
        let body = "{\"results\":[\(results)]}"
        guard chunked else { return answer(200, body, extra: extra) }
        let half = body.index(body.startIndex, offsetBy: body.count / 2)
        let parts = [body[..<half], body[half...]].map { "\(String($0.utf8.count, radix: 16));x=y\r\n\($0)\r\n" }
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(parts.joined())0\r\nTrailer: x\r\n\r\n"
    }

    static func answer(_ status: Int, _ body: String, extra: String = "") -> String {
        "HTTP/1.1 \(status) Words\r\ncontent-type: application/json\r\n\(extra)Content-Length: \(body.utf8.count)\r\n\r\n"
            + body
    }
}
