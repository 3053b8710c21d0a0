extension ErrorReader {
    /// The line above the stack trace. Of an error within an included file, and of a task that failed, the inner one.
    static let julia = ErrorReader(["Stacktrace:"]) { lines in
        guard let stack = lines.all.lastIndex(where: { $0.hasPrefix("Stacktrace:") }), stack > 0 else { return nil }
        let place = frame(below: stack, lines)
        if let error = lines.all[..<stack].lastIndex(where: { $0.hasPrefix("ERROR: ") }) {
            let line = String(lines.all[error])
            let inner = lines.all[error...].last { line in
                line.unindented.hasPrefix("nested task error: ") || line.hasPrefix("caused by: ")
            }
            return ErrorReading("julia", inner.map { "\(line) (\($0.trimmed))" } ?? line, frame: place)
        }
        return lines.all[..<stack].last { !$0.isEmpty }.map { ErrorReading("julia", $0.trimmed, frame: place) }
    }

    /// The innermost function that is not one of a package: ` [1] load(x::Int64)`, and below it
    /// `   @ Main /x/fit.jl:12`.
    private static func frame(below stack: Int, _ lines: ErrorLines) -> ErrorReading.Frame? {
        var function = Substring()
        for line in lines.all[(stack + 1)...].prefix(200) {
            let content = line.unindented
            if content.hasPrefix("[") {
                function = content.drop { $0 != "]" }.dropFirst(2).prefix { $0 != "(" }
            } else if content.hasPrefix("@ ") {
                let words = content.dropFirst(2).split(separator: " ")
                // The code of a package stands behind the package's name.
                guard let path = words.last, words.count == 1 || words[0] == "Main" else { continue }
                if let frame = ErrorReading.Frame(path: path.prefix { $0 != ":" }, function: function) { return frame }
            }
        }
        return nil
    }
}
