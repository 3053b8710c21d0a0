package import ArgumentParser
import Jobmon
package import JobmonCore

/// `jobmon retry`: one more attempt.
package struct Retry: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Gives jobs one more attempt.",
        discussion: """
            A job that failed for good or was cancelled is queued again. A queue that runs starts it at once; else the \
            next `jobmon run` of its queue does. Exit code 1 when a job could not be treated so.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "The jobs' numbers, as `jobmon jobs` shows them.")
    package var jids: [Int64]

    package init() {}

    package func run() async throws { try await JobAction.retry.perform(on: jids, in: directory) }
}

/// `jobmon cancel`: what runs is ended, what waits is not started.
package struct Cancel: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Cancels jobs: what runs is ended, what waits is not started.",
        discussion: """
            The queue that runs a job ends it (TERM, and KILL after 5 s). `jobmon retry` takes it back. Exit code 1 \
            when a job could not be treated so.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(help: "The jobs' numbers, as `jobmon jobs` shows them.")
    package var jids: [Int64]

    package init() {}

    package func run() async throws { try await JobAction.cancel.perform(on: jids, in: directory) }
}

/// What a person can want of a job.
package enum JobAction {
    case retry
    case cancel

    /// Records the wish for each job and says what came of it, a line each.
    /// - Throws: `ExitCode` 1 after the last when one of them was refused.
    package func perform(on jids: [Int64], in directory: DirectoryOption) async throws {
        var isRefused = false
        try await directory.open { access in
            let output = Output()
            for jid in jids {
                let said = try await say(jid, in: access)
                isRefused = isRefused || !said.isDone
                try output.write("\(Printable.line(said.line))\n")
            }
            try output.flush()
        }
        if isRefused { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func say(_ jid: Int64, in access: DirectoryAccess) async throws -> (line: String, isDone: Bool) {
        let fact: Fact = self == .retry ? .retry(.jid(jid)) : .cancel(.jid(jid))
        do throws(Problem) {
            let result = try await access.act(Event(time: TimeSource.system.now(), fact: fact))
            if let problem = result.problem, result.outcome == .refused { return ("refused: \(problem)", false) }
            return (outcome(try await access.reading.job(jid)), true)
        } catch {
            // These are about this job only; anything else would meet the next one too.
            guard [.notFound, .contradiction, .invalid].contains(error.code) else { throw error }
            return ("refused: \(error)", false)
        }
    }

    /// What became of the job, now that the wish is recorded.
    package func outcome(_ job: JobRecord) -> String {
        let name = "job \(job.jid)"
        switch (self, job.status) {
        case (.retry, .queued):
            return "\(name): queued for another attempt (\(job.attempts) of \(job.description.maxAttempts) used)"
        case (.retry, .complete): return "\(name): is COMPLETE already"
        case (.retry, _): return "\(name): may be tried again (\(job.status.label) now)"
        case (.cancel, .cancelled): return "\(name): cancelled"
        case (.cancel, .complete), (.cancel, .failed): return "\(name): is over already (\(job.status.label))"
        case (.cancel, _):
            return "\(name): to be cancelled (\(job.status.label) now); its queue ends it"
        }
    }
}
