import Glibc

/// The text of a batch script, and where a line can be put into it so that it runs before everything else, the
/// scheduler's own lines stay what they are, and the numbers of lines stay right where that can be.
struct BatchScript {
    private let bytes: [UInt8]
    /// The lines up to the first command, with that, without their ends.
    private let lines: [ArraySlice<UInt8>]
    /// What follows them.
    private let rest: ArraySlice<UInt8>
    private let rules: HookPlan.ScriptRules

    init(_ bytes: [UInt8], _ rules: HookPlan.ScriptRules) {
        self.bytes = bytes
        self.rules = rules
        var (lines, rest): ([ArraySlice<UInt8>], ArraySlice<UInt8>) = ([], bytes[...])
        while !rest.isEmpty {
            let line = rest.prefix { $0 != 0x0A }
            lines.append(line)
            rest = rest[line.endIndex...].dropFirst()
            if !Self.isBlank(line), !Self.isComment(line) { break }
        }
        self.lines = lines
        self.rest = rest
    }

    /// What becomes of a script.
    enum Result: Equatable {
        case changed([UInt8])
        /// As it is, and what to say of that.
        case leave(String?)
    }

    /// The script that jobmon is told of.
    /// - Parameters:
    ///   - line: valid in every shell.
    ///   - interpreter: the program that runs a script by the rest of its own first line; nil: there is none.
    func hooked(line: String, interpreter: String?) -> Result {
        // Nothing that is a script, or nothing that a scheduler would take: its own words are better than ours.
        guard !lines.isEmpty else { return .leave(nil) }
        if bytes.contains(0) { return .leave("it contains a zero byte") }
        if bytes.contains(0x0D) {
            return .leave(
                rules.refusesCarriageReturns && !places(of: "\r\n").isEmpty ? nil : "it contains a carriage return")
        }
        let first = text(0)
        let shebang = ScriptLanguage(firstLine: first)
        if rules.needsInterpreter, shebang == nil { return .leave(nil) }
        if isOurs { return .leave(nil) }
        if isYes(embedded("-b")) { return .leave("the script contains the option -b y") }
        let chosen = (rules.shell ?? embedded("-S")).map { ScriptLanguage(interpreter: Self.path($0)) }
        switch (chosen ?? shebang ?? .someShell, shebang) {
        case (.other(let name), _) where chosen != nil: return .leave("its interpreter is \(name) (-S)")
        case (_, .other(let name)?): return withInterpreter(first, interpreter, name)
        case (let language, let own):
            // Grid Engine may follow either: the line must do for both.
            let isBourne = language == .bourne && (own ?? .bourne) == .bourne
            return .changed(inserting(line, mayJoin: isBourne))
        }
    }

    /// A line in a script that jobmon runs already: that the hook has put there, or a queue's.
    private var isOurs: Bool {
        !places(of: " __hook begin ").isEmpty
            || places(of: " exec --task ").contains { line(around: $0).starts(with: "exec ".utf8) }
    }

    /// Where a text begins. There are no zero bytes before.
    private func places(of text: String) -> [Int] {
        var places: [Int] = []
        (bytes + [0]).withUnsafeBytes { raw in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            var start = base
            while let place = strstr(start, text) {
                places.append(UnsafePointer(place) - base)
                start = UnsafePointer(place) + 1
            }
        }
        return places
    }

    private func line(around place: Int) -> ArraySlice<UInt8> {
        let start = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return bytes[start...].prefix { $0 != 0x0A }
    }

    // MARK: Shells

