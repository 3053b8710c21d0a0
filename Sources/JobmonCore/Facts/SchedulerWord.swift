/// What a scheduler says about the end of one of its jobs.
package struct SchedulerWord: Sendable, Equatable {
    /// The scheduler's own text, such as `TIMEOUT` or `37 : qmaster enforced h_rt, h_cpu, or h_vmem limit`.
    package var said: String
    /// The cause that the text names; nil if it names none: then the exit code or the signal decides.
    package var cause: Cause?
    /// The scheduler did not name the cause: it is concluded from what is known, since nothing else is.
    package var isInferred: Bool

    package init(_ said: String, cause: Cause? = nil, isInferred: Bool = false) {
        self.said = said
        self.cause = cause
        self.isInferred = isInferred
    }
}
