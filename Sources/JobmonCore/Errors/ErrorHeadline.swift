/// The one line of an error's text that says most. Programs of every language end in their own way; each way that is
/// known has a reader here, tried in order, and the last line that is no warning answers for the rest.
struct ErrorHeadline {
    /// The end of the text in lines: what is blank is left out, marks of colour and what a scheduler wrote too.
    private let lines: [Substring]
    /// What a scheduler wrote.
    private let schedulerLines: [Substring]

    /// Bytes of the text's end that are looked at, and characters that a headline has at most.
    private static let looked = 32 << 10
    private static let longest = 500

    init(_ text: String) {
        let all: [Substring] = text.utf8.suffix(Self.looked).split(separator: 0x0A).compactMap { bytes in
            // A progress bar writes line over line: its last state counts, but for a message that stands among its states.
            let states = bytes.split(separator: 0x0D).map { Substring(decoding: $0, as: UTF8.self).withoutColours }
                .filter { !$0.allSatisfy(\.isWhitespace) }
            return states.last { !Self.isOrnament($0) } ?? states.last
        }
        schedulerLines = all.filter { SchedulerLine.isOne($0) }
        lines = schedulerLines.isEmpty ? all : all.filter { !SchedulerLine.isOne($0) }
    }

    var text: String {
        guard let last = lines.last ?? schedulerLines.last else { return "" }
        let found =
            sanitizer ?? fatalPython ?? python ?? pytest ?? r ?? stata ?? cPlusPlus ?? panic ?? stackTrace ?? make
        let line = found ?? String(schedulersEnding ?? lastTelling ?? last)
        return line.count > Self.longest ? "\(line.prefix(Self.longest - 1))…" : line
    }

    // MARK: The ways that programs end

    /// `SUMMARY: AddressSanitizer: heap-buffer-overflow x.c:5 in main`, among pages of memory.
    private var sanitizer: String? {
        last { $0.hasPrefix("SUMMARY: ") && $0.holds("Sanitizer: ") }
    }

    /// `Fatal Python error: Segmentation fault`, before the stacks of all threads.
    private var fatalPython: String? { last { $0.hasPrefix("Fatal Python error: ") } }

