package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonViews
import JobmonWire

/// `jobmon retry`: gives jobs one more attempt.
package struct RetryCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Give jobs one more attempt.",
        discussion: """
            Jobs that failed or were cancelled are queued again. If their queue is running, it starts them at once; \
            otherwise the next `jobmon run` of their queue does. Without --status, the other options select failed and \
            cancelled jobs.

              jobmon retry 4 7-9
              jobmon retry --queue fit --status failed
              jobmon retry --cause out_of_memory --memory 1.5x

            Exit code 1 if a job was refused or no job matched.
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "Change the memory that the jobs request: a size such as 8G, or a factor such as 1.5x. Default: unchanged.",
            valueName: "size|factor"))
    package var memory: String?

    @Option(
        help: ArgumentHelp(
            "Change the run time that the jobs request: a duration such as 2h, or a factor such as 2x. Default: "
                + "unchanged.",
            valueName: "time|factor"))
    package var runtime: String?

    package init() {}

    package func run() async throws {
        let change: ResourceChange
        do throws(Problem) {
            change = try ResourceChange(memory: memory, runtime: runtime)
        } catch {
            throw CommandFailure(.usage, error)
        }
        try await JobAction(.retry, change: change).perform(on: selection, in: directory)
    }
}
