/// Reads one HTTP/1.1 answer from the bytes of a connection as they arrive.
struct AnswerReader {
    /// The maximum size of the head; a larger one does not come from a monitor.
    private static let headLimit = 64 << 10
    private static let bodyLimit = 32 << 20

    private(set) var status = 0
    private(set) var body: [UInt8] = []
    /// Seconds after which the monitor wants the next request (Retry-After).
    private(set) var retryAfter: Double?
    /// Whether the connection can carry another request after this answer.
    private(set) var keepsConnection = true
    private(set) var state = State.head
    private var pending: [UInt8] = []

    enum State: Equatable {
        case head
        /// The number of bytes that are missing from the body.
        case body(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailer
        /// The body extends to the end of the connection.
        case toTheEnd
        case done
        /// The bytes are not HTTP, or not an answer that this reader accepts.
        case garbage
    }

    mutating func take(_ bytes: some Sequence<UInt8>) {
        pending.append(contentsOf: bytes)
        while step() {}
    }

    /// The other side has closed: an answer without a length is complete now; any other is not.
    mutating func end() {
        if state == .toTheEnd { state = .done } else if state != .done { state = .garbage }
    }

    /// Processes the bytes at hand. - Returns: false if more are needed, or if there is nothing left to do.
    private mutating func step() -> Bool {
        switch state {
        case .head: return readHead()
        case .body(let left):
            moveToBody(left)
            state = left - lastMoved == 0 ? .done : .body(left - lastMoved)
            return false
        case .chunkSize:
            guard let line = takeLine(limit: 1024) else { return false }
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 > 0x20 }
            guard !digits.isEmpty, digits.count < 9, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return fail() }
            state = size == 0 ? .trailer : .chunk(size)
            return true
        case .chunk(let left):
            moveToBody(left)
            if state == .garbage { return false }
            state = left - lastMoved == 0 ? .chunkEnd : .chunk(left - lastMoved)
            return lastMoved == left
        case .chunkEnd:
            guard let line = takeLine(limit: 2) else { return false }
            guard line.isEmpty else { return fail() }
            state = .chunkSize
            return true
        case .trailer:
            guard let line = takeLine(limit: Self.headLimit) else { return false }
            if line.isEmpty { state = .done }
            return !line.isEmpty
        case .toTheEnd:
            moveToBody(pending.count)
            return false
        case .done, .garbage: return false
        }
    }

    private var lastMoved = 0

    private mutating func moveToBody(_ count: Int) {
        lastMoved = min(count, pending.count)
        body.append(contentsOf: pending[..<lastMoved])
        pending.removeFirst(lastMoved)
        if body.count > Self.bodyLimit { state = .garbage }
    }

    private mutating func fail() -> Bool {
        state = .garbage
        return false
    }

    /// The next line without its line end; nil if there is none yet.
    private mutating func takeLine(limit: Int) -> [UInt8]? {
        guard let newline = pending.firstIndex(of: 0x0A) else {
            if pending.count > limit { state = .garbage }
            return nil
        }
        var line = Array(pending[..<newline])
        if line.last == 0x0D { line.removeLast() }
        pending.removeSubrange(...newline)
        return line
    }

    private mutating func readHead() -> Bool {
        // Wait for the whole head: it is short and nearly always arrives in one piece.
        guard let end = headEnd() else {
            // Detect bytes that cannot become `HTTP/1.` at once, not after a time-out.
            let start = Array("HTTP/1.".utf8)
            if pending.count > Self.headLimit || !start.starts(with: pending.prefix(start.count)) { return fail() }
            return false
        }
        let lines = pending[..<end].split(separator: 0x0A).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
        pending.removeFirst(end)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].utf8.count == 3, let code = Int(words[1]),
            code >= 100
        else { return fail() }
        // An interim answer: the final one follows.
        if code < 200 { return true }
        status = code
        keepsConnection = words[0] != "HTTP/1.0"
        var length: Int?
        var isChunked = false
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { return fail() }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let text = String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed()).lowercased()
            switch name {
            case "content-length":
                guard let count = Int(text), count >= 0, count <= Self.bodyLimit, length == nil || length == count
                else { return fail() }
                length = count
            case "transfer-encoding":
                guard text == "chunked" else { return fail() }
                isChunked = true
            case "connection": if text.contains("close") { keepsConnection = false }
            case "retry-after": retryAfter = Double(text).flatMap { $0 >= 0 && $0 < 3600 ? $0 : nil }
            default: break
            }
        }
        if isChunked {
            state = .chunkSize
        } else if let length {
            state = length == 0 ? .done : .body(length)
        } else if code == 204 || code == 304 {
            state = .done
        } else {
            keepsConnection = false
            state = .toTheEnd
        }
        return state != .done
    }

    /// The position after the empty line that ends the head; nil if it has not arrived.
    private func headEnd() -> Int? {
        var index = 0
        while let newline = pending[index...].firstIndex(of: 0x0A) {
            let next = newline + 1
            if next < pending.count, pending[next] == 0x0A { return next + 1 }
            if next + 1 < pending.count, pending[next] == 0x0D, pending[next + 1] == 0x0A { return next + 2 }
            index = next
        }
        return nil
    }
}
