import JobmonCore
import JobmonReporting
import JobmonSystem

/// Waits for the end of a process that is not our child. It checks twice a second, and is not confused if the pid is
/// reused.
struct ProcessEnd: Sendable {
    private let process: ProcessIdentity

    /// - Throws: `CommandFailure` if there is no such process.
    init(of pid: Int32) throws {
        guard pid > 0, let process = ProcessTable.process(pid) else {
            throw CommandFailure(
                .usage, "there is no process \(pid) on this host", hint: "give --end-with the pid of a running process")
        }
        self.process = process
    }

    /// Returns when the process is over or the task is cancelled.
    func wait() async {
        while ProcessTable.process(process.pid) == process {
            guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
        }
    }
}
