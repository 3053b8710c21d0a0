import JobmonCore

/// The text by which jobs are found by their params.
enum ParamText {
    /// Bytes of a value that are looked at. Longer values are told apart by a hash of the whole.
    private static let limit = 512

    /// A value of a job's params: text as it is, anything else as its JSON text.
    static func indexed(_ value: JSON) -> String {
        if case .string(let text) = value { return indexed(text) }
        return indexed(value.text)
    }

    static func indexed(_ text: String) -> String {
        guard text.utf8.count > limit else { return text }
        return "\(text.prefix(64))~\(String(FNV1a.hash(text.utf8), radix: 16))~\(text.utf8.count)"
    }
}
