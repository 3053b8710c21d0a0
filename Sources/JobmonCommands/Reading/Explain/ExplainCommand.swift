package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting
import JobmonViews
import JobmonWire

/// `jobmon explain`: why jobs wait or failed.
package struct ExplainCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain why jobs failed or wait, how sure that is, and what happens next.",
        discussion: """
            Of a failed job it also says what sets it apart: which of its params, its host, scheduler's queue, \
            requested memory and hour of start are more frequent among the jobs of its queue that failed with the same \
            error than among those that worked. Only what chance does not explain is listed (Fisher's exact test; at \
            most 1 % false). If there are many jobs, about 2,500 of each kind are compared.

            Exit code 1 if a job does not exist; the others are still explained.

              jobmon explain 4
              jobmon explain 4 7-9 --json
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "Numbers of jobs, as `jobmon jobs` shows them, and ranges such as 7-9.")
    package var jids: [JobNumberArgument]

    @Flag(help: "Print a JSON array with one object per job.")
    package var json = false

    package init() {}

    package func run() async throws {
        let numbers = JobNumberArgument.all(jids)
        var missing: Problem?
        try await directory.open { access in
            let output = Output()
            let terminal = Terminal.behind(descriptor: 1)
            let times = ShownTime(on: terminal)
            var array = JSONArrayWriter(output)
            var isFirst = true
            missing = try await access.reading.eachJob(numbers) { job in
                let isRun = job.queue.flatMap { FileLock.isHeld(access.layout.queueLock($0)) }
                let facts = ExplanationFacts(reading: access.reading, job: job)
                let explanation = Explanation(
                    job, try await facts.surroundings(isQueueRun: isRun), again: directory.again,
                    now: TimeSource.system.now(), time: { json ? $0.description : times.text($0) })
                var differences: [Concentration] = []
                do throws(Problem) {
                    let comparison = try await JobComparison.of(job, in: access.reading)
                    differences = try await comparison?.differences() ?? []
                } catch {
                    // The rest is worth as much without it.
                    Messages.say(
                        "jobmon: job \(job.jid) was not compared with others: \(Printable.line(error.message))")
                }
                if json {
                    try array.append(explanation.json(of: job, differences))
                } else {
                    try output.write((isFirst ? "" : "\n") + explanation.text(of: job, differences, terminal: terminal))
                }
                isFirst = false
            }
            if json { try array.finish() }
            try output.flush()
        }
        if let missing { throw missing }
    }
}
