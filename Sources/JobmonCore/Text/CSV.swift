/// Lines of CSV as RFC 4180 has them: fields between commas, CRLF at the end, quotes where they are needed.
package enum CSV {
    /// Appends a field. The empty text stands in quotes, so that it is told from nothing at all.
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

    /// Appends what stands between two fields.
    package static func separate(_ line: inout [UInt8]) { line.append(UInt8(ascii: ",")) }

    package static func end(_ line: inout [UInt8]) {
        line.append(0x0D)
        line.append(0x0A)
    }

    /// Whether a spreadsheet would take a text for a formula, whatever it was for whoever wrote it. It is defused by one
    /// `'` before it; so is a text that would look like one so defused, which keeps the two apart.
    package static func isFormula(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = field.first(where: { $0 != UInt8(ascii: "'") }) else { return false }
        switch first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: return true
        default: return false
        }
    }

    /// Appends a text that nobody shall take for a formula.
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
