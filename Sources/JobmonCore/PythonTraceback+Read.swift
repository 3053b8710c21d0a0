extension PythonTraceback {
    /// The last one in what a program wrote to stderr, with what led to it; nil when there is none. Its start may be cut
    /// off. One of a destructor is none: the interpreter went on after it.
    package init?(stderr: String) {
        guard stderr.contains("File ") else { return nil }
        let lines = stderr.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { bytes in
            Substring(decoding: bytes.last == 0x0D ? bytes.dropLast() : bytes, as: UTF8.self).withoutColours
        }
        guard let found = TracebackReader.last(in: lines) else { return nil }
        self = found
    }
}
