import Glibc
import Jobmon

/// The classic controller: a program that makes jobs of scripts, runs them, waits for them, and writes reports.
///
///     swift run ClassicController DIRECTORY [SECONDS]
///
/// Run it in the project's directory. You can kill it at any time, even with -9, and run it again: the jobs have keys,
/// so complete jobs are not run again. Jobs that were running continue to their end meanwhile.
@main
struct ClassicController {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let directory = arguments.first ?? "classic"

        do {
            let monitor = try await CentralJobMonitor(directory: directory, persistent: true)
            print("serving \(monitor.directory)")
        } catch {
            // The error says what is wrong, and what to do.
            print("\(error)")
            exit(1)
        }
    }
}
