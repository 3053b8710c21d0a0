package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon retry`: gives jobs one more attempt.
package struct RetryCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Give jobs one more attempt.",
        discussion: """
            A job that failed for good or was cancelled is queued again. A queue that runs starts it at once; else the \
            next `jobmon run` of its queue does. Without --status, the options select failed and cancelled jobs.

              jobmon retry 4 7-9
              jobmon retry --queue fit --status failed
              jobmon retry --cause out_of_memory --memory 1.5x

            Exit code 1 when a job was refused, or none matched.
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "Memory that they ask for from now on: a size such as 8G, or a multiple of the old one such as 1.5x.",
            valueName: "size|factor"))
    package var memory: String?

    @Option(
        help: ArgumentHelp(
            "Run time that they ask for from now on: a time such as 2h, or a multiple of the old one such as 2x.",
            valueName: "time|factor"))
    package var runtime: String?

    package init() {}

    package func run() async throws {
        let change = try ResourceChange(memory: memory, runtime: runtime)
        try await JobAction(.retry, change: change).perform(on: selection, in: directory)
    }
}
