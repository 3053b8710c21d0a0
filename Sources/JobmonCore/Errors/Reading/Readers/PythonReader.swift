extension ErrorReader {
    /// An exception that ended the interpreter, of chained ones the last. A program that another one started has said
    /// more than the exception that reports its end.
    static let python = ErrorReader(["Traceback (most", "File \""]) { lines in
        if let boxed = afterBox(lines) { return boxed }
        guard let found = TracebackReader.last(in: lines.all) else { return loose(lines) }
        if reportsChild(found), let header = lines.all.lastIndex(where: { $0.holds("Traceback (most") }) {
            // Of earlier tracebacks the last one is enough.
            let start = lines.all[..<header].lastIndex { $0.holds("Traceback (most") } ?? 0
            let before = ErrorReading.of(ErrorLines(Array(lines.all[start..<header])))
            if before.isTelling, before.type != found.type {
                return ErrorReading(
                    "python", type: before.type, "\(before.message) (\(found.type): \(endOfChild(found)))",
                    frame: frame(found))
            }
        }
        return ErrorReading("python", type: found.type, message(found), frame: frame(found))
    }

    /// The innermost frame of the user's own code. A comprehension is a part of the function around it, and since
    /// Python 3.12 it has no frame of its own.
    private static func frame(_ exception: PythonTraceback) -> ErrorReading.Frame? {
        exception.frames.lazy.reversed().compactMap { frame -> ErrorReading.Frame? in
            guard !comprehensions.contains(frame.function), isOfProgram(frame.file) else { return nil }
            return ErrorReading.Frame(path: frame.file[...], function: frame.function[...])
        }.first
    }

    /// A reader of documents puts the document itself on top of the stack.
    private static func isOfProgram(_ file: String) -> Bool {
        let name = file[...].utf8.lastIndex(of: UInt8(ascii: "/")).map { file[file.index(after: $0)...] } ?? file[...]
        return !name.contains(".") || name.hasSuffix(">") || programs.contains { name.hasSuffix($0) }
    }

    private static let programs = [".py", ".pyx", ".pxi", ".pyw", ".ipynb"]

    private static let comprehensions: Set = ["<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"]

    /// `Fatal Python error: Segmentation fault`, before the stacks of all threads.
    static let pythonFatal = ErrorReader.line("python-fatal", ["Fatal Python error: "]) { lines in
        lines.last { $0.hasPrefix("Fatal Python error: ") }.map(String.init)
    }

    private static func reportsChild(_ exception: PythonTraceback) -> Bool {
        exception.type.hasSuffix("CalledProcessError") && exception.message.holds("returned non-zero exit status")
            || exception.type.hasSuffix("ChildFailedError")
    }

    /// How the child ended, without the words of its command.
    private static func endOfChild(_ exception: PythonTraceback) -> String {
        let said = line(exception.message)
        return said[...].firstRange(of: "returned non-zero exit status").map { String(said[$0.lowerBound...]) } ?? said
    }

    private static func message(_ exception: PythonTraceback) -> String {
        var own = line(exception.message)
        // A command that is missing is another cause than a file. It may be the command's directory as well.
        if exception.frames.last?.function == "_execute_child", own.hasSuffix("'"), !own.contains("/") {
            own += " (of a command)"
        }
        guard !exception.exceptions.isEmpty else { return own }
        // Of a group, what is in it says more than its own words.
        let members = exception.exceptions.prefix(3).map { "\($0.type): \(message($0))" }.joined(separator: "; ")
        let more = exception.exceptions.count - 3
        return "\(own): \(members)" + (more > 0 ? "; and \(more) more" : "")
    }

    /// A message in one line: its first paragraph without advice, as far as it is short.
    private static func line(_ message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmed[...] }
        guard let first = lines.first(where: { !$0.isEmpty }) else { return "" }
        var text = String(first)
        for line in lines.drop(while: { $0.isEmpty }).dropFirst() {
            if line.isEmpty || text.utf8.count > 160 || line.hasPrefix("[") || line.hasPrefix("(") { break }
            if LineKind.isAdvice(line) { continue }
            if LineKind.isOrnament(line) { break }
            text += " \(line)"
        }
        return text
    }

    /// A traceback that rich drew as a box: the exception follows below, its lines broken at the terminal's width.
    private static func afterBox(_ lines: ErrorLines) -> ErrorReading? {
        guard let end = lines.all.lastIndex(where: { $0.hasPrefix("╰─") }),
            lines.all[..<end].contains(where: { $0.hasPrefix("╭─") && $0.holds("Traceback (most") })
        else { return nil }
        guard let first = lines.all[(end + 1)...].first(where: { !$0.isEmpty }) else { return nil }
        let type = first.word(with: "_.")
        guard !type.isEmpty, first[type.endIndex...].isEmpty || first[type.endIndex...].hasPrefix(":") else {
            return nil
        }
        let text = lines.all[(end + 1)...].drop { $0.isEmpty }.prefix { !$0.isEmpty }.joined(separator: "\n")
        return ErrorReading(
            "python", type: String(type), line(String(text.dropFirst(type.count + 1)).trimmingBlanks),
            frame: lines.all[..<end].lazy.reversed().compactMap { frame(boxed: $0) }.first)
    }

    /// `/x/app.py:6 in load`
    private static func frame(boxed line: Substring) -> ErrorReading.Frame? {
        guard line.holds(".py:"), let colon = line.firstRange(of: ".py:") else { return nil }
        let rest = line[colon.upperBound...].drop { $0.isNumber }
        guard rest.hasPrefix(" in ") else { return nil }
        let path = line[..<line.index(before: colon.upperBound)].unindented
        return ErrorReading.Frame(path: path, function: rest.dropFirst(" in ".count).trimmed[...])
    }

    /// A traceback that cannot be read as one: it is cut, or within other lines. The exception's line is the first that
    /// is not indented.
    private static func loose(_ lines: ErrorLines) -> ErrorReading? {
        for index in lines.all.indices.reversed() {
            guard let mark = lines.all[index].firstRange(of: "Traceback (most") else { continue }
            // An exception in a destructor at the end of the interpreter did not end the program.
            if index > 0, lines.all[index - 1].hasPrefix("Exception ignored") { continue }
            let prefix = lines.all[index][..<mark.lowerBound]
            let exception = lines.all[(index + 1)...].lazy.map {
                $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : $0
            }
            .first { !$0.isEmpty && $0.first != " " && $0.first != "\t" && !$0.hasPrefix("> ") }
            if let exception { return ErrorReading("python", String(exception)) }
        }
        return nil
    }
}

extension String {
    fileprivate var trimmingBlanks: String { self[...].trimmed }
}
