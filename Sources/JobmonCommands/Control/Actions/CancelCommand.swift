package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon cancel`: ends running jobs, and prevents waiting ones from starting.
package struct CancelCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel jobs: end those that run, do not start those that wait.",
        discussion: """
            The queue that runs a job ends it: TERM first, KILL 5 s later. `jobmon retry` queues a cancelled job \
            again. Without --status, the other options select jobs that are not over.

              jobmon cancel 4 7-9
              jobmon cancel --queue fit --param year=1995

            Exit code 1 if a job was refused or no job matched.
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var selection: SelectionOptions

    package init() {}

    package func run() async throws { try await JobAction(.cancel).perform(on: selection, in: directory) }
}
