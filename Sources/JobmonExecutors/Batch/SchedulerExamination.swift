import JobmonCore

/// What a scheduler is asked before jobs are given to it (`jobmon doctor`), and what its answers mean for them.
struct SchedulerExamination: Sendable {
    /// The commands that jobs need.
    var programs: [String]
    /// The command that reads the accounting: jobs run without it too.
    var accounting: String
    /// Questions about the settings of the cluster and the limits of the user.
    var questions: @Sendable (_ user: String) -> [[String]]
    /// - Parameter answers: to these questions; nil: there is none.
    var read: @Sendable (_ answers: [CommandResult?], _ user: String) -> [Diagnosis]
    /// Asks why a task waits, and reads that; nil: it is not said.
    var askWaiting: @Sendable (_ executorID: String) -> [String]
    var readWaiting: @Sendable (CommandResult) -> String?
}
