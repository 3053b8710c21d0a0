package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting

/// `jobmon doctor`: looks at what jobs need.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that jobs can run here, and say what to do where they cannot.",
        discussion: """
            Looks at the executable, the directory, this host, and each scheduler whose commands are on PATH: its \
            version and how it is read, whether it answers, its accounting, your limits, and the address at which its \
            nodes connect to this host. Then it runs a job of one second on this host and on each cluster, and waits until \
            it is back. The job has a directory of its own beside yours, which is removed.

            Each line begins with ok, with remark (jobs run; something is not known, or done otherwise) or with wrong, \
            and then what to do is in the line below.

              jobmon doctor
              jobmon doctor --executor slurm --partition short
              jobmon doctor --no-job --json

            Exit code 1 if anything is wrong.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp(
            "Executor to check: local, slurm or sge. Repeatable; default: local, and each scheduler that is here.",
            valueName: "name"))
    package var executor: [String] = []

    @Option(help: ArgumentHelp("Partition (Slurm) or queue (Grid Engine) for the job.", valueName: "name"))
    package var partition: String?

    @Option(help: ArgumentHelp("Account (Slurm) or project (Grid Engine) for the job.", valueName: "name"))
    package var project: String?

    @Option(
        name: .customLong("queue-options"), parsing: .unconditional,
        help: ArgumentHelp("Further options of sbatch or qsub for the job.", valueName: "options"))
    package var queueOptions: String?

    @Option(help: ArgumentHelp("How long to wait for the job: 90, 2m; default: 2m.", valueName: "time"))
    package var within: String = "2m"

    @Flag(help: "Run no job.")
    package var noJob = false

    @Flag(help: "Print a JSON array of objects with subject, verdict, text and advice.")
    package var json = false

    package init() {}

    package func run() async throws {
        guard let patience = Quantity.seconds(within) else {
            throw CommandFailure.invalidDuration(within, for: "--within")
        }
        guard patience >= 5 else {
            throw CommandFailure(
                .usage, "--within \(within) is too short for a job of one second", hint: "use 30s or 2m")
        }
        for name in executor where !Doctor.executorNames.contains(name) {
            throw CommandFailure(
                .usage, "there is no executor \"\(name)\"",
                hint: "there are \(Doctor.executorNames.joined(separator: ", "))")
        }
        let options = [("--partition", partition), ("--project", project), ("--queue-options", queueOptions)]
        let doctor = Doctor(
            layout: try directory.wouldBe(), executors: executor.isEmpty ? Doctor.executorsHere : executor,
            options: options.flatMap { name, value in value.map { [name, $0] } ?? [] }, patience: noJob ? nil : patience
        )
        let report = DoctorReport(asJSON: json)
        let isWhole = try await Self.untilSignal { try await doctor.examine { try await report.add($0) } }
        guard isWhole else { throw ExitCode(ExitStatus.interrupted.rawValue) }
        guard try await report.finish() else { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// Runs `body`, which is cancelled when a signal comes: then its job is taken back, and its directory removed.
    /// - Returns: whether it came to its end.
    private static func untilSignal(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let signals = Signals.received(keepingAll: true)
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                for await _ in signals {
                    Messages.say("jobmon: ending; a job that was submitted is taken back")
                    return false
                }
                // Signals are ignored here: only the end of the work counts.
                try? await Task.sleep(for: .seconds(86400))
                return false
            }
            let isWhole = try await group.next() ?? true
            group.cancelAll()
            while try await group.next() != nil {}
            return isWhole
        }
    }
}
