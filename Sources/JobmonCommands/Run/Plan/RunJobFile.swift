import JobmonCore
import JobmonQueue

/// The jobs in a job file, before defaults are filled in.
struct RunJobFile {
    /// One job of the file.
    struct Entry {
        /// The line on which the job begins, from 1.
        var line: Int
        var job: RunJobObject
    }

    var entries: [Entry] = []

    /// The formats of a job file, by its extension.
    enum Form: Equatable {
        case lines
        case table(separator: Character)
        case objects
        case yaml

        /// Whether it has one command for all jobs, and columns with their params.
        var isTable: Bool { if case .table = self { true } else { false } }

        /// - Throws: `CommandFailure` for an unknown extension.
        init(path: String) throws {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            guard path != "-", let dot = name.lastIndex(of: "."), dot != name.startIndex else {
                self = .lines
                return
            }
            switch name[dot...].lowercased() {
            case ".txt": self = .lines
            case ".csv": self = .table(separator: ",")
            case ".tsv": self = .table(separator: "\t")
            case ".jsonl": self = .objects
            case ".yaml", ".yml": self = .yaml
            default:
                throw CommandFailure(
                    .usage,
                    "\(path): the name of a job file must end in .txt, .csv, .tsv, .jsonl or .yaml, "
                        + "not in \(name[dot...])"
                )
            }
        }
    }

    /// The separator of a table's fields: the one for its extension, unless the header does not contain it but contains
    /// another separator (spreadsheets write those where the comma is the decimal separator). A first line such as
    /// `sep=;`, written for spreadsheets, also sets it.
    /// - Throws: `CommandFailure` if the header is ambiguous.
    static func separator(
        of text: String, expected: Character, path: String
    ) throws -> (separator: Character, text: Substring, skipped: Int) {
        let rest = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        let end = rest.firstIndex(where: \.endsLine) ?? rest.endIndex
        let first = rest[..<end]
        if first.lowercased().hasPrefix("sep="), first.count == 5, let separator = first.last {
            return (separator, end == rest.endIndex ? "" : rest[rest.index(after: end)...], 1)
        }
        var found: [Character] = []
        var isQuoted = false
        for character in first {
            if character == "\"" { isQuoted.toggle() }
            if !isQuoted, ",;\t|".contains(character), !found.contains(character) { found.append(character) }
        }
        let others = found.filter { $0 != expected }
        if found.contains(expected) {
            // A table with commas and a semicolon in a name is more likely one with semicolons and decimal commas.
            guard expected == ",", let other = others.first(where: { $0 != "|" }) else { return (expected, rest, 0) }
            throw CommandFailure(
                .usage, "\(path), line 1: the header contains both \(Self.word(expected)) and \(Self.word(other))",
                hint: "use one of them as separator; put a name that contains the other in quotes")
        }
        guard others.count <= 1 else {
            throw CommandFailure(
                .usage,
                "\(path), line 1: cannot determine the separator of the columns: the header contains "
                    + others.map(Self.word).joined(separator: " and "),
                hint: "separate them by \(Self.word(expected))s")
        }
        return (others.first ?? expected, rest, 0)
    }

    private static func word(_ separator: Character) -> String {
        switch separator {
        case ",": "comma"
        case ";": "semicolon"
        case "\t": "tab"
        default: "\"\(separator)\""
        }
    }

    /// Reads a whole file, and checks every line.
    /// - Parameter hasCommand: a command is given beside the file.
    /// - Throws: `CommandFailure` with the file's name and the line of the first error.
    init(_ text: String, form: Form, path: String, hasCommand: Bool) throws {
        func fail(_ line: Int, _ message: String, hint: String? = nil) -> CommandFailure {
            CommandFailure(.usage, "\(path), line \(line): \(message)", hint: hint)
        }
        switch form {
        case .lines:
            for (line, content) in Self.lines(text) where !content.hasPrefix("#") {
                guard !content.utf8.contains(0) else { throw fail(line, "the command contains a NUL character") }
                entries.append(Entry(line: line, job: RunJobObject(command: .shell(content))))
            }
        case .table(let separator):
            let (separator, text, skipped) = try Self.separator(of: text, expected: separator, path: path)
            var table: RunTable
            do {
                table = try RunTable(String(text), separator: separator)
            } catch {
                throw fail(error.line + skipped, error.message)
            }
            for index in table.rows.indices { table.rows[index].line += skipped }
            guard let header = table.rows.first else { return }
            for (index, name) in header.fields.enumerated() {
                try RunSweep.check(name: name, where: "\(path), line \(header.line)")
                guard !header.fields[..<index].contains(name) else {
                    throw fail(header.line, "two columns are named \"\(name)\"")
                }
            }
            for row in table.rows.dropFirst() {
                guard row.fields.count == header.fields.count else {
                    throw fail(
                        row.line,
                        "\(row.fields.count) fields, but the header names \(header.fields.count) params")
                }
                let params = JSONObject(zip(header.fields, row.fields).map { (name: $0, value: .string($1)) })
                entries.append(Entry(line: row.line, job: RunJobObject(params: params)))
            }
        case .objects:
            for (line, content) in Self.lines(text) {
                do {
                    let json = try JSON(parsing: content)
                    entries.append(Entry(line: line, job: try RunJobObject(json)))
                } catch let error as JSONSyntaxError {
                    throw fail(line, error.description)
                } catch let error as FieldError {
                    throw fail(line, error.description)
                }
            }
        case .yaml:
            for (line, json) in try RunYAML.read(text, path: path) {
                do {
                    entries.append(Entry(line: line, job: try RunJobObject(json)))
                } catch {
                    throw fail(line, error.description)
                }
            }
        }
        for entry in entries where entry.job.command == nil && !hasCommand {
            throw fail(
                entry.line, "the job has no command",
                hint: "give \"command\" in the file, or one command for all jobs after --")
        }
        if hasCommand, form == .lines {
            throw CommandFailure(
                .usage, "\(path) contains the commands, and another one is given after --", hint: "omit one of them")
        }
    }

    /// The lines that are not blank, trimmed, with their numbers from 1.
    private static func lines(_ text: String) -> [(line: Int, content: String)] {
        let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.endsLine).enumerated()
            .compactMap { index, line in
                guard let first = line.firstIndex(where: { !$0.isWhitespace }),
                    let last = line.lastIndex(where: { !$0.isWhitespace })
                else { return nil }
                return (line: index + 1, content: String(line[first...last]))
            }
    }
}
