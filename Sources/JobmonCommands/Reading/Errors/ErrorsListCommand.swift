package import ArgumentParser
import JobmonCore

/// `jobmon errors list`, and `jobmon errors` alone. It is a command of its own because the parser would take the name
/// of a subcommand for the group. All options are those of `ErrorsCommand`.
package struct ErrorsListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List groups of errors, show one group, or list each error; with the options of `jobmon errors`.")

    @ParentCommand private var parent: ErrorsCommand

    @Argument(help: ArgumentHelp("Show this group, such as E3. Default: list all groups.", valueName: "group"))
    package var groups: [String] = []

    package init() {}

    package func validate() throws {
        let names = ErrorsCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        if let group = groups.first, ErrorGroup.number(group) == nil {
            let meant = NearWord.nearest(to: group, among: names).map { ": did you mean errors \($0)?" } ?? ""
            throw ValidationError("there is no group \"\(group)\"\(meant) (groups are named E1, E2, ...)")
        }
        if let name = groups.dropFirst().first(where: { names.contains($0) }) {
            throw ValidationError("\"\(name)\" comes first: jobmon errors \(name) \(groups[0])")
        }
        if groups.count > 1 {
            throw ValidationError("errors shows one group at a time, not \(groups.count)")
        }
        if parent.rule, groups.isEmpty {
            throw ValidationError("--rule needs a group, such as: jobmon errors E3 --rule")
        }
    }

    package func run() async throws {
        try await parent.list(groups.first.flatMap { ErrorGroup.number($0) }.map { GroupArgument(number: $0) })
    }
}
