import ArgumentParser
import Glibc
import Jobmon
import JobmonCore
import JobmonQueue
import JobmonWire
import Synchronization

/// `run --feed`: a queue for a program in another language, which adds jobs on stdin while they run.
extension RunCommand {
    func runFeed() async throws {
        guard each.isEmpty, file == nil, command.isEmpty, !again, !detach, !cluster.dryRun, !json,
            resources.sizeFrom == nil
        else {
            throw CommandFailure(
                .usage, "--feed takes its jobs from stdin",
                hint: "omit -f, --each, --again, --detach, --dry-run, --json, --size-from and the command")
        }
        try checkOptions()
        let targets = try notify.targets()
        notify.hideURL()
        let input = try input()
        let queue = try RunPlan(RunPlan.Input(queue: queue ?? "run", cwd: input.cwd, readFile: RunFiles.read)).queue
        let settings = try settings(queue)
        let configuration = try configuration(settings)
        let screen = RunScreen(terminal: { Terminal.behind(descriptor: 2) }, showsProgress: !noProgress)
        defer { screen.end() }
        let control = RunControl(screen: screen, leavesRunning: configuration.leavesRunning)
        let answers = FeedAnswers()
        let notifications = Notifications(
            targets, queue: queue, layout: settings.layout, hasDetails: notify.details, say: { screen.say($0) })
        let began = TimeSource.system.steadySeconds()
        let summary: QueueSummary
        do {
            summary = try await control.guarded { () async throws(Problem) -> QueueSummary in
                try await QueueRun.run(settings, say: { screen.say($0) }) {
                    (environment) async throws(Problem) -> QueueSummary in
                    let runner = QueueRunner(
                        queue: queue, configuration: configuration, environment: environment,
                        notice: { screen.say($0) })
                    let dialogue = FeedDialogue(
                        feed: JobFeed(), runner: runner, queue: queue, input: input, answers: answers)
                    return try await Notifications.beside(
                        notifications, environment.reading, counts: { runner.counts }
                    ) { () async throws(Problem) -> QueueSummary in
                        try await control.run(runner) { () async throws(Problem) in try await dialogue.run() }
                    }
                }
            }
        } catch let problem as Problem {
            answers.say(["problem": problem.json])
            await Self.tellEnd(notifications, of: problem, queue, control)
            throw CommandFailure(.ledger, problem)
        }
        screen.end()
        let seconds = TimeSource.system.steadySeconds() - began
        let report = RunReport(summary: summary, queue: queue, seconds: seconds, again: directory.again)
        if case .failed(let problem) = summary.ending { answers.say(["problem": problem.json]) }
        await Self.tellEnd(notifications, of: summary, queue, control, seconds: seconds)
        if report.exitStatus != .done { throw ExitCode(report.exitStatus.rawValue) }
    }
}
