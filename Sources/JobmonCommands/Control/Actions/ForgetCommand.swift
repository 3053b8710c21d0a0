package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon forget`: removes jobs from lists, counts and reports.
package struct ForgetCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Take jobs out of lists, counts and reports.",
        discussion: """
            Only jobs that are over, or that wait and are not started, can be forgotten, and only while no `jobmon run` of their \
            queue is alive. The same command run again makes a new job. Their events stay in the ledger, and \
            `jobmon show` still finds them by number. It can't be undone. Without --status, the options select \
            waiting jobs and jobs that are over.

              jobmon forget 4 7-9
              jobmon forget --queue run --status queued

            Exit code 1 when a job was refused, or none matched.
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var selection: SelectionOptions

    package init() {}

    package func run() async throws { try await JobAction(.forget).perform(on: selection, in: directory) }
}
