/// Reads the tracebacks of Python, line by line. Those of an exception group are drawn as a tree: each of their lines has
/// a margin.
struct TracebackReader {
    private let lines: [Substring]
    private var index: Int

    private static let header = "Traceback (most recent call last):"
    private static let causeWords = "The above exception was the direct cause of the following exception:"
    private static let contextWords = "During handling of the above exception, another exception occurred:"
    /// Around what a process of a pool wrote.
    private static let quotes = "\"\"\""
    /// Groups in groups, and exceptions that led to exceptions, that are followed.
    private static let deepest = 10
    private static let longestChain = 20
    /// Of a thousand ranks that fail at once, those that are looked at.
    private static let mostLabels = 4

    private init(_ lines: [Substring], from index: Int) {
        self.lines = lines
        self.index = index
    }

    static func last(in lines: [Substring]) -> PythonTraceback? {
        var tried: [Substring] = []
        for index in lines.indices.reversed() where lines[index].hasSuffix(header) {
            guard let label = label(lines[index]), !tried.contains(label) else { continue }
            if let found = lastUnlabelled(in: without(label, lines, from: index)) { return found }
            tried.append(label)
            if tried.count == mostLabels { break }
        }
        return headless(lines)
    }

    /// The last one of those that nothing stands before.
    private static func lastUnlabelled(in lines: [Substring]) -> PythonTraceback? {
        var reader = TracebackReader(lines, from: 0)
        var found: PythonTraceback?
        while let line = reader.line("") {
            let start = reader.index
            guard label(line) == "", let read = reader.readChain(margin: "", depth: 0) else {
                reader.index = start + 1
                continue
            }
            if start == 0 || !reader.lines[start - 1].hasPrefix("Exception ignored") { found = read }
        }
        return found
    }

    /// What a log, or `srun --label`, writes before the first line of one; nil for one in a group, which is no end.
    private static func label(_ line: Substring) -> Substring? {
        guard line.hasSuffix(header) else { return nil }
        var before = line.dropLast(header.count)
        if before.hasSuffix("Exception Group ") { before = before.dropLast("Exception Group ".count) }
        if before.hasSuffix("  + ") { before = before.dropLast("  + ".count) }
        return before.hasSuffix("  | ") ? nil : before
    }

    /// The lines that a label makes one text, where it stands before each: those of others lie between. A log may write it
    /// before the first line only.
    private static func without(_ label: Substring, _ lines: [Substring], from first: Int) -> [Substring] {
        if label.isEmpty { return lines }
        let isEach = !label.allSatisfy(\.isWhitespace) && lines[(first + 1)...].contains { $0.hasPrefix(label) }
        let own = isEach ? lines.filter { $0.hasPrefix(label) } : lines
        return own.map { $0.hasPrefix(label) ? $0.dropFirst(label.count) : $0 }
    }

    /// A syntax error of the program itself has no first line; that of a long one may be cut off.
    private static func headless(_ lines: [Substring]) -> PythonTraceback? {
        guard var start = lines.lastIndex(where: { frame($0) != nil }) else { return nil }
        while start > 0, lines[start - 1].first == " " { start -= 1 }
        var reader = TracebackReader(lines, from: start)
        return reader.readException(margin: "", isGroup: false, depth: 0)
    }

    /// The line without its margin; nil at the end, and where it has another one.
    private func line(_ margin: String) -> Substring? {
        guard index < lines.count else { return nil }
        if margin.isEmpty { return lines[index] }
        let whole = lines[index]
        if whole.hasPrefix(margin) { return whole.dropFirst(margin.count) }
        if whole == margin.dropLast() { return "" }
        // Before 3.13 the further lines of a message have none, nor has the word that a line repeats.
        let drawn = whole.drop { $0 == " " }.first
        return drawn == "|" || drawn == "+" ? nil : whole
    }

    // MARK: A chain

    /// What led to an exception stands before it.
    private mutating func readChain(margin: String, depth: Int) -> PythonTraceback? {
        var chain: [(exception: PythonTraceback, isCause: Bool)] = []
        var isCause = false
        while let exception = readOne(margin: margin, depth: depth) {
            chain.append((exception, isCause))
            let end = index
            guard let words = skipLink(margin) else {
                index = end
                break
            }
            isCause = words == Self.causeWords
        }
        chain = chain.suffix(Self.longestChain)
        guard var result = chain.first?.exception else { return nil }
        for (exception, isCause) in chain.dropFirst() {
            var next = exception
            next.earlier = isCause ? .cause(result) : .context(result)
            result = next
        }
        return result
    }

    /// The line that says how the next one came of this one.
    private mutating func skipLink(_ margin: String) -> Substring? {
        if line(margin) == Self.quotes[...] { index += 1 }
        skipEmpty(margin)
        guard let words = line(margin), words == Self.causeWords || words == Self.contextWords else { return nil }
        index += 1
        skipEmpty(margin)
        return words
    }

