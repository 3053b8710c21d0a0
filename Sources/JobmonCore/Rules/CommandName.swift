/// The short name of a command for people: the name of its script, not of an interpreter or a command in front of it.
/// `model.py` for `nice python3 -u model.py 3`, `pkg.mod` for `python -m pkg.mod`.
package enum CommandName {
    /// The name of a program with arguments.
    package static func of(_ words: [String]) -> String {
        // Arguments further back are data.
        let found = script(words.prefix(looked), input: nil, depth: 0)
        return found?.name ?? words.first.map(base) ?? ""
    }

    /// The name of a shell line.
    package static func of(line: String) -> String {
        let beginning = String(decoding: line.utf8.prefix(longest), as: UTF8.self)
        if let found = best(ShellWords(beginning).commands, depth: 0) { return found.name }
        let first = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? line
        return base(first)
    }

    // MARK: Commands

    /// The name of a command, and whether it is informative.
    private struct Found {
        var name: String
        /// Whether it is a script or a program of the user's, and not one that only prepares or accompanies it.
        var isTelling: Bool
    }

    /// Limits for nested commands, the words of a command, and the bytes of a line that are read.
    private static let deepest = 8
    private static let looked = 64
    private static let longest = 4096

    private static func base(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The first informative command, else the first command.
    private static func best(_ commands: [ShellWords.Command], depth: Int) -> Found? {
        let found = commands.lazy.compactMap { script($0.words.prefix(looked), input: $0.input, depth: depth) }
        return found.first { $0.isTelling } ?? found.first
    }

    /// The name of a command; nil if it only prepares another one, such as `cd` or `export`.
    private static func script(_ words: ArraySlice<String>, input: String?, depth: Int) -> Found? {
        guard depth < deepest else { return nil }
        var words = words
        while let first = words.first, CommandTables.keywords.contains(first) || isAssignment(first) {
            words.removeFirst()
        }
        guard let first = words.first, !first.isEmpty else { return nil }
        let name = base(first)
        let rest = words.dropFirst()
        if CommandTables.preparations.contains(name) { return nil }
        if let inner = CommandTables.wrapped(name, rest) {
            return script(inner, input: input, depth: depth + 1) ?? Found(name: name, isTelling: false)
        }
        switch CommandTables.interpreted(name, rest) {
        // A variable alone is not a name.
        case .script(let path) where path.hasPrefix("$") && !isScript(path): return Found(name: name, isTelling: true)
        // The name of a scheduler's own copy of a script comes from the scheduler.
        case .script(let path) where isSpooled(path): return Found(name: name, isTelling: true)
        case .script(let path): return Found(name: base(path), isTelling: true)
        case .named(let text): return Found(name: text, isTelling: true)
        case .line(let line):
            return best(ShellWords(line).commands, depth: depth + 1) ?? Found(name: name, isTelling: false)
        case .itself: return Found(name: input.flatMap { isScript($0) ? base($0) : nil } ?? name, isTelling: true)
        case nil: break
        }
        // A variable stands for an unknown program.
        if first.hasPrefix("$"), let script = rest.first(where: isScript) {
            return Found(name: base(script), isTelling: true)
        }
        return Found(name: name, isTelling: !CommandTables.companions.contains(name))
    }

    /// Whether a path is a scheduler's copy of a submitted script: Slurm's `…/slurm_script`, Grid Engine's
    /// `…/job_scripts/4711`.
    private static func isSpooled(_ path: String) -> Bool {
        path.hasSuffix("/slurm_script") || path.split(separator: "/").dropLast().last == "job_scripts"
    }

    static func isAssignment(_ word: String) -> Bool {
        guard let equals = word.firstIndex(of: "="), equals > word.startIndex else { return false }
        let name = word[..<equals]
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            && name.first?.isNumber == false
    }

    static func isScript(_ word: String) -> Bool {
        guard !word.hasPrefix("-"), let dot = word.lastIndex(of: ".") else { return false }
        return CommandTables.scriptEndings.contains(word[word.index(after: dot)...].lowercased())
    }
}
