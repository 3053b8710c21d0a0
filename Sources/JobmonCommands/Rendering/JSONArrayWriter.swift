package import JobmonCore

/// Writes a JSON array value by value, one per line, so that a million values need no memory and the text is still
/// valid.
package struct JSONArrayWriter {
    private let output: Output
    private var isEmpty = true

    package init(_ output: Output) { self.output = output }

    package mutating func append(_ value: JSON) throws {
        var bytes = Array(isEmpty ? "[\n".utf8 : ",\n".utf8)
        value.write(to: &bytes)
        try output.write(bytes: bytes)
        isEmpty = false
    }

    /// Ends the array. Without this call the text is not valid JSON, so that a reader notices a list that was cut off.
    package func finish() throws { try output.write(isEmpty ? "[]\n" : "\n]\n") }
}
