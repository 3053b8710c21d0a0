package import ArgumentParser
import Glibc
import Jobmon
import JobmonCore
import JobmonQueue
import JobmonSystem
import JobmonViews
import Synchronization

/// `jobmon run`: queues jobs and runs them until they are over.
package struct RunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run jobs: queue them, retry those that fail, and return when all are over.",
        discussion: """
            The same command again continues: jobs that are complete are not run again. In the command, jobmon \
            replaces {NAME} by the value of the param NAME (see --each), {jid} by the number of the job, and {attempt} \
            by the number of the attempt (from 1); all other text is literal.

              jobmon run --each year=1990..2020 -- python model.py --year {year}
              jobmon run --each year=1990..2020 --each loc=@locs.txt -- ./fit {year} {loc}
              jobmon run -f commands.txt -j 8 --retries 2 --timeout 1h
              jobmon run --each year=1990..2020 --expect out/{year}.csv -- ./fit {year}
              jobmon run --executor slurm --memory 4G --runtime 2h -f jobs.jsonl
              jobmon run --queue commands             # continue a queue

            The name of a job file tells its format:

              FILE.txt, FILE, -       one shell command per line
              FILE.csv, FILE.tsv      a header of params, one job per row; COMMAND after --
              FILE.jsonl, FILE.yaml   one object per job: {"command": ["./fit", "1990"]}

            Ctrl-C ends the running jobs and records their end; jobs in a cluster continue, unless --cancel-on-exit is \
            given. A second Ctrl-C ends jobmon run at once.

            Exit codes: 0 all jobs are complete, 1 jobs failed or were cancelled, 2 wrong usage, 4 the ledger cannot \
            be used, 130 interrupted.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp(
            "Define a param (named parameter) and its values: 1990..2020, 0..1..0.25 (FIRST..LAST..STEP), a,b,c, "
                + "1,3,5..7, or @FILE with one value per line. Repeatable: one job per combination of values.",
            valueName: "name=values"))
    var each: [String] = []

    @Flag(
        name: .customLong("unused-ok"),
        help: ArgumentHelp(
            "Allow params and table columns that the command does not use. Default: such a param is an error, unless "
                + "its values count from 0 or 1; such a column is only reported."))
    var unusedIsMeant = false

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("Read the jobs from this file; -: from stdin.", valueName: "file"), completion: .file())
    var file: String?

    @Option(
        name: [.customShort("j"), .customLong("parallelism")],
        help: ArgumentHelp(
            "Run at most N jobs at once; default: the number of cores. In a cluster, submit at most N jobs at once; "
                + "default: 10,000.", valueName: "n"))
    var parallelism: Int?

    @Option(help: ArgumentHelp("Maximum retries per job; default: 0.", valueName: "n"))
    var retries: Int?

    @OptionGroup var relaunch: RelaunchOptions

    @Option(
        help: ArgumentHelp(
            "Wait before a retry: FIRST..LONGEST, such as 30s..10m, or 30s, or 0; default: 1s..1m. The wait doubles "
                + "with each retry, up to LONGEST, and varies at random by up to a quarter.",
            valueName: "first..longest"))
    var backoff: String?

    @Option(
        help: ArgumentHelp(
            "End an attempt after this time: 90, 10m, 2h or 1d; default: no limit. TERM first, KILL 5 s later.",
            valueName: "time"))
    var timeout: String?

    @Option(
        help: ArgumentHelp(
            "A job fails if it exits with 0 but this file or directory is missing or empty afterwards. A relative "
                + "path begins at the job's directory; {NAME} is replaced by the value of a param. Repeatable.",
            valueName: "path"))
    var expect: [String] = []

    @Option(
        help: ArgumentHelp(
            "A job fails if it exits with 0 but a line of its output matches this regular expression (PCRE2), such as "
                + "'^(ERROR|FATAL)'. The last 16 MiB of stdout and of stderr are searched. Repeatable.",
            valueName: "regex"))
    var failOn: [String] = []

    @Option(
        help: ArgumentHelp(
            "Name of the queue; default: the name of the job file without its ending, else run. Without jobs, continue "
                + "all jobs of this queue.", valueName: "name"))
    var queue: String?

    @Option(
        help: ArgumentHelp(
            "Start nothing unless all jobs of this queue are COMPLETE. Repeatable. For jobs that wait for single jobs of "
                + "their own queue, see \"after\" in docs/jobs.md.", valueName: "queue"))
    var after: [String] = []

    @Flag(help: "Run the jobs again as new jobs, whatever their earlier outcome.")
    var again = false

    @Option(help: ArgumentHelp("Stop starting jobs after N failures; default: no limit.", valueName: "n"))
    var halt: Int?

    @Option(
        help: ArgumentHelp(
            "Name of the jobs; {NAME} is replaced by the value of a param. Default: the name of the script or program.",
            valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Shell for the lines of a .txt file and for commands that are strings; default: bash, or sh if there is no "
                + "bash.", valueName: "path"), completion: .file())
    var shell: String?

    @Option(
        help: ArgumentHelp(
            "Where to run the jobs: local, slurm or sge.", valueName: "executor"),
        completion: .list(JobExecutor.names))
    var executor = "local"

    @OptionGroup(title: "Needs of a job") var resources: ResourceOptions

    @OptionGroup(title: "This host") var machine: MachineOptions

    @OptionGroup(title: "Clusters") var cluster: ClusterOptions

    @OptionGroup(title: "Notifications") var notify: NotifyOptions

    @Flag(help: "Open the page with all jobs in a browser, or print its link. See jobmon dashboard.")
    var dashboard = false

    @Flag(name: .customLong("no-progress"), help: "Hide progress.")
    var noProgress = false

    @Flag(
        name: .customLong("no-logs"),
        help: "Do not capture output. The ledger still keeps the end of stderr of a failed attempt.")
    var noLogs = false

    @Flag(help: "Print the summary as JSON on stdout.")
    var json = false

    @Flag(help: "Run in the background; return when the jobs are queued. Prints the path of the log.")
    var detach = false

    @Flag(
        help: ArgumentHelp(
            "Read jobs from stdin while the queue runs, one JSON object per line; answer each on stdout (docs/feed.md)."
        ))
    var feed = false

    @Flag(help: ArgumentHelp("Print `started` on stdout once the jobs are queued.", visibility: .private))
    var sayWhenStarted = false

    @Argument(parsing: .postTerminator, help: "Command to run, after --.")
    var command: [String] = []

    package init() {}

    package func run() async throws {
        if feed { return try await runFeed() }
        let targets = try notify.targets()
        let (queue, jobs) = try await prepared()
        let settings = try settings(queue)
        if cluster.dryRun { return try await rehearse(jobs, settings) }
        if detach { return try startDetached(settings) }
        notify.hideURL()
        let sayWhenStarted = sayWhenStarted
        let terminal = Terminal.behind(descriptor: 2)
        let screen = RunScreen(terminal: { Terminal.behind(descriptor: 2) }, showsProgress: !noProgress)
        defer { screen.end() }
        let configuration = try configuration(settings)
        let control = RunControl(screen: screen, leavesRunning: configuration.leavesRunning)
        let again = again
        let opensPage = dashboard
        let began = TimeSource.system.steadySeconds()

        let notifications = Notifications(
            targets, queue: queue, layout: settings.layout, hasDetails: notify.details, say: { screen.say($0) })
        let running = Mutex<QueueRunner?>(nil)
        let summary: QueueSummary
        do {
            summary = try await control.guarded {
                () async throws(Problem) -> QueueSummary in
                try await QueueRun.run(settings, say: { screen.say($0) }) {
                    (environment) async throws(Problem) -> QueueSummary in
                    let runner = QueueRunner(
                        queue: settings.queue, configuration: configuration, environment: environment,
                        notice: { screen.say($0) })
                    running.withLock { $0 = runner }
                    return try await Notifications.beside(
                        notifications, environment.reading, counts: { runner.counts }
                    ) { () async throws(Problem) -> QueueSummary in
                        try await control.run(runner, jobs, again: again) {
                            if sayWhenStarted { Self.sayStarted() }
                            if opensPage { Self.openPage(settings.layout, screen) }
                        }
                    }
                }
            }
        } catch {
            screen.end()
            await Self.tellEnd(notifications, of: error, queue, control)
            // What the user gave can't be run, and nothing of it was queued.
            if let problem = error as? Problem, running.withLock({ $0?.hasRefused ?? false }) {
                throw CommandFailure(.usage, problem)
            }
            throw error
        }
        screen.end()

        let report = RunReport(
            summary: summary, queue: queue, seconds: TimeSource.system.steadySeconds() - began,
            again: directory.again, groups: await groups(of: summary, settings))
        if json {
            let output = Output()
            try output.write(report.json.text + "\n")
            try output.flush()
        }
        for line in report.lines(columns: terminal.columns) { Messages.say(line) }
        await Self.tellEnd(notifications, of: summary, queue, control, seconds: report.seconds)
        if report.exitStatus != .done { throw ExitCode(report.exitStatus.rawValue) }
    }

    /// The groups of the errors of the jobs that failed; empty if there are few, or the ledger cannot be read now.
    private func groups(of summary: QueueSummary, _ settings: QueueSettings) async -> [ErrorGroup] {
        guard summary.counts.failed > 1 else { return [] }
        do throws(Problem) {
            let access = try await DirectoryAccess.open(settings.layout)
            let filter = Self.failed(summary, settings.queue)
            return try await GroupQuery(reading: access.reading, filter: filter).groups().groups
        } catch {
            return []
        }
    }

    /// Selects the jobs that failed. Jobs of the queue that are not of this run may have failed earlier.
    static func failed(_ summary: QueueSummary, _ queue: String) -> JobFilter {
        var filter = JobFilter(statuses: [.failed], queue: queue)
        if summary.failures.count == summary.counts.failed { filter.jids = summary.failures.map(\.jid) }
        return filter
    }

    /// Where and with what the queue runs.
    func settings(_ queue: String) throws -> QueueSettings {
        var settings = QueueSettings(
            layout: try directory.layout(making: true), queue: queue, executor: executor, slots: try parallel(),
            interval: try cluster.interval())
        if executor == JobExecutor.localName {
            settings.room = try machine.room(slots: settings.room.slots, of: .current())
        }
        return settings
    }

    /// The queue's configuration.
    func configuration(_ settings: QueueSettings) throws -> QueueState.Configuration {
        var configuration = QueueState.Configuration(
            queue: settings.queue, executor: executor, policy: .retry(try backoffPolicy()),
            relaunch: try relaunch.rules(),
            keepsRules: !relaunch.isGiven,
            window: settings.room.slots,
            haltAfter: try positive(halt, "--halt"), logs: noLogs ? nil : settings.layout,
            leavesRunning: executor != "local" && !cluster.cancelOnExit, hearsFromMonitor: executor != "local")
        configuration.limits = try machine.limits()
        configuration.after = after
        return configuration
    }

    /// Prints what would be submitted.
    private func rehearse(_ jobs: JobsToQueue, _ settings: QueueSettings) async throws {
        guard executor != "local" else {
            throw CommandFailure(
                .usage, "--dry-run needs a cluster: it prints what would be submitted",
                hint: "give --executor slurm or sge")
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
                .usage, "--json and --detach cannot be used together",
                hint: "omit --json; see jobmon watch and jobmon jobs")
        }
        if file == "-" {
            throw CommandFailure(
                .usage, "-f - cannot be used with --detach: a run in the background has no stdin",
                hint: "write the jobs to a file, and name it with -f")
        }
        do throws(Problem) { try settings.layout.makeFolders() } catch { throw CommandFailure(.ledger, error) }
        let log = settings.layout.queueLog(settings.queue)
        let run = try Detaching.start(adding: ["--say-when-started"], log: log)
        Messages.say("jobmon: queue \(settings.queue) runs in the background, process \(run.pid)")
        Messages.say("Watch:  jobmon watch\(directory.again) --queue \(ShellWord.quoted(settings.queue))")
        Messages.say("End:    kill \(run.pid)")
        Messages.say("Log:    \(log)")
    }

    /// Shows a link to the page, and opens it if there is a browser.
    private static func openPage(_ layout: DirectoryLayout, _ screen: RunScreen) {
        Task {  // allowed: the run does not wait for a browser
            do {
                let link = try await DashboardCommand.link(layout, share: nil, opens: true)
                screen.say(
                    link.isOpened ? "the page: \(link.address)" : "open within 60 seconds, once: \(link.address)")
            } catch {
                screen.say("the page cannot be opened: \(error)")
            }
        }
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
    private func prepared() async throws -> (queue: String, jobs: JobsToQueue) {
        var plan = try plan()
        if let queue = resources.sizeFrom {
            let sizes = try await RunSizes.read(queue, in: try directory.layout())
            try plan.take(sizes)
        }
        if noLogs, plan.jobs.contains(where: { !$0.description.successCriteria.failurePatterns.isEmpty }) {
            Messages.say(
                "jobmon: --fail-on searches only the last 64 KiB of stderr, since --no-logs keeps no other output")
        }
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
            timeout: try seconds(timeout, "--timeout"), resources: try needs(),
            criteria: try RunSuccess.criteria(expect: expect, failOn: failOn),
            shell: try shell.map { try RunFiles.shell($0, "--shell") }, unusedIsMeant: unusedIsMeant,
            cwd: try RunFiles.currentDirectory(), isFile: RunFiles.isFile,
            isProgram: RunFiles.isProgram, readFile: RunFiles.read)
    }

    private func needs() throws -> JSONObject {
        var needs = JSONObject()
        try resources.write(to: &needs)
        try cluster.write(to: &needs)
        return needs
    }

    /// - Throws: `CommandFailure` for an unknown executor or an invalid number of retries.
    func checkOptions() throws {
        guard JobExecutor.names.contains(executor) else {
            let meant = NearWord.nearest(to: executor, among: JobExecutor.names)
            throw CommandFailure(
                .usage, "there is no executor \"\(executor)\"\(meant.map { ": did you mean \($0)?" } ?? "")",
                hint: "use \(JobExecutor.names.joined(separator: ", "))")
        }
        _ = try relaunch.rules()
        _ = try machine.limits()
        if let retries { try RelaunchOptions.check(retries: retries) }
    }

    /// The first and the longest delay of `--backoff`.
    private func backoffPolicy() throws -> RelaunchPolicy.Backoff {
        let usual = RelaunchPolicy.Backoff()
        guard let backoff else { return usual }
        guard let waits = Quantity.waits(backoff, longest: usual.cap) else {
            throw CommandFailure(
                .usage, "invalid wait \"\(backoff)\" for --backoff",
                hint: "use 30s, FIRST..LONGEST such as 30s..10m, or 0")
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
        guard let seconds = Quantity.seconds(text) else {
            throw CommandFailure.invalidDuration(text, for: option)
        }
        return seconds
    }
}
