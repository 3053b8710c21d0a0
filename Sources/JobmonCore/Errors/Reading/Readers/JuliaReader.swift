extension ErrorReader {
    /// The line above the stack trace. Of an error within an included file, and of a task that failed, the inner one.
    static let julia = ErrorReader.line("julia") { lines in
        guard let stack = lines.all.lastIndex(where: { $0.hasPrefix("Stacktrace:") }), stack > 0 else { return nil }
        if let error = lines.all[..<stack].lastIndex(where: { $0.hasPrefix("ERROR: ") }) {
            let line = String(lines.all[error])
            let inner = lines.all[error...].last { line in
                line.unindented.hasPrefix("nested task error: ") || line.hasPrefix("caused by: ")
            }
            return inner.map { "\(line) (\($0.trimmed))" } ?? line
        }
        return lines.all[..<stack].last { !$0.isEmpty }?.trimmed
    }
}
