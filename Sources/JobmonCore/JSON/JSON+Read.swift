/// Why and where a text is not valid JSON.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, as a phrase.
    package let message: String
    /// The offset of the byte at which the error was detected, from 0.
    package let offset: Int

    package var description: String { "not JSON: \(message) at byte \(offset)" }
}

extension JSON {
    /// The maximum nesting depth. Facts need 4; a recursive reader without a limit could be made to overflow its stack.
    package static let maximumDepth = 64

    /// Reads one JSON value that fills the whole text (RFC 8259, strict, UTF-8).
    /// - Throws: what is wrong, and at which byte.
    package init(parsing bytes: some Collection<UInt8>) throws(JSONSyntaxError) {
        let read: Result<JSON, JSONSyntaxError>? = bytes.withContiguousStorageIfAvailable { buffer in
            Self.read(buffer)
        }
        switch read {
        case .some(let result): self = try result.get()
        case .none: self = try Array(bytes).withUnsafeBufferPointer { Self.read($0) }.get()
        }
    }

    /// Reads one JSON value that fills the whole text.
    /// - Throws: what is wrong, and at which byte.
    package init(parsing text: String) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8))
    }

    private static func read(_ buffer: UnsafeBufferPointer<UInt8>) -> Result<JSON, JSONSyntaxError> {
        var reader = JSONReader(bytes: buffer)
        do throws(JSONSyntaxError) {
            return .success(try reader.readDocument())
        } catch {
            return .failure(error)
        }
    }
}

/// A recursive-descent reader over bytes that must outlive it.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    /// The members that were read of the objects that are open, those of the innermost last. An object takes its own from
    /// here when it ends: so it has no more room than it needs, and it may live for long.
    private var open: [(name: String, value: JSON)] = []

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    func failure(_ message: String) -> JSONSyntaxError { JSONSyntaxError(message: message, offset: position) }

    mutating func readDocument() throws(JSONSyntaxError) -> JSON {
        let value = try readValue(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("left-over text") }
        return value
    }

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func readValue(depth: Int) throws(JSONSyntaxError) -> JSON {
        guard depth < JSON.maximumDepth else { throw failure("nested deeper than \(JSON.maximumDepth)") }
        skipSpace()
        guard position < bytes.count else { throw failure("the text ends early") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try readObject(depth: depth)
        case UInt8(ascii: "["): return try readArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw failure("an unexpected character")
        }
    }

    mutating func readWord(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        for index in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[index]) {
            throw failure("an unexpected word")
        }
        return value
    }

    mutating func readObject(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        let first = open.count
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw failure("a name is missing")
            }
            let name = try readString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("':' is missing") }
            let value = try readValue(depth: depth + 1)
            open.append((name, value))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw failure("',' or '}' is missing") }
            // An array that is made of the whole of another one would share its room.
            var members: [(name: String, value: JSON)] = []
            members.reserveCapacity(open.count - first)
            members.append(contentsOf: open[first...])
            open.removeSubrange(first...)
            return .object(JSONObject(members))
        }
    }

    mutating func readArray(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var values: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            values.append(try readValue(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw failure("',' or ']' is missing") }
            return .array(values)
        }
    }

    mutating func readNumber() throws(JSONSyntaxError) -> JSON {
        let start = position
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        let leadingZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
        let whole = skipDigits()
        guard whole > 0, !leadingZero || whole == 1 else { throw failure("a malformed number") }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard skipDigits() > 0 else { throw failure("a malformed number") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw failure("a malformed number") }
        }
        if isInteger, whole <= 18 { return .int(smallInteger(start)) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw failure("a number that is too large") }
        return .double(value)
    }

    /// The integer that was just read, of at most 18 digits.
    private func smallInteger(_ start: Int) -> Int64 {
        let isNegative = bytes[start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for index in (isNegative ? start + 1 : start)..<position {
            value = value * 10 + Int64(bytes[index] - UInt8(ascii: "0"))
        }
        return isNegative ? -value : value
    }

    mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position - start
    }

    mutating func readString() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        var seen: UInt8 = 0
        // Most strings have no escape: find the end and copy the string whole.
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                // Most strings are ASCII, whose encoding needs no check.
                if seen < 0x80 { return String(decoding: content, as: UTF8.self) }
                guard let text = String(validating: content, as: UTF8.self) else {
                    position -= 1
                    throw failure("a string that is not UTF-8")
                }
                return text
            }
            seen |= byte
            if byte == UInt8(ascii: "\\") { return try readEscapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character in a string") }
            position += 1
        }
        throw failure("a string without an end")
    }

    mutating func readEscapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var content = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw failure("a string that is not UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try readEscape(into: &content)
            case 0..<0x20: throw failure("a control character in a string")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw failure("a string without an end")
    }

    mutating func readEscape(into content: inout [UInt8]) throws(JSONSyntaxError) {
        guard position < bytes.count else { throw failure("a string without an end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try readHex()
            if (0xD800..<0xDC00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("half a surrogate pair") }
                let low = try readHex()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
            content.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw failure("an unknown escape")
        }
    }

    mutating func readHex() throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("a malformed \\u escape") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw failure("a malformed \\u escape")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
