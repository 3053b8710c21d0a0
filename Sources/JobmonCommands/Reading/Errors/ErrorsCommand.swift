package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon errors`: errors by their causes, or one by one, and what users decide about groups of them.
package struct ErrorsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "List what went wrong: errors in groups of one cause, one group with its jobs, or each error.",
        usage: """
            jobmon errors [<options>] [<group>]
            jobmon errors <subcommand> [--dir <dir>] <group> ...
            """,
        discussion: """
            Errors that differ only in values (numbers, paths, dates, hosts, params of the job) are one group: E1, E2, \
            and so on. Its title has a word in angle brackets for each such value. What names the cause (a missing \
            module, command, column or library, an exit code, an HTTP status) keeps groups apart. The number of a \
            group never changes. One group is shown with what sets its jobs apart from those of their queue that \
            worked, as `jobmon explain` says it of one job.

            --each lists errors one by one, in the order in which they were recorded, each with its most informative \
            line; --full prints their whole text (at most 64 KiB: what the attempt wrote to stderr in the end, and to \
            stdout or its log if the reason stands there).

            Groups that were muted are counted only; --muted lists them.

              jobmon errors
              jobmon errors E3
              jobmon errors --each --param loc=kenya
              jobmon errors merge E3 E7
              jobmon retry --error E3
            """,
        subcommands: [
            ErrorsListCommand.self, MergeCommand.self, MuteCommand.self, UnmuteCommand.self, NoteCommand.self,
        ],
        defaultSubcommand: ErrorsListCommand.self)

    @OptionGroup package var directory: DirectoryOption

    @OptionGroup package var filter: FilterOptions

    @Flag(help: "List each error, one line each.")
    package var each = false

    @Flag(help: "Print the whole text of each error.")
    package var full = false

    @Flag(help: "Print what must be equal for an error to belong to the group.")
    package var rule = false

    @Flag(help: "List muted groups too.")
    package var muted = false

    @Flag(help: "Print a JSON array, one object per group; with --each one per error.")
    package var json = false

    package init() {}

    /// Lists all groups, or shows one.
    func list(_ group: GroupArgument?) async throws {
        try await directory.open { access in
            var filter = try await filter.resolved(access.reading)
            var number: Int64?
            if let group {
                number = try await NamedGroups(reading: access.reading).resolved([group.number]).first
                if let number, !filter.groups.contains(number) { filter.groups.append(number) }
            }
            let output = Output()
            let terminal = Terminal.behind(descriptor: 1)
            if each || full { return try await list(access.reading, filter, output, terminal) }
            let groups = GroupList(reading: access.reading, filter: filter, again: directory.again)
            if json { return try await groups.writeJSON(to: output) }
            if let number {
                if rule { return try await groups.writeRule(of: number, to: output) }
                return try await groups.write(number, to: output, terminal: terminal)
            }
            let remark = try await groups.write(to: output, muted: muted, terminal: terminal)
            Messages.say(remark)
        }
    }

    /// Refuses options that only lists have. The parser reads them before the subcommand's own arguments.
    /// - Throws: a `ValidationError`.
    func checkNoOptions(of subcommand: String) throws {
        guard filter.filter == JobFilter(), !each, !full, !rule, !muted, !json else {
            throw ValidationError("errors \(subcommand) has no options but --dir: it is about whole groups")
        }
    }

    private func list(
        _ reading: any LedgerReading, _ filter: JobFilter, _ output: Output, _ terminal: Terminal
    ) async throws {
        let list = ErrorList(reading: reading, filter: filter)
        if json { return try await list.writeJSON(to: output) }
        let count = try await list.write(to: output, full: full, terminal: terminal)
        Messages.say(count == 0 ? "no errors" : Units.count(count, "error"))
    }
}

/// A group as it is typed: `E3`.
package struct GroupArgument: Sendable, Equatable, ExpressibleByArgument {
    package let number: Int64

    init(number: Int64) { self.number = number }

    package init?(argument: String) {
        guard let number = ErrorGroup.number(argument) else { return nil }
        self.number = number
    }
}
