package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonQueue

/// `jobmon watch`: shows the progress of all jobs until they are done.
package struct WatchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show progress, running jobs and failures until all jobs are over.",
        discussion: """
            On a terminal, the display is updated in place. Elsewhere, a line from time to time reports progress, and \
            one line names each job that fails. Ctrl-C ends only the display. If the monitor ends, a line says so, and \
            watching continues with the next one.

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
                screen.say("jobmon: a monitor is back; continuing")
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
                        hint: "run the same jobmon run again, or list them with jobmon jobs")
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
