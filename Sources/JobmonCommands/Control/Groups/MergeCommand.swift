package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon errors merge`: makes several groups of errors one.
package struct MergeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Merge groups of errors into one, since they have one cause.",
        discussion: """
            The first group stays. The errors of the others become its errors, and so do later errors like them. This \
            cannot be undone. The numbers of the other groups still work: they stand for the first group.

              jobmon errors merge E3 E7 E9

            Exit code 1 if there is no such group, or if one of them was merged into another group before. Then \
            nothing is done.
            """)

    @ParentCommand private var parent: ErrorsCommand
    @OptionGroup package var directory: DirectoryOption

    @Argument(help: ArgumentHelp("The group that stays, and the groups that become a part of it.", valueName: "group"))
    package var groups: [GroupArgument]

    package init() {}

    package func validate() throws {
        try parent.checkNoOptions(of: "merge")
        guard groups.count > 1 else {
            throw ValidationError("merge needs two groups, such as: jobmon errors merge E3 E7")
        }
        if let first = groups.first, groups.dropFirst().contains(first) {
            throw ValidationError("\(ErrorGroup.name(first.number)) cannot be merged with itself")
        }
    }

    package func run() async throws {
        try await directory.open { access in
            guard let first = groups.first else { return }
            var seen: Set<Int64> = []
            let others = groups.dropFirst().map(\.number).filter { seen.insert($0).inserted }
            try await GroupAction(access).perform(
                others.map { GroupAction.Item(group: $0, change: .merge(into: first.number)) })
        }
    }
}
