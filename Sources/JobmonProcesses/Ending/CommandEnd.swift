package import JobmonCore

/// A command within a `ProcessLoop`: rising, never used again.
package typealias CommandID = Int

/// How a command ended.
package struct CommandEnd: Sendable, Equatable {
    /// Exit code or signal, whether we ended it, and the kills for memory that were seen; or why it never executed.
    package var evidence: Evidence
    package var usage: Usage
    /// The end of what it wrote, for `Output.tail`, unless it ended with 0.
    package var stderr: String?

    package init(evidence: Evidence, usage: Usage = Usage(), stderr: String? = nil) {
        self.evidence = evidence
        self.usage = usage
        self.stderr = stderr
    }
}

/// Why we end a command.
package enum EndReason: Sendable {
    /// Its time limit passed.
    case timeLimit
    /// Somebody wants it over.
    case cancelled
}
