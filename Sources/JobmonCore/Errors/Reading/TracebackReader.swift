/// Reads Python tracebacks line by line. An exception group is drawn as a tree, in which each line has a margin.
struct TracebackReader {
    private let lines: [Substring]
    private var index: Int

    private static let header = "Traceback (most recent call last):"
    private static let causeWords = "The above exception was the direct cause of the following exception:"
    private static let contextWords = "During handling of the above exception, another exception occurred:"
    /// Enclose what a process of a pool wrote.
    private static let quotes = "\"\"\""
    /// Limits for nested groups, and for chains of exceptions.
    private static let deepest = 10
    private static let longestChain = ProtocolLimits.tracebackChain
    /// If a thousand ranks fail at once, only this many labels are read.
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
        // One of a destructor has its header, and did not end the program.
        return lines.contains { $0.hasSuffix(header) } ? nil : headless(lines)
    }

    /// The last traceback without a label.
    private static func lastUnlabelled(in lines: [Substring]) -> PythonTraceback? {
        // Of very many, a chain of exceptions is in the last ones.
        let headers = lines.indices.reversed().lazy.filter { label(lines[$0]) == "" }.prefix(longestChain + 1)
        var reader = TracebackReader(lines, from: headers.reversed().first ?? 0)
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

    /// What a log, or `srun --label`, writes before the header of a traceback; nil for the header of a group's member,
    /// which did not end the program.
    private static func label(_ line: Substring) -> Substring? {
        guard line.hasSuffix(header) else { return nil }
        var before = Substring(line.utf8.dropLast(header.utf8.count))
        if before.hasSuffix("Exception Group ") { before = Substring(before.utf8.dropLast(16)) }
        if before.hasSuffix("  + ") { before = Substring(before.utf8.dropLast(4)) }
        return before.hasSuffix("  | ") ? nil : before
    }

    /// The lines of one labelled text without the label. If each of its lines has the label, lines without it belong to
    /// other texts. A log may write the label before the first line only.
    private static func without(_ label: Substring, _ lines: [Substring], from first: Int) -> [Substring] {
        if label.isEmpty { return lines }
        let isEach = !label.isBlank && lines[(first + 1)...].contains { $0.hasPrefix(label) }
        let own = isEach ? lines.filter { $0.hasPrefix(label) } : lines
        return own.map { $0.hasPrefix(label) ? $0.dropFirst(label.count) : $0 }
    }

    /// A traceback without a header: a syntax error of the program itself has none, and that of a long traceback may be
    /// cut off.
    private static func headless(_ lines: [Substring]) -> PythonTraceback? {
        guard var start = lines.lastIndex(where: { frame($0) != nil }) else { return nil }
        while start > 0, lines[start - 1].first == " " { start -= 1 }
        var reader = TracebackReader(lines, from: start)
        return reader.readException(margin: "", isGroup: false, depth: 0)
    }

    /// The current line without its margin; nil at the end, and if the line has another margin.
    private func line(_ margin: String) -> Substring? {
        guard index < lines.count else { return nil }
        if margin.isEmpty { return lines[index] }
        let whole = lines[index]
        if whole.hasPrefix(margin) { return whole.dropFirst(margin.count) }
        if whole == margin.dropLast() { return "" }
        // Before Python 3.13, the further lines of a message and the remark on repeated lines have no margin.
        let drawn = whole.drop { $0 == " " }.first
        return drawn == "|" || drawn == "+" ? nil : whole
    }

    // MARK: Chains of exceptions

    /// Reads an exception with the exceptions that led to it, which stand before it.
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

    /// Skips the line that links two exceptions, and returns it.
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

    // MARK: One exception

    /// Reads one exception with its header. In a group, an exception that was never raised has only its last line.
    private mutating func readOne(margin: String, depth: Int) -> PythonTraceback? {
        guard let first = line(margin) else { return nil }
        guard first.hasSuffix(Self.header) else {
            return depth == 0 ? nil : readException(margin: margin, isGroup: false, depth: depth)
        }
        index += 1
        let before = first.dropLast(Self.header.count)
        // The margin of an outermost group starts in its header.
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

    /// The further lines of a message, up to a line that begins something else.
    private mutating func restOfMessage(_ margin: String) -> String {
        var text = ""
        var pending = ""
        var end = index
        while let line = line(margin), !Self.isSomethingElse(line) {
            index += 1
            pending += "\n\(line)"
            guard !line.isBlank else { continue }
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

    // MARK: Exception groups

    /// Reads a group's members. Each is below a line with its number, and indented further.
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

    /// Whether the line is `  +-+---------------- 1 ----------------`, or, for later members,
    /// `    +---------------- 2 ----------------`.
    private func isNumbered(_ indentation: String) -> Bool {
        guard index < lines.count else { return false }
        let line = lines[index]
        return (line.hasPrefix("\(indentation)+-+-") || line.hasPrefix("\(indentation)  +-")) && line.holds("- ")
    }

    // MARK: Parts of a line

    /// `  File "/x/model.py", line 4, in main`.
    private static func frame(_ line: Substring) -> PythonTraceback.Frame? {
        let start = "  File \""
        guard line.hasPrefix(start) else { return nil }
        let rest = line.dropFirst(start.count)
        guard let mark = rest.lastRange(of: "\", line ") else { return nil }
        let digits = Substring(rest.utf8[mark.upperBound...].prefix { $0.isDigit })
        guard let number = Int(digits) else { return nil }
        let function = rest[digits.endIndex...]
        guard function.isEmpty || function.hasPrefix(", in ") else { return nil }
        return PythonTraceback.Frame(
            file: String(rest[..<mark.lowerBound]), line: number, function: String(function.dropFirst(", in ".count)))
    }

    /// `sqlalchemy.exc.OperationalError: no such table: x`, or the type alone.
    private static func exception(_ line: Substring) -> PythonTraceback? {
        let type = line.word(with: "_.<>")
        guard let first = type.first, first.isLetter || first == "_" else { return nil }
        let rest = line[type.endIndex...]
        guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
        return PythonTraceback(type: String(type), message: String(rest.dropFirst(rest.hasPrefix(": ") ? 2 : 1)))
    }
}
