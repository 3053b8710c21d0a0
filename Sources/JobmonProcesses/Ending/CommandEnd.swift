package import JobmonCore

/// The number of a command within a `ProcessLoop`. Numbers rise and are never reused.
package typealias CommandID = Int

/// How a command ended.
package struct CommandEnd: Sendable, Equatable {
    /// Exit code or signal, whether we ended it, and the number of kills for memory; or why it never executed.
    package var evidence: Evidence
    package var usage: Usage
    /// The end of its stderr, for `Output.tail`.
    package var stderr: String?

    package init(evidence: Evidence, usage: Usage = Usage(), stderr: String? = nil) {
        self.evidence = evidence
        self.usage = usage
        self.stderr = stderr
    }
}

/// Why this process ends a command.
package enum EndReason: Sendable {
    /// Its time limit passed.
    case timeLimit
    /// It had more memory than it may have.
    case memoryLimit
    /// Its end was requested.
    case cancelled
}
