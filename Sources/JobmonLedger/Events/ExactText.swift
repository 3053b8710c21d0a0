import JobmonCore

/// A text that is equal to another only if its bytes are, as in SQLite. To Swift, two spellings of one letter are equal.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: ExactText, other: ExactText) -> Bool { one.text.hasSameBytes(as: other.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether the bytes are the same.
    func isExactly(_ other: String?) -> Bool { other.map { hasSameBytes(as: $0) } ?? false }
}
