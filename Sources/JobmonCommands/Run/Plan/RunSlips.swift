import JobmonCore
import JobmonQueue

/// Detects probable typing errors in a plan: a placeholder that is nearly a param's name, and params without a
/// placeholder. Without these checks the jobs would run with the literal text and be COMPLETE.
struct RunSlips {
    /// Params that a command or name uses.
    private(set) var used: Set<String> = []

    /// Checks the templates of a job.
    /// - Parameter place: the file and line of the job, followed by a colon; empty for the command line.
    /// - Throws: `CommandFailure` with the error and what was probably meant.
    mutating func look(at object: RunJobObject, place: String = "") throws {
        for text in object.templates {
            for word in CommandTemplate.words(in: text) {
                if object.params[String(word)] != nil {
                    used.insert(String(word))
                } else if let meant = Self.meant(word, among: object.params.members.map(\.name)) {
                    throw Self.failure(word, meant, place)
                }
            }
        }
        // That an output has the param's name is no use of it by the command.
        for word in (object.expect ?? []).flatMap({ CommandTemplate.words(in: $0) })
        where object.params[String(word)] == nil {
            if let meant = Self.meant(word, among: object.params.members.map(\.name)) {
                throw Self.failure(word, meant, place)
            }
        }
        // `cwd` is not a template, and a directory with such a name would be a surprise.
        for word in CommandTemplate.words(in: object.cwd ?? "") where object.params[String(word)] != nil {
            throw CommandFailure(
                .usage, "\(place)\"cwd\" contains {\(word)}, but only the command and the name are templates",
                hint: "write the directory in full, or change to it in the command")
        }
    }

    /// The name that a word in braces was probably meant to be; nil: it is literal text.
    private static func meant(_ word: Substring, among params: [String]) -> String? {
        // Format specifications of Python: {year:04d}, { year }, {year!r}.
        let name = word.prefix { $0 != ":" && $0 != "!" }.filter { $0 != " " }
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) }) else { return nil }
        if name == "jid" || name == "attempt" { return name == word ? nil : name }
        if params.contains(name) { return name }
        let near = NearWord.nearest(to: name, among: params.filter { NearWord.isSlip(name, of: $0) })
        return near
            ?? ["jid", "attempt"].first { $0 == name.lowercased() || $0.count > 4 && NearWord.isSlip(name, of: $0) }
    }

    private static func failure(_ word: Substring, _ meant: String, _ place: String) -> CommandFailure {
        let isFormat = word.contains { ":! ".contains($0) }
        let message = "\(place){\(word)} is not a param: did you mean {\(meant)}?"
        return CommandFailure(
            .usage, message,
            hint: isFormat
                ? "values are inserted unchanged, without a format; 001..100 keeps leading zeros"
                : "to keep it as literal text, spell it in another way, such as { \(word) }")
    }

    /// - Throws: `CommandFailure` if the command does not use a declared param.
    /// - Returns: remarks on params that only count how many times the command is run.
    func checkAllUsed(_ sweep: RunSweep) throws -> [String] {
        let unusedDimensions = sweep.dimensions.filter { !used.contains($0.name) }
        let unused = unusedDimensions.filter { !$0.isCount }.map(\.name)
        guard let first = unused.first else {
            return unusedDimensions.map {
                "the command does not use {\($0.name)}: it is run \($0.values.count) times"
            }
        }
        let list = unused.map { "\"\($0)\"" }.joined(separator: ", ")
        throw CommandFailure(
            .usage, "the command does not use the param\(unused.count == 1 ? "" : "s") \(list)",
            hint: "write {\(first)} where its value belongs, or give --unused-ok to run the command once per value")
    }

    /// The remark on a table's unused columns; nil if all are used.
    func unusedColumns(_ names: [String], of path: String) -> String? {
        let unused = names.filter { !used.contains($0) }
        guard !unused.isEmpty else { return nil }
        return unused.count == names.count
            ? "the command uses none of the columns of \(path): \(unused.joined(separator: ", "))"
            : "not used by the command: \(unused.count == 1 ? "column" : "columns") "
                + "\(unused.joined(separator: ", ")) of \(path)"
    }
}

extension RunJobObject {
    /// The texts whose placeholders are filled in.
    fileprivate var templates: [String] {
        let texts: [String]
        switch command {
        case .shell(let line): texts = [line]
        case .arguments(let words): texts = words
        case nil: texts = []
        }
        return texts + [name].compactMap { $0 }
    }
}
