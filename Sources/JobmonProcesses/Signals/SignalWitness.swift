import CJobmonPOSIX
import Glibc

/// Tells signals that the command has got too from those that were sent to this process alone.
///
/// A small process notes the signals that it gets. Where the command is in our process group, so is this one: what is sent
/// to the group reaches all three. Where the command has a group of its own, this one has, too. Whoever signals every
/// process of a job or a tree one by one reaches it either way.
package final class SignalWitness {
    /// A command that lives longer, in seconds, gets one.
    package static let delay = 0.003

    package let pid: Int32
    private var fd: Int32
    private var record = SignalRecord()
    private var question: Int32 = 0

    /// How long the witness may take to answer, in milliseconds. Without an answer nothing is known.
    private static let patience: Int32 = 100
    /// Within so many nanoseconds whoever signals processes one by one gets from one to the next.
    private static let oneByOne: Int64 = 3_000_000

    /// - Parameter apart: whether the command has a group of its own.
    /// - Returns: nil if no process can be made.
    package init?(apart: Bool) {
        var reading: Int32 = -1
        pid = jobmon_witness_start(apart ? 1 : 0, &reading)
        guard pid > 0 else { return nil }
        fd = reading
    }

    deinit { end() }

    /// Whether a signal that came here came to the witness too; nil: that can't be known.
    package func hasSeen(_ signal: ReceivedSignal) -> Bool? {
        guard ask() else { return nil }
        if record.covers(signal) { return true }
        let age = jobmon_now() - signal.at
        if age < Self.oneByOne {
            poll(nil, 0, Int32((Self.oneByOne - max(0, age)) / 1_000_000) + 1)
            guard ask() else { return nil }
            if record.covers(signal) { return true }
        }
        return false
    }

    /// Ends the process.
    package func end() {
        guard fd >= 0 else { return }
        jobmon_witness_end(pid, fd)
        fd = -1
    }

    /// Takes what the witness has got by now. The answer is the last thing that it is handed, whatever else is there.
    private func ask() -> Bool {
        guard fd >= 0 else { return false }
        question &+= 1
        guard jobmon_witness_ask(pid, question) == 0 else { return false }
        let own = getpid()
        let deadline = jobmon_now() + Int64(Self.patience) * 1_000_000
        while true {
            var seen = jobmon_signal()
            let count = read(fd, &seen, MemoryLayout<jobmon_signal>.size)
            if count == MemoryLayout<jobmon_signal>.size {
                if seen.number == JOBMON_WITNESS_ANSWER, seen.code == Int32(SI_QUEUE), seen.pid == own {
                    if seen.value == question { return true }
                } else {
                    record.note(SeenSignal(seen))
                }
                continue
            }
            // It was killed.
            if count == 0 { return false }
            let left = (deadline - jobmon_now()) / 1_000_000
            var entry = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&entry, 1, Int32(left)) > 0 || errno == EINTR else { return false }
        }
    }
}
