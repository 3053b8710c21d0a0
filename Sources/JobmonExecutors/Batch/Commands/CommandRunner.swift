import CJobmonPOSIX
import Glibc
package import JobmonCore
import Subprocess
import SystemPackage

/// The seam to other programs: runs a command to its end and gives what it said.
package protocol CommandRunner: Sendable {
    /// Runs a command without a shell, stdin at its end, in this process's environment.
    /// - Parameters:
    ///   - command: the program, looked up on PATH, and its arguments.
    ///   - seconds: after which it is killed.
    ///   - hopeless: a text on its stderr after which it is killed at once: no answer comes that is worth the wait.
    /// - Returns: how it ended and what it printed; an exit code other than 0 is no error, nor is it that it was killed for
    ///   its time.
    /// - Throws: `.unusable` when there is no such program, `.unreachable` when it can't be started.
    func run(
        _ command: [String], within seconds: Double, givingUpAt hopeless: String?
    ) async throws(ExecutorError) -> CommandResult
}

extension CommandRunner {
    package func run(_ command: [String], within seconds: Double) async throws(ExecutorError) -> CommandResult {
        try await run(command, within: seconds, givingUpAt: nil)
    }
}
