import ArgumentParser
import Glibc
import JobmonCore

/// Advice about an invalid command line: what is wrong, and the command that was probably meant.
struct CommandLineAdvice: Equatable {
    var message: String
    var hint: String?

    /// Examines arguments that the parser refused.
    /// - Returns: nil if the parser's own message is the best.
    init?(_ arguments: [String]) {
        guard let commands = KnownCommand.all, let first = arguments.first else { return nil }
        let advice: CommandLineAdvice?
        if let command = commands.first(where: { $0.name == first }) {
            advice = Self.of(command, Array(arguments.dropFirst()), commands)
        } else {
            advice = first.hasPrefix("-") ? Self.optionsFirst(arguments, commands) : Self.noCommand(arguments, commands)
        }
        guard let advice else { return nil }
        self = advice
    }

    private init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    // MARK: The subcommand

    private static func noCommand(_ arguments: [String], _ commands: [KnownCommand]) -> CommandLineAdvice {
        let typed = arguments[0]
        let message = "there is no subcommand \"\(typed)\""
        if let near = NearWord.nearest(to: typed, among: commands.map(\.name)) {
            return .init("\(message): did you mean \(near)?", hint: line([near] + arguments.dropFirst()))
        }
        if RunFiles.isProgram(typed) || RunFiles.isFile(typed) {
            return .init(message, hint: "to run a command: \(line(["run", "--"] + arguments))")
        }
        return .init(message, hint: "there are \(commands.map(\.name).joined(separator: ", "))")
    }

    /// Detects options before the subcommand to which they belong.
    private static func optionsFirst(_ arguments: [String], _ commands: [KnownCommand]) -> CommandLineAdvice? {
        for (index, word) in arguments.enumerated() where commands.contains(where: { $0.name == word }) {
            let moved = [word] + arguments[..<index] + arguments[(index + 1)...]
            // exec parses its arguments itself.
            guard word == "exec" || canBeRead(moved) else { continue }
            return .init("the options of \(word) must come after \"\(word)\"", hint: line(moved))
        }
        let near = NearWord.nearest(to: arguments[0], among: ["--help", "--version"])
        return near.map { .init("there is no option \(arguments[0]): did you mean \($0)?") }
    }

    // MARK: The subcommand's arguments

    private static func of(
        _ command: KnownCommand, _ arguments: [String], _ commands: [KnownCommand]
    ) -> CommandLineAdvice? {
        let own = arguments.prefix { $0 != "--" }
        // A dash, which editors and web pages make of two hyphens.
        if let index = own.firstIndex(where: { "\u{2012}\u{2013}\u{2014}\u{2212}".contains($0.first ?? "-") }) {
            let word = own[index]
            return replacing(
                index, by: "--" + word.drop { !$0.isLetter }, in: arguments, of: command,
                "\"\(word)\" begins with a long dash instead of two hyphens")
        }
        // --each year 1990..2020 (without the "=")
        for option in ["--each", "--param"] where command.options.contains(option) {
            guard let index = own.firstIndex(of: option), index + 2 < own.count, !own[index + 1].contains("="),
                !own[index + 2].hasPrefix("-")
            else { continue }
            let joined = "\(own[index + 1])=\(own[index + 2])"
            let corrected = [command.name] + arguments[...index] + [joined] + arguments[(index + 3)...]
            let isWhole = canBeRead(corrected)
            return .init(
                "\(option) takes one word, NAME=VALUE", hint: isWhole ? line(corrected) : "write \(option) \(joined)")
        }
        if command.takesCommand, own.count == arguments.count,
            let corrected = withTerminator(command.name, arguments)
        {
            return corrected
        }
        for (index, word) in own.enumerated() {
            let name = String(word.prefix { $0 != "=" })
            if command.options.contains("--status"), Status(label: word) != nil {
                let corrected = [command.name] + arguments[..<index] + ["--status"] + arguments[index...]
                if canBeRead(corrected) { return .init("use --status to select by status", hint: line(corrected)) }
            }
            guard name.hasPrefix("-"), name.count > 1, !command.options.contains(name) else { continue }
            // Short options such as -j4, and those that the parser explains better.
            let isShort = !name.hasPrefix("--")
            let doubled = "-" + name
            if isShort, !command.options.contains(doubled) {
                if name.count == 2, let owner = commands.first(where: { $0.options.contains(name) }),
                    !command.options.contains(name)
                {
                    return .init("\(command.name) has no option \(name): it is an option of \(owner.name)")
                }
                continue
            }
            let near = isShort ? doubled : NearWord.nearest(to: name, among: command.options.filter { $0.count > 2 })
            if let near {
                return replacing(
                    index, by: near + word.dropFirst(name.count), in: arguments, of: command,
                    "there is no option \(name): did you mean \(near)?")
            }
            let owners = commands.filter { $0.options.contains(name) }.map(\.name)
            guard !owners.isEmpty else { continue }
            return .init(
                "\(command.name) has no option \(name)", hint: "it is an option of \(owners.joined(separator: ", "))")
        }
        return nil
    }

