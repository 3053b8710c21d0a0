import JobmonCore
import JobmonReporting

/// The end of a process that is not ours: looked for twice a second, and not mistaken when its number is used again.
struct ProcessEnd: Sendable {
    private let process: ProcessIdentity

    /// - Throws: `CommandFailure` when there is no such process.
    init(of pid: Int32) throws {
        guard pid > 0, let process = ProcessTable.process(pid) else {
            throw CommandFailure(
                .usage, "there is no process \(pid) on this host", hint: "give --end-with the pid of a running process")
        }
        self.process = process
    }

    /// Returns when it is over, and when the task is cancelled.
    func wait() async {
        while ProcessTable.process(process.pid) == process {
            guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
        }
    }
}
