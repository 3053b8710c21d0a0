/// Base64 (RFC 4648), with padding.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            let word =
                UInt32(bytes[index]) << 16 | (count > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (count > 2 ? UInt32(bytes[index + 2]) : 0)
            output.append(letters[Int(word >> 18 & 63)])
            output.append(letters[Int(word >> 12 & 63)])
            output.append(count > 1 ? letters[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            output.append(count > 2 ? letters[Int(word & 63)] : UInt8(ascii: "="))
            index += 3
        }
        return output
    }
}
