package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon show`: everything about one job.
package struct Show: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Shows everything about a job: its command, each attempt, what went wrong, what to do next.")

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "The job's number, as `jobmon jobs` shows it.")
    package var jid: Int64

    @Flag(help: "Print one JSON object.")
    package var json = false

    package init() {}

    package func run() async throws {
        try await directory.open { access in
            let job = try await access.reading.job(jid)
            let output = Output()
            if json {
                try output.write(job.json.text + "\n")
            } else {
                let details = JobDetails(
                    job: job, now: TimeSource.system.now(), terminal: Terminal.behind(descriptor: 1),
                    again: directory.again)
                try output.write(details.text)
            }
            try output.flush()
        }
    }
}