    private func inserting(_ line: String, mayJoin: Bool) -> [UInt8] {
        let command = lines.indices.first { !Self.isBlank(lines[$0]) && !Self.isComment(lines[$0]) } ?? lines.count
        // Slurm reads its lines up to the first command: what stands before is a part of them.
        let start = (0..<command).last { isDirective($0) }.map { $0 + 1 } ?? 0
        var result = lines.map { Array($0) }
        if let free = (start..<max(start, command)).last(where: { isFree($0) }) {
            let kept = Self.isBlank(lines[free]) ? [] : Array(" ".utf8) + lines[free].drop { $0 == 0x20 || $0 == 0x09 }
            result[free] = Array(line.utf8) + kept
        } else if mayJoin, command < lines.count {
            result[command] = Array("\(line); ".utf8) + lines[command]
        } else {
            result.insert(Array(line.utf8), at: command)
        }
        return join(result)
    }

    private func join(_ lines: [[UInt8]]) -> [UInt8] {
        var joined = Array(lines.joined(separator: [0x0A]))
        // A here-document may end with the text: its end stays as it is.
        if !rest.isEmpty || bytes.last == 0x0A || joined.last == nil { joined.append(0x0A) }
        return joined + rest
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        line.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "#")
    }

    /// A line for the scheduler, or for another one.
    private func isDirective(_ index: Int) -> Bool {
        let line = lines[index]
        if let prefix, line.starts(with: prefix.utf8) { return true }
        guard line.first == UInt8(ascii: "#"), let next = line.dropFirst().first else { return false }
        // #SBATCH, #PBS, #DW, #BB_LUA, #$, #@ and whatever else there may be.
        return (index == 0 && next == UInt8(ascii: "!")) || (0x41...0x5A).contains(next)
            || next == UInt8(ascii: "$") || next == UInt8(ascii: "@")
    }

    /// A line that can be taken: nothing in it is lost. (csh goes on behind a backslash in a comment.)
    private func isFree(_ index: Int) -> Bool {
        let follows = index > 0 && lines[index - 1].last == UInt8(ascii: "\\")
        return !isDirective(index) && lines[index].last != UInt8(ascii: "\\") && !follows
    }

    // MARK: Others

    /// Only the first line changes: it names what runs the script by what the line named before.
    private func withInterpreter(_ first: String, _ interpreter: String?, _ name: String) -> Result {
        guard let interpreter else {
            return .leave("its interpreter is \(name), which the path of the directory or the environment rules out")
        }
        // As the kernel does: the interpreter, and all that follows as one argument.
        let isGap: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let named = first.dropFirst(2).drop(while: isGap)
        let program = named.prefix { !isGap($0) }
        let argument = named.dropFirst(program.count).drop(while: isGap)
        let line = "#!\(interpreter) \(program)" + (argument.isEmpty ? "" : " \(argument)")
        // What an old kernel reads of it.
        guard line.utf8.count < 127 else {
            return .leave("its interpreter is \(name), and the path of the directory is too long")
        }
        return .changed(join([Array(line.utf8)] + lines.dropFirst().map { Array($0) }))
    }

    // MARK: Options in the script

    /// How lines with options begin; nil: there are none.
    private var prefix: String? { rules.optionPrefix.flatMap { $0.isEmpty ? nil : $0 } }

    /// The value that an option has in the script's own lines with options.
    private func embedded(_ option: String) -> String? {
        guard let prefix else { return nil }
        var value: String?
        let starts = (bytes.starts(with: prefix.utf8) ? [0] : []) + places(of: "\n\(prefix)").map { $0 + 1 }
        for start in starts {
            let line = bytes[(start + prefix.utf8.count)...].prefix { $0 != 0x0A }
            let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
            guard let place = words.firstIndex(of: Substring(option)), place + 1 < words.count else { continue }
            value = String(words[place + 1])
        }
        return value
    }

    private func isYes(_ value: String?) -> Bool { value.map { $0.lowercased().hasPrefix("y") } ?? false }

    /// The first path of a list such as `node1:/bin/csh,/bin/bash`.
    private static func path(_ list: String) -> String {
        let first = list.prefix { $0 != "," }
        return String(first.split(separator: ":").last ?? first)
    }

    private func text(_ index: Int) -> String { String(decoding: lines[index], as: UTF8.self) }
}
