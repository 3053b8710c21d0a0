package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting

/// `jobmon stop`: stops a directory's monitor in order.
package struct StopCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop the monitor of a directory and wait until it has ended.",
        discussion: """
            Running jobs continue; the spool keeps their reports for the next monitor. If the monitor is a \
            `jobmon run`, that run stops as with Ctrl-C.

              jobmon stop
              jobmon stop -d DIR

            Exit code 3 if no monitor serves the directory.
            """)

    @OptionGroup package var directory: DirectoryOption

    package init() {}

    package func run() async throws {
        let layout = try directory.layout()
        guard layout.isDirectoryOfMonitor else {
            throw CommandFailure(
                .ledger, "\(layout.root) is not a directory of jobmon: there is no ledger in it",
                hint: "name the directory with -d or JOBMON_DIR")
        }
        guard let info = try await Self.stop(layout) else {
            throw CommandFailure(.noMonitor, "no monitor serves \(layout.root)")
        }
        Messages.say("the monitor, process \(info.pid) on \(Printable.line(info.host)), has ended")
    }

    private static func stop(_ layout: DirectoryLayout) async throws -> MonitorInfo? {
        do throws(Problem) {
            return try await CentralJobMonitor.stop(layout)
        } catch {
            // A monitor holds the directory's lock but does not answer.
            throw CommandFailure(.noMonitor, error)
        }
    }
}
