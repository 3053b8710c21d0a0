package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon errors`: lists errors, oldest first.
package struct ErrorsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "List the errors of all attempts, one line each or in full.",
        discussion: """
            Errors are listed in the order in which they were recorded. The line of an error is the most informative \
            one of its text; --full prints the whole text (at most 64 KiB: what the attempt wrote to stderr in the \
            end, and to stdout or its log if the reason stands there).

              jobmon errors --param loc=kenya
              jobmon errors --full --name fit
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var filter: FilterOptions

    @Flag(help: "Print the whole text of each error.")
    package var full = false

    @Flag(help: "Print a JSON array, one object per error.")
    package var json = false

    package init() {}

    package func run() async throws {
        try await directory.open { access in
            let list = ErrorList(reading: access.reading, filter: filter.filter)
            let output = Output()
            if json {
                try await list.writeJSON(to: output)
                return
            }
            let terminal = Terminal.behind(descriptor: 1)
            let count = try await list.write(to: output, full: full, terminal: terminal)
            Messages.say(count == 0 ? "no errors" : Units.count(count, "error"))
        }
    }
}
