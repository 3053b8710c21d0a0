import CJobmonPOSIX
import Glibc
import JobmonProcesses
import JobmonSystem

/// Whether there are descriptors and threads enough for the full program. What runs out of them later, in the midst of a
/// library's start, ends in a trap that tells nobody anything.
package enum StartingRoom {
    /// How long threads are waited for, in seconds: others may end.
    private static let patience = 10.0

    /// Ends the process with exit code 4 and a sentence where there are not.
    package static func check() {
        let cores = Int32(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let descriptors = 32 + 3 * cores
        let error = jobmon_room_for_descriptors(descriptors)
        if error != 0 {
            refuse("jobmon needs \(descriptors) free file descriptors", error)
        }
        let threads = 6 + 2 * cores
        var shortage = jobmon_room_for_threads(threads)
        for _ in 0..<Int(patience * 10) {
            guard shortage == EAGAIN else { break }
            poll(nil, 0, 100)
            shortage = jobmon_room_for_threads(threads)
        }
        if shortage != 0 { refuse("jobmon needs \(threads) threads", shortage) }
    }

    private static func refuse(_ sentence: String, _ error: Int32) -> Never {
        let limit = ResourceLimits.name(error) ?? SystemError.text(error)
        let line = Array("jobmon: \(sentence): \(limit)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(4)
    }
}
