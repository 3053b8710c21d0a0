package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon errors`: lists errors, oldest first.
package struct ErrorsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Lists the errors of all attempts: one line each, or in full.",
        discussion: """
            The line is the one of the error's text that says most; --full gives the whole text (at most the last \
            64 KiB of what the attempt wrote to stderr).

              jobmon errors --param loc=kenya
              jobmon errors --full --name fit
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var filter: FilterOptions

    @Flag(help: "The whole text of each error.")
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
