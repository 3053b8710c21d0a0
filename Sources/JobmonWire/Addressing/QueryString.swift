package import JobmonCore

/// The query of a request (after the `?`): names with values, in order. A name may occur more than once.
package struct QueryString: Sendable, Equatable {
    package private(set) var items: [Item] = []

    package struct Item: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package init() {}

    /// Reads the text after the `?`. A name without `=` has an empty value.
    /// - Throws: `.malformed` for a broken percent escape, or bytes that are not UTF-8.
    package init(parsing text: some StringProtocol) throws(Problem) {
        for part in text.split(separator: "&") {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pieces.count > 1 ? pieces[1] : ""
            items.append(Item(name: try Self.decoded(pieces[0]), value: try Self.decoded(value)))
        }
    }

    package mutating func append(_ name: String, _ value: String) { items.append(Item(name: name, value: value)) }

    package func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// The value of a name; nil if it is absent. - Throws: `.invalid` if it occurs more than once.
    package func value(_ name: String) throws(Problem) -> String? {
        let values = values(name)
        guard values.count <= 1 else { throw Problem(.invalid, "\"\(name)\" is given more than once") }
        return values.first
    }

    package func int(_ name: String, atLeast least: Int64) throws(Problem) -> Int64? {
        guard let text = try value(name) else { return nil }
        guard let number = Int64(text), number >= least else {
            throw Problem(.invalid, "\"\(name)\" must be an integer of at least \(least), not \"\(text.prefix(40))\"")
        }
        return number
    }

    /// Refuses unknown names: a misspelt filter must not silently select everything. - Throws: `.invalid`.
    package func allow(_ names: String...) throws(Problem) { try allow(names) }

    package func allow(_ names: [String]) throws(Problem) {
        for item in items where !names.contains(item.name) {
            throw Problem(
                .invalid, "there is no parameter \"\(item.name.prefix(40))\" here",
                hint: names.isEmpty ? "leave it out" : "there are \(names.joined(separator: ", "))")
        }
    }

    /// The text for a request, with its `?`; empty if there are no items.
    package var text: String {
        guard !items.isEmpty else { return "" }
        let parts = items.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
        return "?" + parts.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decoded(_ text: some StringProtocol) throws(Problem) -> String {
        let malformed = Problem(.malformed, "the query of the address has a broken % escape or is not UTF-8")
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let digits = String(validating: rest.prefix(2), as: UTF8.self),
                    digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
                else { throw malformed }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw malformed }
        return decoded
    }
}
