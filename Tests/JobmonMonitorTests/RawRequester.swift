import Foundation
import JobmonCore
import JobmonTestSupport

/// Sends raw bytes over a socket and reads the answer: what an HTTP library would not let a test send.
struct RawRequester: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        func json() throws -> JSON { try JSON(parsing: body) }

        func code() throws -> String? {
            guard case .object(let object) = try json(), case .string(let code) = object["code"] else { return nil }
            return code
        }
    }

    struct NoAnswer: Error {}

    var port: Int
    var secret: String

    var host: String { "127.0.0.1:\(port)" }

    /// Sends one request on its own connection.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String: String?] = [:]
    ) async throws -> Answer {
        var all: [String: String?] = ["Host": host, "Authorization": "Bearer \(secret)", "Connection": "close"]
        if let body {
            all["Content-Type"] = "application/json"
            all["Content-Length"] = String(body.utf8.count)
        }
        all.merge(headers) { $1 }
        let lines = all.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }.sorted()
        return try await exchange(Array("\(method) \(path) HTTP/1.1\r\n\(lines.joined())\r\n\(body ?? "")".utf8))
    }

    func exchange(_ bytes: [UInt8]) async throws -> Answer {
        let text = try await RawSocket(port: port).exchange(bytes)
        guard let answer = Self.parse(text) else { throw NoAnswer() }
        return answer
    }

    static func parse(_ bytes: [UInt8]) -> Answer? {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<split], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return Answer(status: status, headers: headers, body: Array(bytes[(split + 4)...]))
    }
}

/// A connection to this host, for use by one task at a time.
final class RawSocket: Sendable {
    struct Failure: Error {
        let step: String
        let code = errno
    }

    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(step: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(step: "connect") }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Writes as much as possible; false if the other side has closed.
    func write(_ bytes: [UInt8]) -> Bool {
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

    /// Everything up to the end of the connection.
    func readAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while let some = try readSome() { all += some }
        return all
    }

    /// The next bytes; nil at the end of the connection.
    func readSome() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return Array(buffer[..<count]) }
        if count == 0 || errno == ECONNRESET { return nil }
        throw Failure(step: "recv")
    }

    /// Writes and reads at the same time, so that an answer before the end of the request is not lost.
    func exchange(_ bytes: [UInt8]) async throws -> [UInt8] {
        async let written = onThread { self.write(bytes) }
        let answer = try await onThread { try self.readAll() }
        _ = try await written
        return answer
    }
}

/// Runs blocking code on its own thread.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
    }
}
