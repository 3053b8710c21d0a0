package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonQueue

/// `jobmon watch`: shows the progress of all jobs until they are done.
package struct WatchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show progress, running jobs and groups of errors until all jobs are over.",
        discussion: """
            Errors of one cause are one line, a group, as in jobmon errors: the number of jobs that have such an error \
            (also those that were retried since), how many of them were added in the last minute, and the error. The \
            newest group is marked for ten minutes. Muted groups are only counted.

            On a terminal, the display is updated in place. Elsewhere, one line names each group of errors when it \
            appears; from time to time, and at the end, a line reports progress, and one line each the groups that \
            have grown. Ctrl-C ends only the display. If the monitor ends, a line says so, and watching continues with \
            the next one.

              jobmon watch -d DIR
              jobmon watch --queue fit

            Exit codes: 0 all jobs are complete, 1 jobs failed or were cancelled, 3 no monitor serves the directory \
            and jobs are left, 130 Ctrl-C.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(help: ArgumentHelp("Show only jobs of this queue.", valueName: "name"))
    package var queue: String?

    package init() {}

    package func run() async throws {
        let layout = try directory.layout()
        let source = WatchSource(queue: queue, again: directory.again)
        let groups = GroupFollower(filter: source.filter)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await groups.run() }
            defer { group.cancelAll() }
            try await follow(layout, source, groups)
        }
    }

    private func follow(_ layout: DirectoryLayout, _ source: WatchSource, _ groups: GroupFollower) async throws {
        let terminal = Terminal.behind(descriptor: 1)
        let screen = WatchScreen(terminal: { Terminal.behind(descriptor: 1) })
        var isAway = false
        var rate = RunRate()
        var isFirst = true
        while true {
            let access: DirectoryAccess
            do throws(Problem) {
                access = try await DirectoryAccess.open(layout)
            } catch {
                if isFirst {
                    screen.end()
                    throw CommandFailure(.ledger, error)
                }
                // A ledger in memory is lost with its monitor; another monitor may follow.
                if !isAway { screen.say("jobmon: the monitor went away; waiting for the next one") }
                isAway = true
                try await Task.sleep(for: .milliseconds(500))
                continue
            }
            guard var seen = try await look(source, access, isFirst: isFirst) else {
                if !isAway { screen.say("jobmon: the monitor does not answer; waiting for it") }
                isAway = true
                try await Task.sleep(for: .milliseconds(500))
                continue
            }
            if isAway, access.hasMonitor {
                isAway = false
                screen.say("jobmon: a monitor is back; continuing")
            }
            seen.groups = groups.groups
            rate.note(over: seen.counts.over, at: TimeSource.system.steadySeconds())
            if seen.isOver {
                if terminal.isTerminal { screen.show(seen, perSecond: nil, isLast: false) }
                if seen.errors > 0, let problem = await readLast(groups, access) {
                    screen.say(
                        "jobmon: the groups of errors cannot be read: \(Printable.line(problem.message)); "
                            + "list them with \(Printable.line(seen.listing))")
                }
                seen.groups = groups.groups
                screen.show(seen, perSecond: nil, isLast: true)
                screen.end()
                if seen.counts.complete < seen.counts.total { throw ExitCode(ExitStatus.failed.rawValue) }
                return
            }
            if !access.hasMonitor {
                if isFirst {
                    screen.end()
                    throw CommandFailure(
                        .noMonitor, "no monitor serves \(layout.root), and \(seen.left) of its jobs are not over",
                        hint: "run the same jobmon run again, or list them with jobmon jobs")
                }
                if !isAway { screen.say("jobmon: the monitor went away; waiting for the next one") }
                isAway = true
            }
            isFirst = false
            if !isAway {
                groups.refresh(access.reading, errors: seen.errors)
                screen.show(seen, perSecond: rate.perSecond, isLast: false)
            }
            if let complaint = groups.complaint() { screen.say("jobmon: \(Printable.line(complaint))") }
            try await Task.sleep(for: .milliseconds(terminal.isTerminal ? 500 : 1000))
        }
    }

    /// Reads the groups of errors after the end of the last job. The monitor of a `run` ends with it; then they are
    /// read from the file.
    /// - Returns: why they could not be read; nil if they were.
    private func readLast(_ groups: GroupFollower, _ access: DirectoryAccess) async -> Problem? {
        guard let problem = await groups.readLast(access.reading) else { return nil }
        guard problem.code == .unavailable, access.hasMonitor else { return problem }
        do throws(Problem) {
            let fromFile = try await DirectoryAccess.open(access.layout)
            return await groups.readLast(fromFile.reading)
        } catch {
            return error
        }
    }

    /// Reads the state once; nil if the monitor went away meanwhile.
    private func look(
        _ source: WatchSource, _ access: DirectoryAccess, isFirst: Bool
    ) async throws -> WatchPicture.Seen? {
        do throws(Problem) {
            return try await source.look(
                access.reading, running: WatchPicture.rows(of: Terminal.behind(descriptor: 1)))
        } catch {
            if error.code == .unavailable, !isFirst { return nil }
            throw CommandFailure(.ledger, error)
        }
    }
}
