/// What kind of line a line is, whatever wrote it.
enum LineKind {
    /// A line without a word (`^~~~`, `-----`), or a progress bar.
    static func isOrnament(_ line: Substring) -> Bool {
        !line.utf8.contains { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 >= 0xC3 && $0 != 0xE2 }
            || line.holds("%|")
    }

    /// Without what a drawing beside a message leaves in front of it: ` \___/   no such keyword`.
    static func withoutDrawing(_ line: Substring) -> Substring {
        let content = line.unindented
        let drawn = content.utf8.prefix { strokes.contains($0) }
        let rest = content.utf8[drawn.endIndex...]
        return drawn.count >= 3 && rest.first == 0x20 ? Substring(rest).unindented : line
    }

    private static let strokes = Set("/\\_|-=*#~^".utf8)

    /// A line of dashes or equals signs that encloses a block.
    static func isRule(_ line: Substring) -> Bool {
        let bytes = line.utf8.drop { $0 == 0x20 }
        guard let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "=") else { return false }
        return bytes.count >= 20 && bytes.allSatisfy { $0 == first || $0 == 0x20 }
    }

    /// A warning, or less than that.
    static func isWarning(_ line: Substring) -> Bool {
        let content = line.unindented
        return levels.begins(content) || warnings.isIn(content)
    }

    private static let warnings: PhraseSet = ["Warning: ", " warning: ", "(Warning): ", " - WARNING - ", " - INFO - "]
    private static let levels: PhraseSet = [
        "Warning", "warning", "WARNING", "[WARN", "WARN ", "[W::", "INFO", "[INFO", "DEBUG", "[DEBUG", "note: ",
    ]

    /// A frame of a stack, or source code that a message quotes.
    static func isFrame(_ line: Substring) -> Bool {
        if line.hasPrefix("Node.js v") { return true }
        if line.hasPrefix("CallStack (from ") || line.holds(", called at ") { return true }
        if line.hasPrefix("#"), line.dropFirst().first?.isNumber ?? false { return true }
        if isQuotedSource(line) || isNumberedCall(line) || line.hasPrefix("Location: ") && line.holds(" line ") {
            return true
        }
        // `./fit(main+0x1f) [0x556d411711e5]`
        if line.hasSuffix("]"), line.holds(" [0x"), !line.holds(": ") { return true }
        guard let first = line.utf8.first, first == 0x20 || first == 0x09 else { return false }
        let content = line.unindented
        return frames.begins(content) || content.hasPrefix("#") && (content.dropFirst().first?.isNumber ?? false)
            || isAddress(content)
    }

    /// A call in a stack of Lisp: `7: (LOAD "fit.lisp")`.
    private static func isNumberedCall(_ line: Substring) -> Bool {
        let rest = line.utf8.drop { $0.isDigit || $0 == 0x20 }
        return rest.startIndex > line.startIndex && Substring(rest).hasPrefix(": (")
    }

    /// An address alone: `$00000000004010DD`, `0x00007f3b`.
    private static func isAddress(_ content: Substring) -> Bool {
        let digits = content.utf8.dropFirst(
            content.hasPrefix("$") ? 1 : content.hasPrefix("0x") ? 2 : content.utf8.count)
        return digits.count >= 8 && digits.prefix { $0 != 0x20 }.allSatisfy(\.isHexDigit)
    }

    /// Source code as compilers quote it: `12 |     let x = y;`, `   |     ^ expected here`, `  --> fit.rs:12:9`.
    private static func isQuotedSource(_ line: Substring) -> Bool {
        let content = line.unindented
        guard let first = content.utf8.first else { return false }
        switch first {
        case UInt8(ascii: "|"): return line.utf8.first == 0x20
        case UInt8(ascii: "-"):
            // OpenFOAM begins its errors with the arrow.
            return content.hasPrefix("--> ") && content.utf8.last.map { 0x30...0x39 ~= $0 } ?? false
        case 0x30...0x39: return Substring(content.utf8.drop { 0x30...0x39 ~= $0 }).hasPrefix(" | ")
        default: return false
        }
    }

    private static let frames: PhraseSet = ["at ", "from ", "warnings.warn(", "@ ", "... ", "error, called at "]

    /// Whether a line has words of failure. They are no proof: what succeeds prints them too. But of two lines the one
    /// that has them is the better guess.
    static func soundsLikeFailure(_ line: Substring) -> Bool {
        let words = Substring(line.unindented.utf8.prefix(300))
        if nothing.begins(words, ignoringCase: true) || denials.isIn(words, ignoringCase: true) { return false }
        return lacks.begins(words, ignoringCase: true) || failures.isIn(words, ignoringCase: true)
    }

    private static let nothing: PhraseSet = ["0 error"]
    private static let denials: PhraseSet = ["successful", " 0 error", "no error", "without error", " ok"]
    private static let lacks: PhraseSet = ["no "]

    private static let failures: PhraseSet = [
        "cannot", "can't", "can not", "could not", "couldn't", "unable", "not found", "no such", "not exist", "invalid",
        "missing", "denied", "fail", "error", "unknown", "unexpected", "illegal", "must ", "expected", "exceed",
        "refused", "corrupt", "does not", "doesn't", "did not", "is not ", "are not ", "not defined", "not declared",
        "undefined", "unrecogni",
        "unsupported", "not supported", "too many", "too few", "too large", "too small", "too long", "too short",
        "out of memory", "out of range", "out of bounds", "out of space", "out of disk", "impossible", "killed",
        "violat", "overflow", "underflow", "timed out", "timeout", "abort", "exception", "bad ",
        "wrong", "incompatible", "mismatch", "not enough", "not allowed", "no data", "no space", "empty", "negative",
        "nan ",
        "diverge", "singular", "not converge", "no convergence", "truncated", "malformed", "fatal", "crash",
        "segmentation", "assert", "is full", "disk full", "quota", "expired", "unreachable", "conflict",
    ]

    /// How a sentence begins that says what did not work.
    static func opensAsFailure(_ line: Substring) -> Bool { openers.begins(line.unindented) }

    private static let openers: PhraseSet = [
        "Could not ", "Couldn't ", "Cannot ", "Can not ", "Can't ", "Unable to ", "Failed to ", "No such ", "Unknown ",
        "Invalid ", "Unrecognized ", "Unrecognised ", "Illegal ", "Missing ", "Not enough ", "Did not ", "could not ",
        "cannot ", "unable to ", "failed to ", "no such ", "unknown ", "invalid ",
    ]

    /// `Data error`, `Syntax error`: it names the kind of what the line above says.
    static func isBareKind(_ line: Substring) -> Bool {
        let words = line.split(separator: " ")
        guard words.count == 2, words[1].hasPrefix("error"), words[1].utf8.count <= 6 else { return false }
        return ShortWord(words[0].utf8).map { kinds.contains($0) } ?? false
    }

    private static let kinds = ShortWord.set(
        "syntax data type parse parser value name input lexical semantic evaluation domain range argument")

    /// A sentence that says what did not work, and not that it was done in another way.
    static func saysWhatFailed(_ line: Substring) -> Bool {
        let content = line.unindented
        return attempts.begins(content, ignoringCase: true) && !isHarmless(line)
    }

    private static let attempts: PhraseSet = [
        "could not ", "couldn't ", "cannot ", "can not ", "can't ", "unable to ", "failed to ",
    ]

    /// What a program goes on after.
    static func isHarmless(_ line: Substring) -> Bool { harmless.isIn(line, ignoringCase: true) }

    private static let harmless: PhraseSet = [
        "skipp", "using ", "ignor", "falling back", "fall back", "fallback", "default", "instead", "disabled", " off",
        "continu", "retry", "trying", "will be", "treated as", "rebuil", "filled", "assum", "proceed", "without",
    ]

    /// What only follows from an error that stands before it.
    static func isConsequence(_ line: Substring) -> Bool {
        consequences.isIn(line) || line.holds("error") && verdicts.contains { line.hasSuffix($0) }
    }

    /// gretl, and others in these words.
    private static let verdicts = [
        "ed on error", "ed with error", "ed with errors", "ed due to error", "ed due to errors",
    ]
    .flatMap { [$0, "\($0)."] }

    private static let consequences: PhraseSet = [
        "BEGIN failed--compilation aborted", "Compilation failed in require", "Error termination",
        " is not recoverable",
        // The compilers of Rust and Go, tar.
        "previous error", "at least one fatal", "hild returned status", "abnormally terminated", "abnormal termination",
        "ld returned ", "terminate called ",
        // The last line of rsync, and of a model in GNU MathProg, whatever happened.
        "rsync error: ", "model processing error",
        // Octave, after a syntax error.
        " while preparing to exit",
        // TeX, CMake, Free Pascal, git.
        "==> Fatal error occurred", "! Emergency stop.", "Generate step failed", "configuring incomplete",
        "Configuring incomplete", "Compilation aborted", "errors compiling module", " returned an error exitcode",
        "Automatic merge failed",
    ]

    /// A command that a shell shows before it runs it (`set -x`).
    static func isShown(_ line: Substring) -> Bool { line.hasPrefix("+ ") || line.hasPrefix("++ ") }

    /// What an interpreter shows behind its prompt, but not a message that is quoted so.
    static func isPrompted(_ line: Substring) -> Bool { prompts.begins(line) && !soundsLikeFailure(line) }

    private static let prompts: PhraseSet = ["> ", ">> ", ">>> ", "? "]

    /// The line that a shell writes about a signal: `run.sh: line 3: 12345 Aborted (core dumped) ./model`.
    static func isAbort(_ line: Substring) -> Bool { line.holds(": line ") && line.holds(" Aborted ") }

    /// What to do, where to read, how to call the program: it follows the error itself.
    static func isAdvice(_ line: Substring) -> Bool {
        let content = line.unindented
        return advice.begins(content) || directions.begins(content) && manuals.isIn(content)
            || content.holds("://") && isPlaceToRead(content)
    }

    /// What tells where to read on: `website at http://…`
    private static func isPlaceToRead(_ content: Substring) -> Bool {
        guard let start = content.firstRange(of: "http") else { return false }
        let before = content[..<start.lowerBound]
        return places.contains { before.hasSuffix($0) } && !soundsLikeFailure(before)
    }

    private static let places = [
        " see ", " visit ", "website at ", "documentation at ", "manual at ", "page at ", "information at ",
        "details at ",
    ]

    /// The line above the calls of a stack.
    static func beginsStack(_ line: Substring) -> Bool {
        stacks.start(of: line.unindented, ignoringCase: true).map { line.unindented.utf8.count <= $0 + 40 } ?? false
    }

    private static let stacks: PhraseSet = ["stack traceback:", "stack trace:", "backtrace:", "call stack:"]

    /// A line with which the help of a program begins: how to call it.
    static func beginsHelp(_ line: Substring) -> Bool { helps.begins(line.unindented, ignoringCase: true) }

    private static let helps: PhraseSet = ["usage:", "synopsis"]

    private static let directions: PhraseSet = ["Try ", "See ", "Run ", "see ", "try "]
    private static let manuals: PhraseSet = ["help", "http", "--", "man "]

    private static let advice: PhraseSet = [
        "Usage:", "usage:", "USAGE:", "For more ", "For further ", "- Please ", "- Also ", "Please ", "Hint: ",
        "HINT: ", "hint: ", "help: ", "To get help", "(Background on", "http://", "https://", "Did you mean",
        "Traceback (most recent call last) was ", "Inspecting ", "Consider ", "You can ", "The most similar ",
        "Perhaps you meant", "Maybe you meant", "Full report at:", "See also ",
        "Set the environment variable", "A complete log of this run ", "To see a list of ", "To append to ",
    ]

    /// The last words of a program that gives up: they say that it ends, and not why.
    static func isClosing(_ line: Substring) -> Bool {
        if isAbort(line) || isStopCode(line) { return true }
        let words = line.unindented
        let isBrace = words.utf8.first == UInt8(ascii: "{") || words.utf8.first == UInt8(ascii: "}")
        guard let closing = isBrace ? 1 : closings.start(of: words, ignoringCase: true) else { return false }
        // `Aborted (core dumped)` is one, `Aborted by user 7 because …` is not.
        return line.utf8.count <= closing + 32 && !reasons.isIn(line, ignoringCase: true)
    }

    private static let reasons: PhraseSet = ["because", "cannot", "could not", "fail", "error", ": "]

    /// `STOP 2`, without a text.
    private static func isStopCode(_ line: Substring) -> Bool {
        let content = line.unindented
        return content.hasPrefix("STOP") && content.dropFirst(4).allSatisfy { $0 == " " || $0.isNumber }
    }

    private static let closings: PhraseSet = [
        "aborted", "abort trap", "aborting", "exiting", "exit status", "terminating", "shutting down",
        "cleaning up", "stopping", "stopped", "done", "finished", "bye", "goodbye", "program terminated",
        "execution halted", "end of do-file", "returning", "elapsed time", "total time", "... skipping",
        "code: ", "press any key",
    ]
}

extension Substring {
    /// Without the blanks in front.
    var unindented: Substring {
        guard let first = utf8.first, first == 0x20 || first == 0x09 else { return self }
        return Substring(utf8.drop { $0 == 0x20 || $0 == 0x09 })
    }

    /// Without the blanks at both ends.
    var trimmed: String {
        var rest = utf8.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = rest.last, last == 0x20 || last == 0x09 || last == 0x0D { rest.removeLast() }
        return String(Substring(rest))
    }

    /// Without these characters at both ends.
    func trimmed(_ isLeftOut: (Character) -> Bool) -> String {
        var rest = drop(while: isLeftOut)
        while let last = rest.last, isLeftOut(last) { rest.removeLast() }
        return String(rest)
    }
}
