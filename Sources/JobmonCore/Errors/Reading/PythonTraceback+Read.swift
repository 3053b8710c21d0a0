extension PythonTraceback {
    /// The maximum number of lines read from the text's end: more than a thousand frames have.
    private static let mostLines = 4000

    /// The last traceback in a program's stderr, with the exceptions that led to it; nil if there is none. Its start
    /// may be cut off. A traceback of a destructor does not count: the interpreter continued after it.
    package init?(stderr: String) {
        guard stderr.holds("File ") else { return nil }
        let lines = stderr.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).suffix(Self.mostLines).map {
            Substring(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self).withoutColours
        }
        guard let found = TracebackReader.last(in: lines) else { return nil }
        self = found
    }
}
