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

            On a terminal, the whole screen shows progress, rate, groups of errors, running jobs and recent ends. Keys \
            filter, sort, open a job, follow its output, retry, cancel and mute; ? lists them. When the last job is \
            over, the screen ends, unless a key was pressed meanwhile; then q ends it.

            With --inline, or on a terminal that cannot move its cursor, a smaller picture is drawn below the command \
            line. Off a terminal, one line names each group of errors when it appears; from time to time, and at the \
            end, a line reports progress, and one line each the groups that have grown. q and Ctrl-C end only the \
            display. If the monitor ends, a line says so, and watching continues with the next one.

              jobmon watch -d DIR
              jobmon watch --queue fit

            Exit codes: 0 all jobs are complete, 1 jobs failed or were cancelled, 3 no monitor serves the directory \
            and jobs are left, 130 q or Ctrl-C before the jobs were over.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(help: ArgumentHelp("Show only jobs of this queue.", valueName: "name"))
    package var queue: String?

    @Flag(help: "On a terminal, draw a small picture below the command line, not on the whole screen.")
    package var inline = false

    @Flag(help: "On the whole screen, stay until q is pressed, also after the last job is over.")
    package var stay = false

    @OptionGroup(title: "Notifications") var notify: NotifyOptions

    package init() {}

    package func run() async throws {
        let layout = try directory.layout()
        let targets = try notify.targets()
        notify.hideURL()
        let source = WatchSource(queue: queue, again: directory.again)
        let groups = GroupFollower(filter: source.filter)
        let messages = HeldMessages(isHolding: Terminal.behind(descriptor: 2).isTerminal)
        let notifications = Notifications(
            targets, queue: queue, layout: layout, hasDetails: notify.details, say: { messages.say($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await groups.run() }
            if let notifications { group.addTask { await notifications.watch() } }
            defer { group.cancelAll() }
            let ended: Result<Void, any Error>
            do {
                try await follow(layout, source, groups)
                ended = .success(())
            } catch {
                ended = .failure(error)
            }
            await notifications?.endIfOver()
            messages.release()
            try ended.get()
        }
    }

    private func follow(_ layout: DirectoryLayout, _ source: WatchSource, _ groups: GroupFollower) async throws {
        let terminal = Terminal.behind(descriptor: 1)
        let screen = WatchScreen(terminal: { Terminal.behind(descriptor: 1) })
        var isAway = false
        var rate = RunRate()
        var isFirst = true
        var mayFill = !inline && terminal.canRedraw && Terminal.behind(descriptor: 0).isTerminal
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
            if isFirst, mayFill, let ending = try await fill(layout, access, source) {
                mayFill = false
                if let status = ending { throw ExitCode(status) }
                // The jobs are over: the last picture stays on the terminal.
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
                if terminal.canRedraw { screen.show(seen, perSecond: nil, isLast: false) }
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
            try await Task.sleep(for: .milliseconds(terminal.canRedraw ? 500 : 1000))
        }
    }

    /// Shows the full screen, if there is something to see on it.
    /// - Returns: nil if there is not, or if this terminal cannot; else the status to exit with, of which nil is to show
    ///   the last picture.
    private func fill(
        _ layout: DirectoryLayout, _ access: DirectoryAccess, _ source: WatchSource
    ) async throws -> Int32?? {
        guard TerminalScreen.isPossible, let first = try await look(source, access, isFirst: true) else { return nil }
        guard stay || access.hasMonitor && !first.isOver else { return nil }
        if let problem = await access.viewProblem() {
            Messages.say("jobmon: \(Printable.line(problem.message)); showing a small picture")
            return nil
        }
        let state = WatchState(root: layout.root, again: directory.again, queue: queue, stays: stay)
        let signals = Signals.received()
        let colours = Terminal.behind(descriptor: 1).colours
        let (last, signal) = await withTaskGroup(of: (WatchState?, Int32?).self) { group in
            group.addTask { (await WatchSession.run(state, asker: WatchAsker(layout: layout), colours: colours), nil) }
            group.addTask {
                for await signal in signals { return (nil, signal) }
                return (nil, nil)
            }
            let first = await group.next() ?? (nil, nil)
            group.cancelAll()
            // The terminal is given back first.
            await group.waitForAll()
            return first
        }
        Signals.release()
        if let signal { return .some(128 + signal) }
        guard let last else { return nil }
        return last.ending == .over ? .some(nil) : .some(last.exitStatus)
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