    private static func replacing(
        _ index: Int, by option: String, in arguments: [String], of command: KnownCommand, _ message: String
    ) -> CommandLineAdvice {
        var corrected = arguments
        corrected[index] = option
        return .init(message, hint: canBeRead([command.name] + corrected) ? line([command.name] + corrected) : nil)
    }

    /// Detects a missing `--` before the command.
    private static func withTerminator(_ command: String, _ arguments: [String]) -> CommandLineAdvice? {
        for index in arguments.indices where !arguments[index].hasPrefix("-") {
            let options = Array(arguments[..<index])
            let rest = Array(arguments[index...])
            guard canBeRead([command] + options + ["--"] + rest) else { continue }
            if rest.count == 1, (try? RunJobFile.Form(path: rest[0])) ?? .lines != .lines || rest[0].hasSuffix(".txt"),
                access(rest[0], R_OK) == 0
            {
                return .init(
                    "the job file \"\(rest[0])\" needs -f before it",
                    hint: line([command] + options + ["-f"] + rest))
            }
            return .init(
                "the command \"\(rest[0])\" needs -- before it",
                hint: line([command] + options + ["--"] + rest))
        }
        return nil
    }

    // MARK: Help

    private static func canBeRead(_ arguments: [String]) -> Bool { (try? JobmonRoot.parseAsRoot(arguments)) != nil }

    private static func line(_ arguments: some Sequence<String>) -> String {
        ShellWord.line(["jobmon"] + arguments)
    }
}

/// A subcommand with its options, from the parser.
struct KnownCommand {
    var name: String
    /// With their hyphens.
    var options: Set<String>
    /// Whether a user's command follows after `--`.
    var takesCommand: Bool

    /// All subcommands shown in the help; nil if the parser does not tell.
    static var all: [KnownCommand]? {
        guard let dumped = try? JSON(parsing: JobmonRoot._dumpHelp()), let root = dumped["command"] else { return nil }
        guard case .array(let subcommands)? = root["subcommands"] else { return nil }
        let commands = subcommands.compactMap { KnownCommand($0) }
        return commands.isEmpty ? nil : commands
    }

    private init?(_ json: JSON) {
        guard case .string(let name)? = json["commandName"] else { return nil }
        if case .bool(false)? = json["shouldDisplay"] { return nil }
        self.name = name
        options = []
        takesCommand = false
        guard case .array(let arguments)? = json["arguments"] else { return }
        for argument in arguments {
            if case .string("positional")? = argument["kind"],
                case .string("postTerminator")? = argument["parsingStrategy"]
            {
                takesCommand = true
            }
            guard case .array(let names)? = argument["names"] else { continue }
            for name in names {
                guard case .string(let text)? = name["name"] else { continue }
                if case .string("long")? = name["kind"] {
                    options.insert("--\(text)")
                } else {
                    options.insert("-\(text)")
                }
            }
        }
    }
}

extension JSON {
    fileprivate subscript(_ name: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }
}
