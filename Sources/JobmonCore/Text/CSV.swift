/// Lines of CSV according to RFC 4180: fields separated by commas, CRLF at the end, quotes where needed.
package enum CSV {
    /// Appends a field. An empty text is quoted, to distinguish it from a missing value.
    package static func append(field: UnsafeBufferPointer<UInt8>, to line: inout [UInt8]) {
        guard field.isEmpty || field.contains(where: isSpecial) else { return line.append(contentsOf: field) }
        line.append(quote)
        for byte in field {
            if byte == quote { line.append(quote) }
            line.append(byte)
        }
        line.append(quote)
    }

    package static func append(field: String, to line: inout [UInt8]) {
        var field = field
        field.withUTF8 { append(field: $0, to: &line) }
    }

    /// Appends the separator between two fields.
    package static func separate(_ line: inout [UInt8]) { line.append(UInt8(ascii: ",")) }

    package static func end(_ line: inout [UInt8]) {
        line.append(0x0D)
        line.append(0x0A)
    }

    /// Whether a spreadsheet would read a text as a formula. Such a text is defused by a `'` in front. A text that
    /// looks like a defused one also gets a `'`, so that both can be told apart.
    package static func isFormula(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = field.first(where: { $0 != UInt8(ascii: "'") }) else { return false }
        switch first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: return true
        default: return false
        }
    }

    /// Appends a text so that a spreadsheet does not read it as a formula.
    package static func append(defused field: UnsafeBufferPointer<UInt8>, to line: inout [UInt8]) {
        guard isFormula(field) else { return append(field: field, to: &line) }
        append(field: "'" + String(decoding: field, as: UTF8.self), to: &line)
    }

    package static func append(defused field: String, to line: inout [UInt8]) {
        var field = field
        field.withUTF8 { append(defused: $0, to: &line) }
    }

    private static let quote = UInt8(ascii: "\"")

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == quote || byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
    }
}
