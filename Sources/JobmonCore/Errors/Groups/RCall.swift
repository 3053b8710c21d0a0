/// R shows the call in which an error was raised in front of the message: `Error in f(x, 1995) : no data`. Its arguments
/// differ from job to job; the function is the place.
struct RCall {
    /// The name of the function; empty: the call is an operator's (`x + 1`).
    let function: Substring
    /// What stands behind the function's name.
    let arguments: Substring
    let message: Substring

    init?(_ text: Substring) {
        let head = "Error in "
        guard text.hasPrefix(head) else { return nil }
        let call = text.dropFirst(head.count)
        guard let end = Self.end(of: call) else { return nil }
        let name = Self.name(call[..<end])
        function = name
        arguments = call[name.endIndex..<end]
        message = Substring(call[end...].utf8.drop { $0 == 0x20 || $0 == UInt8(ascii: ":") })
    }

    /// Where ` : ` stands outside of brackets and quotes.
    private static func end(of call: Substring) -> Substring.Index? {
        var (depth, previous) = (0, UInt8(0))
        var quote: UInt8?
        let bytes = call.utf8
        for index in bytes.indices {
            let byte = bytes[index]
            if let open = quote {
                if byte == open, previous != UInt8(ascii: "\\") { quote = nil }
            } else {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): quote = byte
                case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                case UInt8(ascii: ":") where depth <= 0 && previous == 0x20: return index
                // rlang writes ``Error in `f()`: no``; `a`::f is a name.
                case UInt8(ascii: ":") where depth <= 0 && previous == UInt8(ascii: "`"):
                    let next = bytes.index(after: index)
                    if next == bytes.endIndex || bytes[next] != byte { return index }
                default: break
                }
            }
            previous = byte
        }
        return nil
    }

    private static func name(_ call: Substring) -> Substring {
        let bytes = call.utf8
        if bytes.first == UInt8(ascii: "`"), let end = bytes.dropFirst().firstIndex(of: UInt8(ascii: "`")) {
            // rlang shows the function alone: `mutate()`.
            let inner = call[..<end].dropFirst()
            if inner.hasSuffix("()") { return inner.dropLast(2) }
            // `[.data.frame`(d, , "x")
            return bytes[bytes.index(after: end)...].first == UInt8(ascii: "(")
                ? call[...end] : call[..<call.startIndex]
        }
        let name = bytes.prefix { $0.isWordPart || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
        return bytes[name.endIndex...].first == UInt8(ascii: "(") ? Substring(name) : call[..<call.startIndex]
    }

    /// The message is about one of the names in the call, and does not show it.
    var isAboutNames: Bool {
        message.hasPrefix("undefined columns") || message.hasPrefix("subscript out of bounds")
    }

    /// The names in quotes among the arguments, where the message is about one of them.
    var namesMeant: [Substring] {
        guard isAboutNames else { return [] }
        return arguments.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { Substring($0.element) }
    }
}
