/// Any bytes as one word that means itself to every shell, however often it is expanded, split and read again.
enum HookWord {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        // No bytes are a word too.
        guard !bytes.isEmpty else { return "%" }
        let hex = Array("0123456789ABCDEF".utf8)
        var word: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            // zsh takes `=name` at the start of a word for a command's path.
            if isPlain(byte), index > 0 || byte != UInt8(ascii: "=") {
                word.append(byte)
            } else {
                word += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: word, as: UTF8.self)
    }

    static func encode(_ text: String) -> String { encode(Array(text.utf8)) }

    /// - Returns: nil for what is no such word.
    static func decode(_ word: String) -> [UInt8]? {
        if word == "%" { return [] }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    static func decodeText(_ word: String) -> String? { decode(word).map { String(decoding: $0, as: UTF8.self) } }

    /// Whether a path stands for itself in every shell, without quotes.
    static func isPlain(_ text: String) -> Bool { !text.isEmpty && encode(text) == text }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/._-,:=+@".utf8.contains(byte)
        }
    }
}
