extension ErrorReader {
    /// R writes the error, often on the line after `Error …:`, and then `Execution halted`. Errors of rlang name the
    /// deepest cause in their last line that starts with `!`; the bullets of other packages say what does not fit.
    /// Where a file could not be opened, only the warning behind the error names it.
    static let r = ErrorReader(["Execution halted"]) { lines in
        message(lines).map { text in
            let function = RCall(text[...])?.function
            return ErrorReading("r", text, frame: function.flatMap { ErrorReading.Frame(function: $0) })
        }
    }

    private static func message(_ lines: ErrorLines) -> String? {
        guard let halted = lines.all.lastIndex(where: { $0.hasPrefix("Execution halted") }),
            let start = lines.all[..<halted].lastIndex(where: { $0.hasPrefix("Error") })
        else { return nil }
        let error = lines.all[start].trimmed
        let rest = lines.all[(start + 1)..<halted].filter { !$0.isEmpty }
        let own = rest.prefix { line in
            !["Backtrace:", "Calls:", "In addition:", "Warning message", "Warning messages", "Error"].contains {
                line.hasPrefix($0)
            }
        }
        if error.hasSuffix(":") {
            guard let place = own.lastIndex(where: { $0.hasPrefix("!") }) ?? own.indices.first else { return error }
            let text = "\(error) \(own[place].trimmed { $0 == "!" || $0 == " " })"
            if let file = warningOfFile(rest), own[place].holds("connection") { return "\(text): \(file)" }
            // What does not fit.
            let detail = own[place...].first { $0.hasPrefix("✖ ") || $0.hasPrefix("x ") }
            return detail.map { "\(text) \($0.drop { $0 != " " }.trimmed)" } ?? text
        }
        if let file = warningOfFile(rest), error.holds("connection") || error.holds("file") {
            return "\(error): \(file)"
        }
        let bullets = own.prefix(3).map(\.trimmed)
        return ([error] + bullets).joined(separator: " ")
    }

    /// `cannot open file 'counts.csv': No such file or directory`, from the warnings behind the error.
    private static func warningOfFile(_ lines: [Substring]) -> String? {
        guard let start = lines.firstIndex(where: { $0.hasPrefix("In addition: ") }) else { return nil }
        return lines[start...].first { $0.holds("cannot open") || $0.holds("No such file") }?.trimmed
    }
}