    /// The exception's line of the last traceback: of chained ones that is the one that ended the program. What
    /// follows it (more of a long message, warnings at the end) says less.
    private var python: String? {
        for index in lines.indices.reversed() {
            let line = lines[index]
            guard
                let mark = ["Exception Group Traceback (most", "Traceback (most"].lazy.compactMap({ line.range(of: $0) }
                ).first
            else { continue }
            // A destructor's, at the end of the interpreter: not what ended it.
            if index > 0, lines[index - 1].hasPrefix("Exception ignored") { continue }
            // Lines of exception groups are drawn as a tree; those of a traceback within a log may be indented.
            let prefix = line[..<mark.lowerBound].replacing("+", with: "|")
            let exception = lines[(index + 1)...].lazy.map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : $0 }
                .first { !($0.first?.isWhitespace ?? true) }
            if let exception { return String(exception) }
        }
        return nil
    }

    /// The first test that failed, of pytest's own summary.
    private var pytest: String? {
        guard let last = lines.last, last.hasPrefix("="), last.holds(" failed") || last.holds(" error") else {
            return nil
        }
        let first =
            lines.first { $0.hasPrefix("FAILED ") || $0.hasPrefix("ERROR ") } ?? lines.first { $0.hasPrefix("E  ") }
        return (first ?? last).trimmed { $0 == "=" || $0.isWhitespace }
    }

    /// R says what is wrong, often in the line after, and then that it stopped. rlang's errors name the deepest cause
    /// in their last line that starts with `!`.
    private var r: String? {
        guard let halted = lines.lastIndex(where: { $0.hasPrefix("Execution halted") }),
            let index = lines[..<halted].lastIndex(where: { $0.hasPrefix("Error") })
        else { return nil }
        let error = lines[index].trimmed(\.isWhitespace)
        guard error.hasSuffix(":") else { return error }
        let rest = lines[(index + 1)..<halted].prefix { !$0.hasPrefix("Backtrace:") && !$0.hasPrefix("Calls:") }
        let cause = rest.last { $0.hasPrefix("!") } ?? rest.first
        guard let cause else { return error }
        return "\(error) \(cause.trimmed { $0 == "!" || $0.isWhitespace })"
    }

    /// Stata ends in a return code, which the line before explains.
    private var stata: String? {
        guard let code = lines.last?.trimmed(\.isWhitespace), Self.isReturnCode(code) else { return nil }
        let before = lines.last { line in
            let line = line.trimmed(\.isWhitespace)
            return !Self.isReturnCode(line) && line != "end of do-file"
        }
        return before.map { "\($0.trimmed(\.isWhitespace)) \(code.trimmed { $0 == ";" })" }
    }

    /// `std::runtime_error: cannot open`, of the two lines that the C++ runtime writes.
    private var cPlusPlus: String? {
        let mark = "terminate called after throwing an instance of "
        guard let index = lines.lastIndex(where: { $0.hasPrefix(mark) }) else { return nil }
        let type = lines[index].dropFirst(mark.count).trimmed { $0 == "'" }
        guard index + 1 < lines.count, let what = lines[index + 1].range(of: "what():") else { return type }
        return "\(type): \(lines[index + 1][what.upperBound...].trimmed(\.isWhitespace))"
    }

    /// Go and Rust.
    private var panic: String? {
        guard let index = lines.lastIndex(where: { $0.hasPrefix("panic: ") || $0.holds("' panicked at ") }) else {
            return nil
        }
        let line = lines[index]
        guard line.hasSuffix(":"), index + 1 < lines.count else { return String(line) }
        return "\(line) \(lines[index + 1])"
    }

    /// Java and Julia: the line above the stack.
    private var stackTrace: String? {
        if let julia = lines.lastIndex(where: { $0.hasPrefix("Stacktrace:") }), julia > 0 {
            return lines[..<julia].last { $0.hasPrefix("ERROR: ") }.map { String($0) } ?? String(lines[julia - 1])
        }
        return last { $0.hasPrefix("Caused by: ") } ?? last { $0.hasPrefix("Exception in thread ") }
    }

    /// The compiler's error, rather than make's word that there was one.
    private var make: String? {
        guard let last = lines.last, last.hasPrefix("make"), last.holds("***") else { return nil }
        return self.last { $0.holds(" error: ") || $0.holds("fatal error: ") }
    }

    // MARK: All others

    /// Why the scheduler ended it: more than a program can say that was ended from outside.
    private var schedulersEnding: Substring? { schedulerLines.last { SchedulerLine.tellsEnd($0) } }

    /// The last line that tells something; where a shell says only that it `Aborted`, what was said before.
    private var lastTelling: Substring? {
        let telling = lines.filter {
            !Self.isWarning($0) && !Self.isOrnament($0) && !Self.isStackFrame($0) && !Self.isHowToUse($0)
        }
        guard let last = telling.last, last.hasPrefix("Aborted") || last.hasPrefix("Abort trap") else {
            return telling.last
        }
        return telling.dropLast().last ?? last
    }

    private static func isWarning(_ line: Substring) -> Bool {
        let line = line.drop(while: \.isWhitespace)
        let levels = ["Warning", "warning", "WARNING", "[WARN", "WARN ", "INFO", "[INFO", "DEBUG", "[DEBUG", "note: "]
        return levels.contains { line.hasPrefix($0) } || line.holds("Warning: ") || line.holds(" warning: ")
    }

    /// Lines without a word (`^~~~`, `-----`), and progress bars.
    private static func isOrnament(_ line: Substring) -> Bool {
        !line.contains { $0.isLetter || $0.isNumber } || line.holds("%|")
    }

    /// A frame of a stack, or a line of source that a message quotes.
    private static func isStackFrame(_ line: Substring) -> Bool {
        let content = line.drop(while: \.isWhitespace)
        return content.startIndex > line.startIndex
            && ["at ", "warnings.warn(", "@ "].contains { content.hasPrefix($0) }
            || line.hasPrefix("Node.js v")
    }

    /// What a command line's reader says after what was wrong with it: where its help is.
    private static func isHowToUse(_ line: Substring) -> Bool {
        let content = line.drop(while: \.isWhitespace)
        if ["Usage:", "usage:"].contains(where: { content.hasPrefix($0) }) { return true }
        return ["Try ", "See ", "Run ", "For more "].contains { content.hasPrefix($0) } && content.holds("help")
    }

    private static func isReturnCode(_ line: String) -> Bool {
        let digits = line.dropFirst(2).prefix { $0.isNumber }
        return line.hasPrefix("r(") && !digits.isEmpty && [")", ");"].contains(line.dropFirst(2 + digits.count))
    }

    private func last(where holds: (Substring) -> Bool) -> String? { lines.last(where: holds).map { String($0) } }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }

    fileprivate func trimmed(_ isLeftOut: (Character) -> Bool) -> String {
        var rest = drop(while: isLeftOut)
        while let last = rest.last, isLeftOut(last) { rest.removeLast() }
        return String(rest)
    }
}

extension String {
    fileprivate func trimmed(_ isLeftOut: (Character) -> Bool) -> String { self[...].trimmed(isLeftOut) }
}
