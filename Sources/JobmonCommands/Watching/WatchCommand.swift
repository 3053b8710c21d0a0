package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonQueue

/// `jobmon watch`: shows the progress of all jobs until they are done.
package struct WatchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows how far it is, what runs and what failed, until all is done or Ctrl-C.",
        discussion: """
            On a terminal one picture is drawn again and again; elsewhere a line says how far it is, now and then, and \
            one names each job that fails. Watching changes nothing, and Ctrl-C ends only that.

              jobmon watch -d DIR
              jobmon watch --queue fit

            When the monitor goes away, that is said, and watching goes on when one is back. Exit codes: 0 every job is \
            complete, 1 jobs failed or were cancelled, 3 no monitor serves the directory and jobs are left, 130 Ctrl-C.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(help: ArgumentHelp("Only jobs of this queue.", valueName: "name"))
    package var queue: String?

    package init() {}

    package func run() async throws {
        let layout = try directory.layout()
        let terminal = Terminal.behind(descriptor: 1)
        let screen = WatchScreen(terminal: { Terminal.behind(descriptor: 1) })
        let source = WatchSource(queue: queue, rows: WatchPicture.rows(of: terminal))
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
            guard let seen = try await look(source, access, isFirst: isFirst) else {
                if !isAway { screen.say("jobmon: the monitor does not answer; waiting for it") }
                isAway = true
                try await Task.sleep(for: .milliseconds(500))
                continue
            }
            if isAway, access.hasMonitor {
                isAway = false
                screen.say("jobmon: a monitor is back; going on")
            }
            rate.note(over: seen.counts.over, at: TimeSource.system.steadySeconds())
            if seen.isOver {
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
                        hint: "go on with the same jobmon run, or look with jobmon jobs")
                }
                if !isAway { screen.say("jobmon: the monitor went away; waiting for the next one") }
                isAway = true
            }
            isFirst = false
            if !isAway { screen.show(seen, perSecond: rate.perSecond, isLast: false) }
            try await Task.sleep(for: .milliseconds(terminal.isTerminal ? 500 : 1000))
        }
    }

    /// Reads the state once; nil if the monitor went away meanwhile.
    private func look(
        _ source: WatchSource, _ access: DirectoryAccess, isFirst: Bool
    ) async throws -> WatchPicture.Seen? {
        do throws(Problem) {
            return try await source.look(access.reading)
        } catch {
            if error.code == .unavailable, !isFirst { return nil }
            throw CommandFailure(.ledger, error)
        }
    }
}
