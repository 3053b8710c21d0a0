package import JobmonCore

/// A JSON array that is written value by value, one a line, so that a million of them need no memory and the text is
/// valid all the same.
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

    /// Ends the array. Without it the text is no JSON: a reader sees that a list was broken off.
    package func finish() throws { try output.write(isEmpty ? "[]\n" : "\n]\n") }
}
