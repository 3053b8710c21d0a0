extension JSON {
    /// The value as compact JSON text. It has no spaces and no line breaks, so that one line of a file holds one value.
    package var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the compact JSON text in UTF-8. Numbers that JSON cannot represent (infinities, NaN) become null.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let value): JSON.write(int: value, to: &bytes)
        case .double(let value): JSON.write(double: value, to: &bytes)
        case .string(let value): JSON.write(string: value, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSON.write(string: member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    package static func write(int: Int64, to bytes: inout [UInt8]) {
        // At most 20 characters, written from the last one.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var start = buffer.count
            var rest = int.magnitude
            repeat {
                start -= 1
                buffer[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if int < 0 {
                start -= 1
                buffer[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
        }
    }

    static func write(double: Double, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: (double.isFinite ? "\(double)" : "null").utf8)
    }

    package static func write(string: String, to bytes: inout [UInt8]) {
        var string = string
        bytes.append(UInt8(ascii: "\""))
        // Most strings need no escape: the bytes between two escapes are appended at once.
        string.withUTF8 { text in
            var start = 0
            var index = 0
            while index < text.count {
                let byte = text[index]
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F {
                    bytes.append(contentsOf: text[start..<index])
                    write(escaped: byte, to: &bytes)
                    start = index + 1
                }
                index += 1
            }
            bytes.append(contentsOf: text[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    static func write(escaped byte: UInt8, to bytes: inout [UInt8]) {
        let hex: StaticString = "0123456789abcdef"
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hex.utf8Start[Int(byte >> 4)])
            bytes.append(hex.utf8Start[Int(byte & 15)])
        }
    }
}

extension JSONObject: JSONMembers {
    mutating func append(_ name: StaticString, _ value: JSON) { append("\(name)" as String, value) }
    mutating func append(_ name: StaticString, string: String) { append(name, .string(string)) }
    mutating func append(_ name: StaticString, int: Int64) { append(name, .int(int)) }
    mutating func append(_ name: StaticString, double: Double) { append(name, .double(double)) }

    mutating func append(_ name: StaticString, membersOf value: some JSONWritable) {
        append(name, .object(value.jsonObject))
    }

    mutating func append(contentsOf object: JSONObject) {
        for member in object.members { append(member.name, member.value) }
    }
}
