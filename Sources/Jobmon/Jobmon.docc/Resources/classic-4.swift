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
        let seconds = arguments.dropFirst().first ?? "0.2"
        let jobs = "Examples/ClassicController/jobs"

        do {
            let monitor = try await CentralJobMonitor(directory: directory, persistent: true)
            let queue = try await JobQueue(monitor: monitor, executor: .local(parallelism: 2), name: "classic")

            for year in 1989...1994 {
                let job = queue.createJob(
                    runfile: "\(jobs)/model.py", name: "model \(year)",
                    parameters: ["--year", "\(year)", "--out", directory, "--seconds", seconds],
                    params: ["year": "\(year)"], key: "model \(year)")
                try await queue.queueJob(job, slots: 1, memory: .gigabytes(1), project: "demo", timeout: .seconds(60))
            }
            await monitor.stopResponder()
            await monitor.stopPublisher()
        } catch {
            // The error says what is wrong, and what to do.
            print("\(error)")
            exit(1)
        }
    }
}
