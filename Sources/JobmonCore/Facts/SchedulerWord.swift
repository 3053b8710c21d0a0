/// What a scheduler says about the end of one of its jobs.
package struct SchedulerWord: Sendable, Equatable {
    /// The scheduler's own text, such as `TIMEOUT` or `37 : qmaster enforced h_rt, h_cpu, or h_vmem limit`.
    package var said: String
    /// The cause that the text names; nil if it names none: then the exit code or the signal decides.
    package var cause: Cause?

    package init(_ said: String, cause: Cause? = nil) {
        self.said = said
        self.cause = cause
    }
}
