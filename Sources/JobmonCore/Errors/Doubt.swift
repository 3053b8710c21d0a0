/// Why a command that ended with exit code 0 may not have done its work: what only a failure leaves on stderr. It changes
/// no status. An error word is no ground for it, since programs that succeed print many; each form here is what the
/// runtime of a language, a shell or a scheduler writes when a part of the work has failed.
package enum Doubt {
    /// The first ground for doubt in an end of stderr, in one line; nil: there is none.
    package static func of(stderr: String) -> String? {
        guard !stderr.isEmpty else { return nil }
        let lines = stderr.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        for (index, raw) in lines.enumerated() where !raw.isEmpty {
            let line = raw.utf8.first == 0x1B ? raw.withoutColours : raw
            if let ground = ground(line, next: index + 1 < lines.count ? lines[index + 1] : "") {
                return ErrorReading.shortened(words(ground, line: line, at: index, of: lines))
            }
        }
        return nil
    }

    /// The ground for doubt in the evidence of an end; nil: there is none.
    package static func of(_ evidence: Evidence) -> String? {
        evidence.ownOomKills > 0 ? ErrorText.memoryKills(evidence) : nil
    }

    /// Where the words for it stand.
    private enum Ground {
        /// In the line itself.
        case line
        /// An error that begins here.
        case from
        /// An error that stands before.
        case before
    }

    private static func ground(_ line: Substring, next: Substring) -> Ground? {
        // The first byte tells most lines apart.
        switch line.utf8.first {
        case UInt8(ascii: "E"):
            if line.hasPrefix("Exception in thread ") { return .from }
            if line.hasPrefix("ERROR "), isNumbered(line.dropFirst(6)) { return .line }
        case UInt8(ascii: "P"):
            if line.hasPrefix("Process "), line.hasSuffix(":"), next.hasPrefix("Traceback (most recent") {
                return .from
            }
        case UInt8(ascii: "T"):
            if line.hasPrefix("Task exception was never retrieved") { return .from }
            if line.hasPrefix("Thread "), line.holds(" terminated abnormally: ") { return .line }
        case UInt8(ascii: "F"):
            if line.hasPrefix("Future exception was never retrieved") { return .from }
        case UInt8(ascii: "U"):
            if line.hasPrefix("Unhandled Task ERROR: ") { return .line }
        case UInt8(ascii: "N"):
            if line.hasPrefix("Note: The following floating-point exceptions are signalling: "), isSevere(line) {
                return .line
            }
        case UInt8(ascii: "t"):
            if line.hasPrefix("thread '"), line.holds(" panicked at ") { return .from }
            if line.hasPrefix("type 'quit;' to quit to outer loop") { return .before }
        case UInt8(ascii: "."):
            if line.hasPrefix("... skipping file '") { return .before }
        case UInt8(ascii: " "), UInt8(ascii: "I"):
            if line.holds("scheduled core"), line.holds("encountered error") || line.holds("did not deliver") {
                return .line
            }
        case UInt8(ascii: "s"), UInt8(ascii: "["):
            if line.holds("oom_kill event") || line.holds("oom-kill event"), SchedulerLine.isOne(line) { return .line }
        default: break
        }
        return isOfShell(line) ? .line : nil
    }

    /// `1: unable to open`, as GDAL numbers its errors.
    private static func isNumbered(_ rest: Substring) -> Bool {
        let digits = rest.prefix { $0.isNumber }
        return (1...2).contains(digits.count) && rest.dropFirst(digits.count).hasPrefix(": ")
    }

    /// An underflow, or a number that is not normal, is harmless in most programs. LAPACK looks on purpose what an invalid
    /// operation and a division by zero give, and so the note of good runs has both.
    private static func isSevere(_ line: Substring) -> Bool {
        line.holds("IEEE_OVERFLOW_FLAG") || line.holds("IEEE_INVALID_FLAG") && !line.holds("IEEE_DIVIDE_BY_ZERO")
    }

    /// What a shell writes in a script that goes on after a command that is missing, or that a signal ended:
    /// `run.sh: line 3: fit: command not found`, `run.sh: line 3: 12345 Killed  ./fit`.
    private static func isOfShell(_ line: Substring) -> Bool {
        guard line.utf8.count < 500 else { return false }
        if line.utf8.last == UInt8(ascii: "d"), line.hasSuffix(": not found") { return isOfDash(line) }
        guard line.holds(": line "), let mark = line.firstRange(of: ": line ") else { return false }
        // Of a person's or a machine's start-up files, which are not part of the work.
        let file = line[..<mark.lowerBound]
        if file.hasPrefix("/etc/") || startUps.contains(where: { file.hasSuffix($0) }) { return false }
        let rest = line[mark.upperBound...].drop { $0.isNumber }
        guard rest.hasPrefix(": ") else { return false }
        if rest.hasSuffix(": command not found") { return true }
        let words = rest.dropFirst(2).unindented.drop { $0.isNumber }.unindented
        return signals.contains { words.hasPrefix($0) }
    }

    /// `run.sh: 3: fit: not found`, as dash says it.
    private static func isOfDash(_ line: Substring) -> Bool {
        let parts = line.split(separator: ":", maxSplits: 2)
        guard parts.count == 3, let number = parts.dropFirst().first, number.first == " " else { return false }
        return number.count > 1 && number.dropFirst().allSatisfy { $0.isNumber }
            && parts[2].dropLast(": not found".count).dropFirst().allSatisfy { $0 != " " }
    }

    private static let startUps = [".bashrc", ".bash_profile", ".profile", ".bash_login"]

    private static let signals = [
        "Killed ", "Segmentation fault ", "Aborted ", "Bus error ", "Illegal instruction ", "Floating point exception ",
    ]

    private static func words(_ ground: Ground, line: Substring, at index: Int, of lines: [Substring]) -> String {
        let part: ArraySlice<Substring>
        switch ground {
        case .line: return line.trimmed
        case .from: part = lines[index...].prefix(longestError)
        case .before: part = lines[...index].suffix(longestError)
        }
        let reading = ErrorReading(part.joined(separator: "\n"))
        return reading.weight >= (ground == .before ? .guess : .reason) ? reading.headline : line.trimmed
    }

    /// Lines of one error that are read.
    private static let longestError = 200
}
