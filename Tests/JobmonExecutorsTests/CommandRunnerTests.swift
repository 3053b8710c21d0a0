import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonExecutors

/// How the commands of a scheduler are run.
@Suite(.timeLimit(.minutes(20))) struct CommandRunnerTests {
    @Test("commands run without the user's own settings")
    func environment() async throws {
        setenv("SQUEUE_STATES", "PENDING", 1)
        setenv("SACCT_FORMAT", "JobID", 1)
        defer {
            unsetenv("SQUEUE_STATES")
            unsetenv("SACCT_FORMAT")
        }
        let said = try await ProcessRunner(.slurm).run(["env"], within: 20)
        #expect(said.status == 0 && said.output.contains("LC_ALL=C\n"))
        #expect(!said.output.contains("SQUEUE_STATES") && !said.output.contains("SACCT_FORMAT"))
    }

    @Test("output printed before a time-out is kept, and the runner does not wait for other holders of the pipe")
    func lateCommand() async throws {
        let line = "echo out; echo 'sbatch: error: queue full' >&2; sleep 300"
        let late = try await ProcessRunner().run(["sh", "-c", line], within: 1)
        #expect(late.output == "out\n" && late.complaint == "sbatch: error: queue full\n")
        #expect(
            late.silence(of: "sbatch", dropping: SlurmCommands.prefixes)
                == "sbatch did not answer within 2 s; until then it said: queue full; out")
        let hopeless = try await ProcessRunner().run(["sh", "-c", line], within: 300, givingUpAt: "queue full")
        #expect(hopeless.gaveUpAfter.map { $0 < 60 } == true && hopeless.complaint.contains("queue full"))
        let held = try await ProcessRunner().run(["sh", "-c", "echo out; sleep 300 & echo $!"], within: 60)
        let words = held.output.split(separator: "\n")
        #expect(words.first == "out" && held.status == 0 && held.gaveUpAfter == nil)
        if let pid = words.last.flatMap({ Int32($0) }) { kill(pid, SIGKILL) }
    }
}
