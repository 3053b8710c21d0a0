/// Which step of starting a command failed, on what, and why.
package struct StartFailure: Error, Sendable, Equatable {
    package enum Step: String, Sendable, CaseIterable {
        /// Going to the working directory.
        case directory
        /// Opening the files for stdout or stderr.
        case output
        /// Finding and executing the command.
        case command
        /// Making a process at all.
        case process
    }

    package var step: Step
    /// The directory, file or command that it failed on.
    package var path: String
    /// The error number of the system call.
    package var errno: Int32
    /// The error in words, such as "No such file or directory".
    package var reason: String

    package init(step: Step, path: String, errno: Int32, reason: String) {
        self.step = step
        self.path = path
        self.errno = errno
        self.reason = reason
    }

    /// The exit code that a shell gives for it: 127 for a command that is not found, 126 for any other hindrance.
    /// (A directory that is missing is 127's kin for no shell; it is 126.)
    package var exitCode: Int32 { step == .command && errno == 2 ? 127 : 126 }
}
