package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon errors note`: writes a remark about a group of errors.
package struct NoteCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Write a note about a group of errors.",
        discussion: """
            `jobmon errors E3` and JSON show it. It replaces the note before; an empty text removes it. When groups \
            are merged, the group that stays takes the note of another one if it has none.

              jobmon errors note E3 "no licenses on Mondays"
              jobmon errors note E3 ""

            Exit code 1 if there is no such group.
            """)

    @ParentCommand private var parent: ErrorsCommand
    @OptionGroup package var directory: DirectoryOption

    @Argument(help: ArgumentHelp("The group, such as E3.", valueName: "group"))
    package var group: GroupArgument

    @Argument(help: "The text, at most 4,096 bytes. Empty: remove the note.")
    package var text: String

    package init() {}

    package func validate() throws {
        try parent.checkNoOptions(of: "note")
        let count = text.utf8.count
        guard count <= GroupChange.longestNote else {
            throw ValidationError(
                "the note has \(Units.grouped(count)) bytes: at most \(Units.grouped(GroupChange.longestNote)) are "
                    + "allowed")
        }
    }

    package func run() async throws {
        try await directory.open { access in try await GroupAction(access).perform(.note(text), on: [group]) }
    }
}
