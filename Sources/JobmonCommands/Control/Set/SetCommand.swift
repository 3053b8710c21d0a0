package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting

/// `jobmon set`: changes how a queue runs while it runs.
package struct SetCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change how a queue runs, while it runs.",
        discussion: """
            The change holds until the queue ends; the next `jobmon run` takes its own options. Attempts that run now \
            are not touched. A rule of --retry replaces the queue's rule for the same failures; the others stay, and \
            rules of a job itself come before those of its queue.

              jobmon set -j 20
              jobmon set --queue fit --retries 3 --halt none
              jobmon set --queue fit --retry E3:1 --retry oom:2,mem=2x
              jobmon set --limit stata=2 --limit db=main=none --priority 'site=bergen=10'

            Exit code 1 if no such queue runs. Then nothing is changed.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp("Queue to change; default: the one that runs, if there is only one.", valueName: "name"))
    package var queue: String?

    @Option(
        name: [.customShort("j"), .customLong("parallelism")],
        help: ArgumentHelp("Run at most N jobs at once. In a cluster, submit at most N.", valueName: "n"))
    package var parallelism: Int?

    @Option(
        help: ArgumentHelp(
            "Maximum retries of each job that is not over, also of those with max_attempts of their own.",
            valueName: "n"))
    package var retries: Int?

    @Option(
        help: ArgumentHelp("Stop starting jobs after N failures in this run; none: no limit.", valueName: "n|none"))
    package var halt: String?

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Run at most N jobs at once that have this name, or this value of a param, as in `jobmon run`. 0 starts none; "
                + "none: no limit. Those that run go on. Repeatable.", valueName: "name=n"))
    package var limit: [String] = []

    @Option(
        name: .customLong("priority"),
        help: ArgumentHelp(
            "Priority of the jobs that have this name, or this value of a param, and have not started: those with a "
                + "higher one start first. none: their own. Repeatable.", valueName: "name=n"))
    package var priority: [String] = []

    @Option(
        name: .customLong("retry"),
        help: ArgumentHelp(
            "What follows failures with one cause, as in `jobmon run`. none: the default rules do not apply any more. "
                + "Repeatable.",
            valueName: "rule"))
    package var retry: [String] = []

    package init() {}

    package func run() async throws {
        let setting = try setting()
        try await directory.open { access in
            let queue = try await Self.running(queue, access)
            let results = try await access.record([.set(queue: queue, setting)])
            if let problem = results.first?.problem { throw problem }
            Messages.say("jobmon: queue \(Printable.line(queue)): \(setting.words)")
        }
    }

    private func setting() throws -> QueueSetting {
        var setting = QueueSetting()
        if let parallelism {
            guard parallelism >= 1 else { throw CommandFailure(.usage, "-j must be 1 or more, not \(parallelism)") }
            setting.parallelism = parallelism
        }
        if let retries {
            try RelaunchOptions.check(retries: retries)
            setting.retries = retries
        }
        if let halt {
            guard let limit = halt == "none" ? 0 : Int(halt), limit >= (halt == "none" ? 0 : 1) else {
                throw CommandFailure(.usage, "--halt must be 1 or more, or none, not \(halt)")
            }
            setting.halt = limit
        }
        if !limit.isEmpty { setting.limits = try MachineOptions.changes(limit, "--limit", least: 0) }
        if !priority.isEmpty {
            setting.priorities = try MachineOptions.changes(priority, "--priority", least: Int(Int32.min))
        }
        if !retry.isEmpty { setting.relaunch = try RelaunchOptions.rules(retry, option: "--retry") }
        guard !setting.isEmpty else {
            throw CommandFailure(
                .usage, "nothing to change", hint: "give one of -j, --retries, --halt, --limit, --priority and --retry")
        }
        return setting
    }

    /// The queue that is meant.
    /// - Throws: `.notFound` if it is not run now; a usage failure if several are run and none is named.
    private static func running(_ name: String?, _ access: DirectoryAccess) async throws -> String {
        let layout = access.layout
        if let name {
            guard FileLock.isHeld(layout.queueLock(name)) ?? true else {
                throw Problem(
                    .notFound, "the queue \"\(name)\" is not run now",
                    hint: "options of `jobmon run` say how it runs: jobmon run --queue \(ShellWord.quoted(name))")
            }
            return name
        }
        let rows = try await access.reading.query(
            "SELECT queue FROM queue_setting ORDER BY queue", limits: QueryLimits(rows: 100_000, seconds: 10)
        ).rows
        let running = rows.compactMap { if case .string(let queue)? = $0.first { queue } else { nil } }
            .filter { FileLock.isHeld(layout.queueLock($0)) ?? false }
        switch running.count {
        case 1: return running[0]
        case 0: throw Problem(.notFound, "no queue is run now", hint: "options of `jobmon run` say how it runs")
        default:
            throw CommandFailure(
                .usage, "several queues are run now: \(Printable.line(running.joined(separator: ", ")))",
                hint: "name one with --queue")
        }
    }
}

extension QueueSetting {
    /// The changes in words.
    fileprivate var words: String {
        var parts: [String] = []
        if let parallelism { parts.append("at most \(Units.count(parallelism, "job")) at once") }
        if let retries { parts.append("at most \(retries) \(retries == 1 ? "retry" : "retries") per job") }
        if let halt {
            parts.append(
                halt == 0 ? "no limit of failures" : "stops starting jobs after \(Units.count(halt, "failure"))")
        }
        for limit in limits ?? [] {
            parts.append(
                limit.number.map { "at most \(Units.count($0, "job")) of \(limit.pattern.text) at once" }
                    ?? "no limit of \(limit.pattern.text)")
        }
        for priority in priorities ?? [] {
            parts.append(
                priority.number.map { "priority \($0) for \(priority.pattern.text)" }
                    ?? "\(priority.pattern.text) has its own priority again")
        }
        if let relaunch { parts.append("retry rules \(relaunch.texts.joined(separator: " "))") }
        return parts.joined(separator: ", ")
    }
}
