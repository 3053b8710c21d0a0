package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon errors`: errors by their causes, or one by one.
package struct ErrorsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "List what went wrong: errors in groups of one cause, one group with its jobs, or each error.",
        discussion: """
            Errors that differ only in values (numbers, paths, dates, hosts, params of the job) are one group: E1, E2, \
            and so on. Its title has a word in angle brackets for each such value. What names the cause (a missing \
            module, command, column or library, an exit code, an HTTP status) keeps groups apart. The number of a \
            group never changes.

            --each lists errors one by one, in the order in which they were recorded, each with its most informative \
            line; --full prints their whole text (at most 64 KiB: what the attempt wrote to stderr in the end, and to \
            stdout or its log if the reason stands there).

              jobmon errors
              jobmon errors E3
              jobmon errors --each --param loc=kenya
              jobmon retry --error E3
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: ArgumentHelp("Show this group, such as E3. Default: list all groups.", valueName: "group"))
    package var group: GroupArgument?

    @OptionGroup package var filter: FilterOptions

    @Flag(help: "List each error, one line each.")
    package var each = false

    @Flag(help: "Print the whole text of each error.")
    package var full = false

    @Flag(help: "Print what must be equal for an error to belong to the group.")
    package var rule = false

    @Flag(help: "Print a JSON array, one object per group; with --each one per error.")
    package var json = false

    package init() {}

    package func validate() throws {
        if rule, group == nil { throw ValidationError("--rule needs a group, such as: jobmon errors E3 --rule") }
    }

    package func run() async throws {
        try await directory.open { access in
            var filter = filter.filter
            if let group { filter.groups.append(group.number) }
            let output = Output()
            let terminal = Terminal.behind(descriptor: 1)
            if each || full { return try await list(access.reading, filter, output, terminal) }
            let groups = GroupList(reading: access.reading, filter: filter, again: directory.again)
            if json { return try await groups.writeJSON(to: output) }
            if let group {
                if rule { return try await groups.writeRule(of: group.number, to: output) }
                return try await groups.write(group.number, to: output, terminal: terminal)
            }
            let remark = try await groups.write(to: output, terminal: terminal)
            Messages.say(remark)
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

    package init?(argument: String) {
        guard let number = ErrorGroup.number(argument) else { return nil }
        self.number = number
    }
}
