package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting

/// `jobmon stop`: stops a directory's monitor in order.
package struct StopCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Ends the monitor of a directory and waits until it is gone.",
        discussion:
            "Jobs go on: what they report is kept in the spool for the next monitor. Exit code 3 without a monitor.")

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
