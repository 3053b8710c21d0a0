/// The step at which the start of a command failed, the path involved, and the reason.
package struct StartFailure: Error, Sendable, Equatable {
    package enum Step: String, Sendable, CaseIterable {
        /// Changing to the working directory.
        case directory
        /// Opening the files for stdout or stderr.
        case output
        /// Finding and executing the command.
        case command
        /// Creating a process.
        case process
    }

    package var step: Step
    /// The directory, file or command for which the step failed.
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

    /// The exit code that a shell would give: 127 for a command that is not found, 126 for anything else. (A shell has
    /// no exit code for a missing directory; it is 126 here.)
    package var exitCode: Int32 { step == .command && errno == 2 ? 127 : 126 }
}
