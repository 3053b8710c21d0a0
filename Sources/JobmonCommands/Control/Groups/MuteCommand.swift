package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon errors mute`: leaves groups of errors out of lists and summaries.
package struct MuteCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mute",
        abstract: "Leave groups of errors out of lists and summaries.",
        discussion: """
            `jobmon errors` and the end of `jobmon run` only count them. --muted lists them, and JSON has them always. \
            The statuses of jobs do not change.

              jobmon errors mute E3 E4

            Exit code 1 if there is no such group. Then nothing is done.
            """)

    @ParentCommand private var parent: ErrorsCommand
    @OptionGroup package var directory: DirectoryOption

    @Argument(help: ArgumentHelp("Groups to leave out, such as E3.", valueName: "group"))
    package var groups: [GroupArgument]

    package init() {}

    package func validate() throws { try parent.checkNoOptions(of: "mute") }

    package func run() async throws {
        try await directory.open { access in try await GroupAction(access).perform(.mute, on: groups) }
    }
}

/// `jobmon errors unmute`: lists muted groups of errors again.
package struct UnmuteCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "unmute",
        abstract: "List muted groups of errors again.",
        discussion: """
              jobmon errors --muted
              jobmon errors unmute E3

            Exit code 1 if there is no such group. Then nothing is done.
            """)

    @ParentCommand private var parent: ErrorsCommand
    @OptionGroup package var directory: DirectoryOption

    @Argument(help: ArgumentHelp("Groups to list again, such as E3.", valueName: "group"))
    package var groups: [GroupArgument]

    package init() {}

    package func validate() throws { try parent.checkNoOptions(of: "unmute") }

    package func run() async throws {
        try await directory.open { access in try await GroupAction(access).perform(.unmute, on: groups) }
    }
}
