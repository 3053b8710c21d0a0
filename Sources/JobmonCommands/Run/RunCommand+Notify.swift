import JobmonCore
import JobmonQueue

/// The message about the end of a run.
extension RunCommand {
    /// Sends it, and waits for that, about 10 s at most. Meanwhile a signal ends the process at once.
    /// - Parameter seconds: the duration of the run.
    static func tellEnd(
        _ notifications: Notifications?, of summary: QueueSummary, _ queue: String, _ control: RunControl,
        seconds: Double
    ) async {
        guard let notifications else { return }
        let filter = failed(summary, queue)
        let (how, problem) = ending(of: summary)
        await control.finishing {
            await notifications.end(how, counts: summary.counts, seconds: seconds, failed: filter, problem: problem)
        }
    }

    /// The same for a run that an error ended. One that never began has no message: whoever started it sees why.
    static func tellEnd(
        _ notifications: Notifications?, of error: any Error, _ queue: String, _ control: RunControl
    ) async {
        guard let notifications, notifications.hasBegun else { return }
        let filter = JobFilter(statuses: [.failed], queue: queue)
        let problem = error as? Problem
        await control.finishing {
            await notifications.end(.failed, counts: notifications.counts, failed: filter, problem: problem)
        }
    }

    private static func ending(of summary: QueueSummary) -> (NotifyMessage.Ending, Problem?) {
        switch summary.ending {
        case .done: (.done, nil)
        case .halted: (.halted, nil)
        case .stopped: (.stopped, nil)
        case .failed(let problem): (.failed, problem)
        }
    }
}
