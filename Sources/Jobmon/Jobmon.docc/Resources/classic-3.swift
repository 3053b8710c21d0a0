import Glibc
import Jobmon

/// The classic controller: a program that makes jobs of scripts, has them run, waits, and reports.
///
///     swift run ClassicController DIRECTORY [SECONDS]
///
/// Run in the project's directory. Kill it whenever you like, with -9 if you like, and run it again: the jobs have keys,
/// so what is complete is not run again, and what was running comes to its end meanwhile.
@main
struct ClassicController {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let directory = arguments.first ?? "classic"

        do {
            let monitor = try await CentralJobMonitor(directory: directory, persistent: true)
            let queue = try await JobQueue(monitor: monitor, executor: .local(parallelism: 2), name: "classic")
            await monitor.stopResponder()
            await monitor.stopPublisher()
        } catch {
            // It says what is wrong, and what to do.
            print("\(error)")
            exit(1)
        }
    }
}
