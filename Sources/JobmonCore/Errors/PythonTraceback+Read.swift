extension PythonTraceback {
    /// What is read of a text at most, from its end: more than a thousand frames have.
    private static let mostLines = 4000

    /// The last one in what a program wrote to stderr, with what led to it; nil when there is none. Its start may be cut
    /// off. One of a destructor is none: the interpreter went on after it.
    package init?(stderr: String) {
        guard stderr.holds("File ") else { return nil }
        let lines = stderr.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).suffix(Self.mostLines).map {
            Substring(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self).withoutColours
        }
        guard let found = TracebackReader.last(in: lines) else { return nil }
        self = found
    }
}