    private mutating func skipEmpty(_ margin: String) {
        while let line = line(margin), line.isEmpty || SchedulerLine.isOne(line) { index += 1 }
    }

    // MARK: One

    /// One with its first line; in a group also one that has no more than its last, as it was never raised.
    private mutating func readOne(margin: String, depth: Int) -> PythonTraceback? {
        guard let first = line(margin) else { return nil }
        guard first.hasSuffix(Self.header) else {
            return depth == 0 ? nil : readException(margin: margin, isGroup: false, depth: depth)
        }
        index += 1
        let before = first.dropLast(Self.header.count)
        // Outside of another one a group's margin begins with it.
        return readException(
            margin: before.hasPrefix("  + ") ? "  | " : margin, isGroup: before.hasSuffix("Exception Group "),
            depth: depth)
    }

    private mutating func readException(margin: String, isGroup: Bool, depth: Int) -> PythonTraceback? {
        var frames: [PythonTraceback.Frame] = []
        while let line = line(margin), line.isEmpty || line.first == " " || SchedulerLine.isOne(line) {
            index += 1
            // The scheduler writes whenever it likes.
            if SchedulerLine.isOne(line) { continue }
            let text = line.drop { $0 == " " }
            if let frame = Self.frame(line) {
                frames.append(frame)
            } else if text.hasPrefix("[Previous line repeated ") {
                frames.append(.gap(String(text.dropFirst().prefix { $0 != "]" })))
            } else if let last = frames.last, last.code == nil, last.line > 0, !text.isEmpty {
                frames[frames.count - 1].code = String(text)
            }
        }
        guard let line = line(margin), var exception = Self.exception(line) else { return nil }
        index += 1
        exception.frames = frames
        exception.message += restOfMessage(margin)
        if isGroup { exception.exceptions = readMembers(margin: margin, depth: depth + 1) }
        return exception
    }

    /// A message goes on until something else begins.
    private mutating func restOfMessage(_ margin: String) -> String {
        var text = ""
        var pending = ""
        var end = index
        while let line = line(margin), !Self.isSomethingElse(line) {
            index += 1
            pending += "\n\(line)"
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            text += pending
            pending = ""
            end = index
        }
        index = end
        return text
    }

    private static func isSomethingElse(_ line: Substring) -> Bool {
        if line.hasSuffix(header) || line == causeWords || line == contextWords || line == quotes { return true }
        if line.holds("Warning: ") { return true }
        let starts = [
            "Exception ignored", "Exception in thread ", "make: ", "make[", "INFO", "DEBUG", "WARNING", "ERROR",
            "CRITICAL",
        ]
        return starts.contains { line.hasPrefix($0) } || SchedulerLine.isOne(line) || LogTime.begins(line)
    }

    // MARK: A group

    /// Each below a line with its number, a step further to the right.
    private mutating func readMembers(margin: String, depth: Int) -> [PythonTraceback] {
        let indentation = String(margin.prefix { $0 == " " })
        let inner = indentation + "  | "
        var members: [PythonTraceback] = []
        while isNumbered(indentation) {
            index += 1
            if depth <= Self.deepest, let member = readChain(margin: inner, depth: depth) { members.append(member) }
            // "and 5 more exceptions", and the end of the tree.
            while index < lines.count, !isNumbered(indentation), lines[index].hasPrefix(indentation + "  ") {
                index += 1
            }
        }
        return members
    }

    /// `  +-+---------------- 1 ----------------`, or, further on, `    +---------------- 2 ----------------`.
    private func isNumbered(_ indentation: String) -> Bool {
        guard index < lines.count else { return false }
        let line = lines[index]
        return (line.hasPrefix("\(indentation)+-+-") || line.hasPrefix("\(indentation)  +-")) && line.holds("- ")
    }

    // MARK: Lines

    /// `  File "/x/model.py", line 4, in main`.
    private static func frame(_ line: Substring) -> PythonTraceback.Frame? {
        let start = "  File \""
        guard line.hasPrefix(start) else { return nil }
        let rest = line.dropFirst(start.count)
        guard let mark = rest.ranges(of: "\", line ").last else { return nil }
        let digits = rest[mark.upperBound...].prefix(while: \.isWholeNumber)
        guard let number = Int(digits) else { return nil }
        let function = rest[digits.endIndex...]
        guard function.isEmpty || function.hasPrefix(", in ") else { return nil }
        return PythonTraceback.Frame(
            file: String(rest[..<mark.lowerBound]), line: number, function: String(function.dropFirst(", in ".count)))
    }

    /// `sqlalchemy.exc.OperationalError: no such table: x`, or the type alone.
    private static func exception(_ line: Substring) -> PythonTraceback? {
        let type = line.prefix { $0.isLetter || $0.isNumber || "_.<>".contains($0) }
        guard let first = type.first, first.isLetter || first == "_" else { return nil }
        let rest = line[type.endIndex...]
        guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
        return PythonTraceback(type: String(type), message: String(rest.dropFirst(rest.hasPrefix(": ") ? 2 : 1)))
    }
}
