import JobmonCore

/// Values as SQL, for queries that are made of text.
enum SQLText {
    /// A text in quotation marks.
    static func quoted(_ text: String) -> String {
        // By bytes: a quotation mark may have an accent on it. A NUL would end the statement.
        var bytes = [UInt8(ascii: "'")]
        for byte in text.utf8 where byte != 0 {
            if byte == UInt8(ascii: "'") { bytes.append(byte) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self) + "'"
    }
}

extension JSON {
    /// The integer in a row of a query's result; nil for any other value.
    var integer: Int64? { if case .int(let number) = self { number } else { nil } }
}
