import CJobmonPOSIX
import Glibc

/// Distinguishes signals that the command has received too from those sent to this process only.
///
/// A small process notes the signals that it receives. If the command is in our process group, so is this process: a
/// signal to the group reaches all three. If the command has its own group, so has this process. A sender that signals
/// every process of a job or a tree one by one reaches it in both cases.
package final class SignalWitness {
    /// Only commands that live longer than this, in seconds, get a witness.
    package static let delay = 0.003

    package let pid: Int32
    private var fd: Int32
    private var record = SignalRecord()
    private var question: Int32 = 0

    /// The maximum time for the witness's answer, in milliseconds. Without an answer, nothing is known.
    private static let patience: Int32 = 500
    /// The maximum time in nanoseconds between two signals of a sender that signals processes one by one.
    private static let oneByOne: Int64 = 3_000_000
    /// The same while the sender has something to do, in nanoseconds of its own processor time: on a busy machine it may
    /// wait long for a processor between two signals.
    private static let oneByOneWhileBusy: Int64 = 100_000_000
    /// The maximum time in nanoseconds for which a busy sender is waited for.
    private static let longest: Int64 = 1_000_000_000

    /// - Parameter apart: whether the command has its own group.
    /// - Returns: nil if no process can be created.
    package init?(apart: Bool) {
        var reading: Int32 = -1
        pid = jobmon_witness_start(apart ? 1 : 0, &reading)
        guard pid > 0 else { return nil }
        fd = reading
    }

    deinit { end() }

    /// Whether the witness received this signal too; nil if that cannot be determined.
    package func hasSeen(_ signal: ReceivedSignal) -> Bool? {
        guard ask() else { return nil }
        if record.covers(signal) { return true }
        let spent = jobmon_process_time(signal.sender)
        var isLast = false
        while !isLast {
            // Looked at before the witness is asked: all that the sender did until then has arrived.
            let passed = jobmon_now() - signal.at
            var left = Self.oneByOne - passed
            if Self.isBusy(signal.sender) {
                left = min(
                    Self.oneByOneWhileBusy - (jobmon_process_time(signal.sender) - spent), Self.longest - passed)
            }
            isLast = left <= 0
            if !isLast { poll(nil, 0, Int32(min(left, Self.oneByOne) / 1_000_000) + 1) }
            guard ask() else { return nil }
            if record.covers(signal) { return true }
        }
        return false
    }

    /// Whether a process runs, waits for a processor or for a disk; not: for a time, or for another process.
    private static func isBusy(_ pid: Int32) -> Bool {
        var state: CChar = 0
        guard pid > 0, jobmon_process_started(pid, &state) >= 0 else { return false }
        return [UInt8(ascii: "R"), UInt8(ascii: "D")].contains(UInt8(bitPattern: state))
    }

    /// Ends the witness.
    package func end() {
        guard fd >= 0 else { return }
        jobmon_witness_end(pid, fd)
        fd = -1
    }

    /// Reads what the witness has received by now. Its answer is always the last signal that it is handed.
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
            // The witness was killed.
            if count == 0 { return false }
            let left = (deadline - jobmon_now()) / 1_000_000
            var entry = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&entry, 1, Int32(left)) > 0 || errno == EINTR else { return false }
        }
    }
}
