extension ErrorReader {
    /// Tcl, and programs that are run by it: the message, then the commands that were being executed, the innermost first.
    static let tcl = ErrorReader(["while executing"]) { lines in
        let marks = lines.all.indices.filter { lines.all[$0].unindented.hasPrefix("while executing") }
        guard let mark = marks.last, mark > 0, lines.all[mark...].contains(where: { isPlace($0) }) else { return nil }
        let message = lines.all[mark - 1].trimmed
        return message.isEmpty ? nil : ErrorReading("tcl", message, frame: frame(below: mark, lines))
    }

    /// `    (procedure "f" line 1)`, `    (file "run.tcl" line 2)`
    private static func isPlace(_ line: Substring) -> Bool {
        let content = line.unindented
        return (content.hasPrefix("(procedure \"") || content.hasPrefix("(file \"")) && content.hasSuffix(")")
    }

    private static func frame(below mark: Int, _ lines: ErrorLines) -> ErrorReading.Frame? {
        func name(_ head: String) -> Substring? {
            lines.all[mark...].first { $0.unindented.hasPrefix(head) }.map { line in
                line.unindented.dropFirst(head.count).prefix { $0 != "\"" }
            }
        }
        let function = name("(procedure \"") ?? ""
        return ErrorReading.Frame(path: name("(file \"") ?? "", function: function)
    }
}
