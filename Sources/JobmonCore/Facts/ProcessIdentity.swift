/// A process, distinguished from a later process with the same pid.
package struct ProcessIdentity: Sendable, Hashable {
    package var pid: Int32
    /// The process's start time in clock ticks since boot (`/proc/PID/stat`, field 22); nil when it could not be read.
    package var started: Int64?

    package init(pid: Int32, started: Int64? = nil) {
        self.pid = pid
        self.started = started
    }
}

/// The wrapper process around a command.
package struct WrapperIdentity: Sendable, Equatable {
    package var process: ProcessIdentity
    /// The pid namespace in which the pids of wrapper and command are valid (the inode of `/proc/self/ns/pid`).
    package var namespace: Int64

    package init(process: ProcessIdentity, namespace: Int64) {
        self.process = process
        self.namespace = namespace
    }
}
