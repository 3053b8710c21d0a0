/// Values as SQL, for queries that are made of text.
package enum SQLText {
    /// A text in quotation marks.
    package static func quoted(_ text: String) -> String {
        // By bytes: a quotation mark may have an accent on it. A NUL would end the statement.
        var bytes = [UInt8(ascii: "'")]
        for byte in text.utf8 where byte != 0 {
            if byte == UInt8(ascii: "'") { bytes.append(byte) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self) + "'"
    }
}
