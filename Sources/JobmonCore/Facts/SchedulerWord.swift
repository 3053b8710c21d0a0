/// What a scheduler says of a job of its own.
package struct SchedulerWord: Sendable, Equatable {
    /// In its own words, such as `TIMEOUT` or `37 : qmaster enforced h_rt, h_cpu, or h_vmem limit`.
    package var said: String
    /// The cause that these words name; nil: none, the exit code or the signal is all.
    package var cause: Cause?

    package init(_ said: String, cause: Cause? = nil) {
        self.said = said
        self.cause = cause
    }
}
