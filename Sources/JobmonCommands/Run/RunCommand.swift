package import ArgumentParser
import Glibc
import Jobmon
import JobmonCore
import JobmonQueue
import Synchronization

/// `jobmon run`: queues jobs and runs them until they are over.
package struct RunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Queues jobs, runs them, relaunches what fails, and returns when all are over.",
        discussion: """
            The same command again goes on: what is done is not run again. In the command, {name} of a param that is \
            declared, {jid} and {attempt} are replaced; all else is literal.

              jobmon run --each year=1990..2020 --each loc=@locations.txt -- python model.py {year} {loc}
              jobmon run -f commands.txt -j 8 --retries 2 --timeout 1h
              jobmon run --queue commands            # goes on with a queue

            A job file is by its ending: .txt (or none, or - for stdin) one shell command a line; .csv and .tsv a \
            header of params and one job a row, the command after --; .jsonl and .yaml one object a job.

            Exit codes: 0 every job is complete, 1 jobs failed or were cancelled, 2 usage, 4 the ledger can't be \
            used, 130 interrupted (Ctrl-C ends what runs and records it, but for what is in a cluster, which goes on; a \
            second one ends at once).
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp(
            "A param and its values: 1990..2020, 0..1..0.25 (FIRST..LAST..STEP), a,b,c, 1,3,5..7 or @file (one a line). "
                + "Repeatable: every combination.",
            valueName: "name=values"))
    var each: [String] = []

    @Flag(
        name: .customLong("unused-ok"),
        help: "Accept params of --each, and columns of a table, that the command has no place for.")
    var unusedIsMeant = false

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("A file of jobs; - is stdin.", valueName: "file"), completion: .file())
    var file: String?

    @Option(
        name: [.customShort("j"), .customLong("parallelism")],
        help: ArgumentHelp(
            "How many run at once; default: the number of cores. In a cluster, how many it has at once; default: 10,000.",
            valueName: "n"))
    var parallelism: Int?

    @Option(help: ArgumentHelp("How often a job that failed is tried again.", valueName: "n"))
    var retries: Int?

    @Option(
        help: ArgumentHelp(
            "The wait before a retry, which doubles with each further one up to the longest: 30s, 30s..10m or 0; "
                + "default: 1s..1m. Each is shortened or lengthened by up to a quarter.",
            valueName: "first..longest"))
    var backoff: String?

    @Option(help: ArgumentHelp("The time after which an attempt is ended: 90, 10m, 2h, 1d.", valueName: "time"))
    var timeout: String?

    @Option(
        help: ArgumentHelp("The queue; default: the job file's name without its ending, else run.", valueName: "name"))
    var queue: String?

    @Flag(help: "Run the jobs once more, whatever became of them before.")
    var again = false

    @Option(help: ArgumentHelp("Start nothing more once so many jobs have failed.", valueName: "n"))
    var halt: Int?

    @Option(help: ArgumentHelp("The jobs' name; {param} is replaced.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The shell for the lines of a .txt file and for commands that are strings; default: bash, or sh where there "
                + "is no bash.", valueName: "path"), completion: .file())
    var shell: String?

    @Option(
        help: ArgumentHelp(
            "Where the jobs run: local, slurm or sge.", valueName: "executor"),
        completion: .list(JobExecutor.names))
    var executor = "local"

    @OptionGroup(title: "Clusters") var cluster: ClusterOptions

    @Flag(name: .customLong("no-progress"), help: "Do not show how far it is.")
    var noProgress = false

    @Flag(name: .customLong("no-logs"), help: "Do not capture output; the end of stderr is still kept for errors.")
    var noLogs = false

    @Flag(help: "Print the summary as JSON on stdout.")
    var json = false

    @Flag(help: "Run in the background; return once the jobs are queued. Its messages go to a file, which is named.")
    var detach = false

    @Flag(
        help: ArgumentHelp(
            "Take jobs from stdin while the queue runs, an object a line, and answer each on stdout: docs/feed.md."))
    var feed = false

    @Flag(help: ArgumentHelp("Print `started` on stdout once the jobs are queued.", visibility: .private))
    var sayWhenStarted = false

    @Argument(parsing: .postTerminator, help: "The command, after --.")
    var command: [String] = []

    package init() {}

    package func run() async throws {
        if feed { return try await runFeed() }
        let (queue, jobs) = try prepared()
        let settings = QueueSettings(
            layout: try directory.layout(making: true), queue: queue, executor: executor, slots: try parallel(),
            interval: try cluster.interval())
        if cluster.dryRun { return try await rehearse(jobs, settings) }
        if detach { return try startDetached(settings) }
        let sayWhenStarted = sayWhenStarted
        let terminal = Terminal.behind(descriptor: 2)
        let screen = RunScreen(terminal: { Terminal.behind(descriptor: 2) }, showsProgress: !noProgress)
        defer { screen.end() }
        let configuration = try configuration(settings)
        let control = RunControl(screen: screen, leavesRunning: configuration.leavesRunning)
        let again = again
        let began = TimeSource.system.steadySeconds()

        let summary = try await control.guarded {
            () async throws(Problem) -> QueueSummary in
            try await QueueRun.run(settings, say: { screen.say($0) }) {
                (environment) async throws(Problem) -> QueueSummary in
                let runner = QueueRunner(
                    queue: settings.queue, configuration: configuration, environment: environment,
                    notice: { screen.say($0) })
                return try await control.run(runner, jobs, again: again) {
                    if sayWhenStarted { Self.sayStarted() }
                }
            }
        }
        screen.end()

        let report = RunReport(
            summary: summary, queue: queue, seconds: TimeSource.system.steadySeconds() - began,
            again: directory.again)
        if json {
            let output = Output()
            try output.write(report.json.text + "\n")
            try output.flush()
        }
        for line in report.lines(columns: terminal.columns) { Messages.say(line) }
        if report.exitStatus != .done { throw ExitCode(report.exitStatus.rawValue) }
    }

    /// The queue's configuration.
    func configuration(_ settings: QueueSettings) throws -> QueueState.Configuration {
        QueueState.Configuration(
            executor: executor, policy: .retry(try backoffPolicy()), window: settings.slots,
            haltAfter: try positive(halt, "--halt"), logs: noLogs ? nil : settings.layout,
            leavesRunning: executor != "local" && !cluster.cancelOnExit, hearsFromMonitor: executor != "local")
    }

    /// Prints what would be submitted.
    private func rehearse(_ jobs: JobsToQueue, _ settings: QueueSettings) async throws {
        guard executor != "local" else {
            throw CommandFailure(
                .usage, "--dry-run shows what a cluster would be asked", hint: "give --executor slurm or sge")
        }
        let output = Output()
        for job in try await ClusterRehearsal.run(jobs.take(), settings) {
            try output.write("\(job.command.map(ShellWord.quoted).joined(separator: " "))\n")
            for line in job.script.split(separator: "\n") { try output.write("    \(line)\n") }
        }
        try output.flush()
    }

    /// Starts the same run in the background. The command line and the job file are read twice: here, to report errors
    /// at once, and there.
    private func startDetached(_ settings: QueueSettings) throws {
        if json {
            throw CommandFailure(
                .usage, "--json has nobody to print to with --detach", hint: "leave it out; jobmon watch and jobs look")
        }
        if file == "-" {
            throw CommandFailure(
                .usage, "-f - is stdin, which a run in the background does not have",
                hint: "write the jobs to a file, and give that")
        }
        do throws(Problem) { try settings.layout.makeFolders() } catch { throw CommandFailure(.ledger, error) }
        let log = settings.layout.queueLog(settings.queue)
        let run = try Detaching.start(adding: ["--say-when-started"], log: log)
        Messages.say("jobmon: queue \(settings.queue) runs in the background, process \(run.pid)")
        Messages.say("Watch:  jobmon watch\(directory.again) --queue \(ShellWord.quoted(settings.queue))")
        Messages.say("End:    kill \(run.pid)")
        Messages.say("Log:    \(log)")
    }

    private static func sayStarted() {
        let output = Output()
        // It is not an error if stdout has no reader.
        do {
            try output.write("started\n")
            try output.flush()
        } catch {}
    }

    /// The queue's name and its jobs. No other reference to the jobs remains.
    private func prepared() throws -> (queue: String, jobs: JobsToQueue) {
        let plan = try plan()
        for remark in plan.remarks { Messages.say("jobmon: \(Printable.line(remark))") }
        return (plan.queue, JobsToQueue(plan.jobs))
    }

    /// Reads and checks all options and files about jobs.
    func plan() throws -> RunPlan {
        try checkOptions()
        return try RunPlan(try input())
    }

    /// The settings of the command line for jobs.
    func input() throws -> RunPlan.Input {
        RunPlan.Input(
            each: each, file: file, command: command, queue: queue, name: name, retries: retries,
            timeout: try seconds(timeout, "--timeout"), resources: try cluster.resources(),
            shell: try shell.map { try RunFiles.shell($0, "--shell") }, unusedIsMeant: unusedIsMeant,
            cwd: try RunFiles.currentDirectory(), isFile: RunFiles.isFile,
            isProgram: RunFiles.isProgram, readFile: RunFiles.read)
    }

    /// - Throws: `CommandFailure` for an unknown executor or an invalid number of retries.
    func checkOptions() throws {
        guard JobExecutor.names.contains(executor) else {
            let meant = NearWord.nearest(to: executor, among: JobExecutor.names)
            throw CommandFailure(
                .usage, "there is no executor \"\(executor)\"\(meant.map { ": did you mean \($0)?" } ?? "")",
                hint: "there are \(JobExecutor.names.joined(separator: ", "))")
        }
        if let retries, retries < 0 { throw CommandFailure(.usage, "--retries must be 0 or more, not \(retries)") }
    }

    /// The first and the longest delay of `--backoff`.
    private func backoffPolicy() throws -> RelaunchPolicy.Backoff {
        let usual = RelaunchPolicy.Backoff()
        guard let backoff else { return usual }
        guard let waits = RunQuantity.waits(backoff, longest: usual.cap) else {
            throw CommandFailure(
                .usage, "invalid wait \"\(backoff)\" for --backoff",
                hint: "use a time such as 30s, the first and the longest such as 30s..10m, or 0")
        }
        return RelaunchPolicy.Backoff(base: waits.first, cap: waits.longest)
    }

    func parallel() throws -> Int {
        if let parallelism = try positive(parallelism, "-j") { return parallelism }
        return try executorNamed().parallelism
    }

    private func executorNamed() throws -> JobExecutor { try JobExecutor.named(executor) }

    private func positive(_ value: Int?, _ option: String) throws -> Int? {
        if let value, value < 1 { throw CommandFailure(.usage, "\(option) must be 1 or more, not \(value)") }
        return value
    }

    private func seconds(_ text: String?, _ option: String) throws -> Double? {
        guard let text else { return nil }
        guard let seconds = RunQuantity.seconds(text) else {
            throw CommandFailure(.usage, "\(option) \(text) is no time", hint: "such as 90, 90s, 10m, 2h or 1d")
        }
        return seconds
    }
}
