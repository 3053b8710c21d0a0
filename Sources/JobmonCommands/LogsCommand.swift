package import ArgumentParser
import Glibc
import Jobmon
package import JobmonCore

/// `jobmon logs`: what a job wrote.
package struct Logs: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Prints what a job wrote to stdout and stderr, byte by byte.",
        discussion: """
            Without --stdout or --stderr both are printed, one after the other; which is which is said on stderr. \
            Only queues capture output. Of other failed attempts, and where a file is gone, the end of stderr that the \
            ledger keeps is printed.

              jobmon logs 4 --stderr --tail 20
              jobmon logs 4 --attempt 1 > attempt1.txt
              jobmon logs 4 -f
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "The job's number, as `jobmon jobs` shows it.")
    package var jid: Int64

    @Option(help: ArgumentHelp("Which attempt, from 1; else the last.", valueName: "n"))
    package var attempt: Int?

    @Flag(help: "Only what it wrote to stdout.")
    package var stdout = false

    @Flag(help: "Only what it wrote to stderr.")
    package var stderr = false

    @Option(help: ArgumentHelp("Only the last lines of each.", valueName: "n"))
    package var tail: Int?

    @Flag(
        name: [.customShort("f"), .customLong("follow")],
        help: "Print what it writes as it comes, further attempts too, until the job is over.")
    package var follow = false

    package init() {}

    package func validate() throws {
        if let tail, tail < 1 { throw ValidationError("--tail must be at least 1, not \(tail)") }
        if let attempt, attempt < 1 { throw ValidationError("--attempt must be at least 1, not \(attempt)") }
    }

    package func run() async throws {
        try await directory.open { access in
            let job = try await access.reading.job(jid)
            let output = Output()
            let wanted: [DirectoryLayout.LogStream] = stdout == stderr ? [.out, .err] : stdout ? [.out] : [.err]
            if follow {
                return try await LogFollowing(
                    layout: access.layout, jid: jid, attempt: attempt, streams: wanted, tail: tail
                ).run()
            }
            let instance = try Self.instance(of: job, attempt: attempt)
            let log = CapturedOutput(instance: instance, tail: tail)
            var isGone = false
            for stream in wanted {
                switch try log.write(stream, to: output, announcing: wanted.count > 1) {
                case .printed: break
                case .nothing(let sentence): Messages.say(sentence)
                case .gone(let sentence):
                    isGone = true
                    Messages.say(sentence)
                }
            }
            if wanted.contains(.err) { try log.writeKeptEnd(to: output) }
            try output.flush()
            if isGone { throw ExitCode(ExitStatus.failed.rawValue) }
        }
    }

    package static func instance(of job: JobRecord, attempt: Int?) throws -> InstanceRecord {
        guard let last = job.instances.last else {
            throw CommandFailure(.failed, "job \(job.jid) was not tried yet: it is \(job.status.label)")
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
