package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting
import JobmonWire

/// `jobmon explain`: why jobs wait or failed.
package struct ExplainCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain why jobs failed or wait, how sure that is, and what happens next.",
        discussion: """
            Of a failed job it also says what sets it apart: the values, hosts, queues and hours with which far more \
            jobs of its queue failed than without, where chance does not explain it (Fisher's exact test; at most 1 % \
            false). Of a large queue a sample of 50,000 jobs is compared.

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
            for number in numbers {
                let job: JobRecord
                do throws(Problem) {
                    job = try await access.reading.job(number)
                } catch {
                    guard error.code == .notFound, numbers.count > 1 else { throw error }
                    if missing != nil { Messages.say("jobmon: \(Printable.line(error.message))") }
                    missing = missing ?? error
                    continue
                }
                let facts = ExplanationFacts(reading: access.reading, job: job)
                let isRun = job.queue.flatMap { FileLock.isHeld(access.layout.queueLock($0)) }
                let explanation = Explanation(
                    job, try await facts.surroundings(isQueueRun: isRun), again: directory.again,
                    now: TimeSource.system.now(), time: { json ? $0.description : times.text($0) })
                var differences: [Concentration] = []
                do throws(Problem) {
                    differences = try await facts.differences()
                } catch {
                    // The rest is worth as much without it.
                    Messages.say("jobmon: job \(number) was not compared with others: \(Printable.line(error.message))")
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
