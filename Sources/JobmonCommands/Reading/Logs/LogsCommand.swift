package import ArgumentParser
import Glibc
import Jobmon
package import JobmonCore

/// `jobmon logs`: prints a job's captured output.
package struct LogsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print the captured stdout and stderr of jobs, unchanged.",
        discussion: """
            Without --stdout or --stderr, both are printed, one after the other; headings on stderr tell them apart. \
            Output is captured only for jobs of a queue (`jobmon run`). For other failed attempts, and if a file is \
            gone, the end of stderr that the ledger keeps is printed.

              jobmon logs 4 --stderr --tail 20
              jobmon logs 4 --attempt 1 > attempt1.txt
              jobmon logs 4 7-9 --stderr
              jobmon logs 4 -f
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "Numbers of jobs, as `jobmon jobs` shows them, and ranges such as 7-9.")
    package var jids: [JobNumberArgument]

    @Option(help: ArgumentHelp("Print this attempt, counted from 1; default: the latest.", valueName: "n"))
    package var attempt: Int?

    @Flag(help: "Print only stdout.")
    package var stdout = false

    @Flag(help: "Print only stderr.")
    package var stderr = false

    @Option(help: ArgumentHelp("Print only the last N lines of each stream; default: all.", valueName: "n"))
    package var tail: Int?

    @Flag(
        name: [.customShort("f"), .customLong("follow")],
        help: "Print output as it is written, also that of further attempts, until the job is over.")
    package var follow = false

    package init() {}

    package func validate() throws {
        if let tail, tail < 1 { throw ValidationError("--tail must be at least 1, not \(tail)") }
        if let attempt, attempt < 1 { throw ValidationError("--attempt must be at least 1, not \(attempt)") }
    }

    package func run() async throws {
        let numbers = JobNumberArgument.all(jids)
        if follow, numbers.count > 1 {
            throw CommandFailure(
                .usage, "--follow takes one job, not \(numbers.count)", hint: "give the number of one job")
        }
        let wanted: [DirectoryLayout.LogStream] = stdout == stderr ? [.out, .err] : stdout ? [.out] : [.err]
        var isGone = false
        try await directory.open { access in
            if follow {
                _ = try await access.reading.job(numbers[0])
                return try await LogFollowing(
                    layout: access.layout, jid: numbers[0], attempt: attempt, streams: wanted, tail: tail
                ).run()
            }
            for number in numbers {
                do {
                    let job = try await access.reading.job(number)
                    if try !write(job, wanted, announcing: wanted.count > 1 || numbers.count > 1) { isGone = true }
                } catch let failure as CommandFailure where numbers.count > 1 && failure.status == .failed {
                    isGone = true
                    Messages.write(failure.text)
                } catch let problem as Problem where numbers.count > 1 && problem.code == .notFound {
                    isGone = true
                    Messages.say("jobmon: \(Printable.line(problem.message))")
                }
            }
        }
        if isGone { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// Prints the output of an attempt. Returns whether everything that should exist was printed.
    private func write(_ job: JobRecord, _ wanted: [DirectoryLayout.LogStream], announcing: Bool) throws -> Bool {
        let output = Output()
        let log = CapturedOutput(instance: try Self.instance(of: job, attempt: attempt), tail: tail)
        var isThere = true
        for stream in wanted {
            switch try log.write(stream, to: output, announcing: announcing) {
            case .printed: break
            case .nothing(let sentence): Messages.say(sentence)
            case .gone(let sentence):
                isThere = false
                Messages.say(sentence)
            }
        }
        if wanted.contains(.err) { try log.writeKeptEnd(to: output) }
        try output.flush()
        return isThere
    }

    package static func instance(of job: JobRecord, attempt: Int?) throws -> InstanceRecord {
        guard let last = job.instances.last else {
            throw CommandFailure(.failed, "job \(job.jid) has no attempt yet: it is \(job.status.label)")
        }
        guard let attempt else { return last }
        guard let instance = job.instances.first(where: { $0.retryNumber == attempt - 1 }) else {
            throw CommandFailure(
                .failed,
                "job \(job.jid) has no attempt \(attempt): it has \(Units.count(job.instances.count, "attempt"))")
        }
        return instance
    }
}
