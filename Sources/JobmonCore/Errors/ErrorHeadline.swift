/// The most informative line of an error's text. Programs end with different messages in each language; each known form
/// has a reader here. The readers are tried in order. If none matches, the headline is the last line that is not a
/// warning.
struct ErrorHeadline {
    /// The end of the text in lines: what is blank is left out, marks of colour and what a scheduler wrote too.
    private let lines: [Substring]
    /// What a scheduler wrote.
    private let schedulerLines: [Substring]

    /// The number of bytes read from the text's end, and the maximum number of characters of a headline.
    private static let looked = 32 << 10
    private static let longest = 500

    init(_ text: String) {
        let all: [Substring] = text.utf8.suffix(Self.looked).split(separator: 0x0A).compactMap { bytes in
            // A progress bar overwrites its line: its last state counts, unless a message stands among the states.
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

    // MARK: Known forms of errors

    /// `SUMMARY: AddressSanitizer: heap-buffer-overflow x.c:5 in main`, which stands among pages of memory.
    private var sanitizer: String? {
        last { $0.hasPrefix("SUMMARY: ") && $0.holds("Sanitizer: ") }
    }

    /// `Fatal Python error: Segmentation fault`, before the stacks of all threads.
    private var fatalPython: String? { last { $0.hasPrefix("Fatal Python error: ") } }

    /// The exception's line of the last traceback. Of chained exceptions, that is the one that ended the program. The
    /// text after it (the rest of a long message, warnings at the end) says less.
    private var python: String? {
        for index in lines.indices.reversed() {
            let line = lines[index]
            guard
                let mark = ["Exception Group Traceback (most", "Traceback (most"].lazy.compactMap({ line.range(of: $0) }
                ).first
            else { continue }
            // An exception in a destructor at the end of the interpreter did not end the program.
            if index > 0, lines[index - 1].hasPrefix("Exception ignored") { continue }
            // Exception groups are drawn as a tree; a traceback within a log may be indented.
            let prefix = line[..<mark.lowerBound].replacing("+", with: "|")
            let exception = lines[(index + 1)...].lazy.map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : $0 }
                .first { !($0.first?.isWhitespace ?? true) }
            if let exception { return String(exception) }
        }
        return nil
    }

    /// The first failed test in pytest's own summary.
    private var pytest: String? {
        guard let last = lines.last, last.hasPrefix("="), last.holds(" failed") || last.holds(" error") else {
            return nil
        }
        let first =
            lines.first { $0.hasPrefix("FAILED ") || $0.hasPrefix("ERROR ") } ?? lines.first { $0.hasPrefix("E  ") }
        return (first ?? last).trimmed { $0 == "=" || $0.isWhitespace }
    }

    /// R writes the error, often on the line after `Error …:`, and then `Execution halted`. Errors of rlang name the
    /// deepest cause in their last line that starts with `!`.
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

    /// Stata ends with a return code; the line before explains it.
    private var stata: String? {
        guard let code = lines.last?.trimmed(\.isWhitespace), Self.isReturnCode(code) else { return nil }
        let before = lines.last { line in
            let line = line.trimmed(\.isWhitespace)
            return !Self.isReturnCode(line) && line != "end of do-file"
        }
        return before.map { "\($0.trimmed(\.isWhitespace)) \(code.trimmed { $0 == ";" })" }
    }

    /// `std::runtime_error: cannot open`, from the two lines that the C++ runtime writes.
    private var cPlusPlus: String? {
        let mark = "terminate called after throwing an instance of "
        guard let index = lines.lastIndex(where: { $0.hasPrefix(mark) }) else { return nil }
        let type = lines[index].dropFirst(mark.count).trimmed { $0 == "'" }
        guard index + 1 < lines.count, let what = lines[index + 1].range(of: "what():") else { return type }
        return "\(type): \(lines[index + 1][what.upperBound...].trimmed(\.isWhitespace))"
    }

    /// A panic of Go or Rust.
    private var panic: String? {
        guard let index = lines.lastIndex(where: { $0.hasPrefix("panic: ") || $0.holds("' panicked at ") }) else {
            return nil
        }
        let line = lines[index]
        guard line.hasSuffix(":"), index + 1 < lines.count else { return String(line) }
        return "\(line) \(lines[index + 1])"
    }

    /// Java and Julia: the line above the stack trace.
    private var stackTrace: String? {
        if let julia = lines.lastIndex(where: { $0.hasPrefix("Stacktrace:") }), julia > 0 {
            return lines[..<julia].last { $0.hasPrefix("ERROR: ") }.map { String($0) } ?? String(lines[julia - 1])
        }
        return last { $0.hasPrefix("Caused by: ") } ?? last { $0.hasPrefix("Exception in thread ") }
    }

    /// The compiler's error, which says more than make's own line.
    private var make: String? {
        guard let last = lines.last, last.hasPrefix("make"), last.holds("***") else { return nil }
        return self.last { $0.holds(" error: ") || $0.holds("fatal error: ") }
    }

    // MARK: All other errors

    /// Why the scheduler ended it: more than a program can say that was ended from outside.
    private var schedulersEnding: Substring? { schedulerLines.last { SchedulerLine.tellsEnd($0) } }

    /// The last informative line. If a shell says only `Aborted`, the informative line before it.
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

    /// Whether a line has no word (`^~~~`, `-----`) or is a progress bar.
    private static func isOrnament(_ line: Substring) -> Bool {
        !line.contains { $0.isLetter || $0.isNumber } || line.holds("%|")
    }

    /// Whether a line is a frame of a stack, or source code that a message quotes.
    private static func isStackFrame(_ line: Substring) -> Bool {
        let content = line.drop(while: \.isWhitespace)
        return content.startIndex > line.startIndex
            && ["at ", "warnings.warn(", "@ "].contains { content.hasPrefix($0) }
            || line.hasPrefix("Node.js v")
    }

    /// Whether a line is the advice of a command-line parser (`Usage: …`, `Try --help`), which follows the error
    /// itself.
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
