import Glibc

/// What `scontrol -o show job` prints of one job.
package struct SlurmJobText: Sendable {
    private let words: [Substring]

    package init(_ text: String) { words = text.split(whereSeparator: \.isWhitespace) }

    /// The value of `NAME=`; nil where there is none.
    package func field(_ name: String) -> String? {
        words.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    package var state: String { field("JobState") ?? "" }
    package var reason: String { field("Reason") ?? "" }

    /// Whether Slurm starts the job once more, or has done so: this start of it is over.
    /// - Parameter restarts: how often it had started it before this start.
    package func isRequeued(since restarts: Int) -> Bool {
        if let count = field("Restarts").flatMap({ Int($0) }), count > restarts { return true }
        let waiting = ["PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"]
        if waiting.contains(state) { return true }
        // A job that is requeued counts as submitted at that moment.
        guard let submitted = field("SubmitTime"), let started = field("StartTime"),
            submitted.first?.isNumber == true, started.first?.isNumber == true, submitted.count == started.count
        else { return false }
        return submitted > started
    }

    /// When it was submitted, in seconds since 1970; nil when that can't be read.
    package var submitted: Double? {
        // 2026-11-28T16:36:59, as the clocks here show it.
        let numbers = (field("SubmitTime") ?? "").split { !$0.isNumber }.map { Int32($0) ?? -1 }
        guard numbers.count == 6, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        parts.tm_isdst = -1
        let seconds = mktime(&parts)
        return seconds == -1 ? nil : Double(seconds)
    }
}
