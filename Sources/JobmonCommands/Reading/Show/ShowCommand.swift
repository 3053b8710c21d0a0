package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon show`: shows all details of jobs.
package struct ShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything about jobs: command, attempts, errors, and what to do next.",
        discussion: """
            Exit code 1 if a job does not exist; the others are still shown.

              jobmon show 4
              jobmon show 4 7-9 --json
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "Numbers of jobs, as `jobmon jobs` shows them, and ranges such as 7-9.")
    package var jids: [JobNumberArgument]

    @Flag(help: "Print a JSON object; for several jobs, an array of objects.")
    package var json = false

    @Flag(
        help: """
            Print secrets too. Default: values that look like tokens, keys and passwords, by name or form, are shown as \
            [masked].
            """)
    package var secrets = false

    package init() {}

    package func run() async throws {
        let numbers = JobNumberArgument.all(jids)
        var missing: Problem?
        try await directory.open { access in
            let output = Output()
            var array = JSONArrayWriter(output)
            var isFirst = true
            missing = try await access.reading.eachJob(numbers) { found in
                let job = secrets ? found : SecretMask.masked(found)
                if json {
                    if numbers.count == 1 {
                        try output.write(job.jsonWithWhy.text + "\n")
                    } else {
                        try array.append(job.jsonWithWhy)
                    }
                } else {
                    let details = JobDetails(
                        job: job, now: TimeSource.system.now(), terminal: Terminal.behind(descriptor: 1),
                        again: directory.again)
                    try output.write((isFirst ? "" : "\n") + details.text)
                }
                isFirst = false
            }
            if json, numbers.count > 1 { try array.finish() }
            try output.flush()
        }
        if let missing { throw missing }
    }
}
