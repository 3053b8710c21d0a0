import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonReporting
import JobmonWire

/// The supervisor process: `jobmon __supervisor --dir DIR --queue QUEUE`, started by a queue's local executor.
package enum SupervisorMain {
    /// The lock is held already: another one supervises this queue.
    private static let heldStatus: Int32 = 75

    /// Runs to its end.
    /// - Parameter arguments: what follows `__supervisor`.
    /// - Returns: the exit status.
    package static func run(arguments: [String]) -> Int32 {
        var directory: String?
        var queue: String?
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return usage("\(option) needs a value") }
            switch option {
            case "--dir": directory = value
            case "--queue": queue = value
            default: return usage("unknown option \(option)")
            }
        }
        guard let directory, let queue, directory.hasPrefix("/") else {
            return usage("--dir (an absolute path) and --queue are needed")
        }
        let layout = DirectoryLayout(root: directory)
        // In a session of its own, no terminal's signals reach it or its commands.
        setsid()
        signal(SIGPIPE, SIG_IGN)
        mkdir(layout.run, 0o700)
        do {
            guard let lock = try FileLock.acquire(layout.supervisorLock(queue)) else { return heldStatus }
            defer { withExtendedLifetime(lock) {} }
            return try Supervisor(layout: layout, queue: queue).run()
        } catch {
            return fail("\(error)")
        }
    }

    private static func usage(_ text: String) -> Int32 {
        _ = fail("\(text); this is started by `jobmon run`, not by hand")
        return 2
    }

    private static func fail(_ text: String) -> Int32 {
        let line = Array("jobmon supervisor: \(text)\n".utf8)
        _ = write(2, line, line.count)
        return 1
    }
}
