package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon forget`: removes jobs from lists, counts and reports.
package struct ForgetCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Remove jobs from lists, counts and reports.",
        discussion: """
            Jobs that are queued or over can be forgotten, while no `jobmon run` of their queue is alive. This cannot \
            be undone. Their events stay in the ledger, and `jobmon show` still finds them by number. The same command \
            run again creates new jobs. Without --status, the other options select queued jobs and jobs that are over.

              jobmon forget 4 7-9
              jobmon forget --queue run --status queued

            Exit code 1 if a job was refused or no job matched.
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var selection: SelectionOptions

    package init() {}

    package func run() async throws { try await JobAction(.forget).perform(on: selection, in: directory) }
}
