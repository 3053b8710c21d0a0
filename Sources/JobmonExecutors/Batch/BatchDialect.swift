package import JobmonCore

/// How one scheduler is spoken to: the commands, and what their answers mean. Everything here is a function of texts; the
/// engine runs the commands.
package struct BatchDialect: Sendable {
    /// The executor's name in the ledger.
    package var name: String
    /// The scheduler's name for people.
    package var title: String
    /// What the scheduler's commands put before their words of complaint.
    var prefixes: [String]
    /// The environment of its commands.
    var environment: CommandEnvironment
    /// Several slots on one host must be asked for by a parallel environment.
    var asksForEnvironments: Bool
    /// What tells us its limits; read by `readTraits`.
    var traitCommands: @Sendable (ClusterRequest) -> [[String]]
    var readTraits: @Sendable ([CommandResult], inout SchedulerTraits) -> Void
    /// The option that a word of somebody's is, if jobmon knows its jobs by that.
    var reserved: @Sendable (String) -> String?
    /// - Throws: what can't be asked of this cluster, before it is asked.
    var submit: @Sendable (BatchSubmission, SchedulerTraits) throws(Problem) -> [String]
    var readSubmit: @Sendable (CommandResult) -> SubmitReading
    /// What a submit says that tries on by itself, and for longer than an answer is worth.
    var hopelessSubmit: String?
    /// Lists every job of the user that is not over.
    var list: [String]
    /// - Throws: `.unreachable` when it is no complete list.
    var readList: @Sendable (CommandResult) throws(ExecutorError) -> [ListedTask]
    /// A command that succeeds only when the scheduler is there, for a list that is empty.
    var probe: [String]?
    var readProbe: @Sendable (CommandResult) -> Bool
    /// Asks why jobs are held in error, and reads that, by job id.
    var explain: (@Sendable (_ ids: [String]) -> [String])?
    var readExplanations: @Sendable (CommandResult) -> [String: String]
    /// Asks the accounting about tasks of batches.
    var account: @Sendable (_ wanted: [AccountedBatch], _ now: Timestamp) -> [String]
    /// - Throws: `.unreachable` when there is no accounting to be had.
    var readAccounts: @Sendable (CommandResult) throws(ExecutorError) -> [AccountedTask]
    /// Ends tasks of one array job, all of it where none are named; by its name too, where the scheduler can tell by that.
    var cancel: @Sendable (_ name: String, _ job: String, _ numbers: [Int]) -> [String]
    /// Whether the scheduler got the wish (that a job is gone already is no matter); else why not.
    var readCancel: @Sendable (CommandResult) -> String?
    /// Lists the hosts of the cluster.
    var nodes: [String]
    var readNodes: @Sendable (CommandResult) -> [String]
    /// Asks up to where requests may grow, and reads that by partition; "" is the one that jobs get which name none.
    var limits: [[String]]
    var readLimits: @Sendable ([CommandResult]) -> [String: RelaunchLimits]
    /// Lists the hosts of a partition, nil: of the default one, and reads that: whether jobs can run there now or soon.
    var hosts: @Sendable (_ partition: String?) -> [String]
    var readHosts: @Sendable (CommandResult) -> [String: Bool]
    /// Tells the scheduler that waiting tasks of an array job must avoid the hosts of its request, and no others; nil where
    /// that cannot be told.
    var exclude: @Sendable (_ job: String, ClusterRequest, SchedulerTraits) -> [String]?
    /// The scheduler's name of a task.
    var executorID: @Sendable (_ job: String, _ number: Int) -> String
    /// Seconds that it may let a job run, of those that it is asked for.
    var timeLimit: @Sendable (_ runtime: Double) -> Double
    /// Asks the scheduler itself about an array job, and reads what it says of a task of the one of that name.
    var confirm: @Sendable (_ job: String) -> [String]
    var readConfirmation: @Sendable (CommandResult, _ name: String, _ number: Int) throws(ExecutorError) -> Confirmation
    /// What a final state means.
    var word: @Sendable (_ state: String) -> SchedulerWord
    /// That a list shows other tasks of an array job, and not this one, is confirmation enough.
    var listsArrays: Bool
    /// What a task came to of which there is neither a start nor a record: it waited, and is gone.
    var goneUnstarted: @Sendable (Confirmation, _ accountingAnswered: Bool) -> Outcome
    /// Asks for the scheduler's version, and reads that; nil: nothing here depends on it.
    var versionCommand: [String]?
    var readVersion: @Sendable (CommandResult) -> SchedulerVersion? = { _ in nil }
    /// The same dialect by the rules of a version.
    var ofVersion: (@Sendable (SchedulerVersion) -> BatchDialect)?
    /// What depends on the version, as it is read here.
    package var rules: [VersionRule] = []
    /// What `jobmon doctor` asks; nil: nothing.
    var examination: SchedulerExamination?

    /// The one of a scheduler.
    package static func of(_ scheduler: ClusterScheduler) -> BatchDialect {
        switch scheduler {
        case .slurm: .slurm
        case .sge: .sge
        }
    }

    static func version(_ result: CommandResult, of scheduler: ClusterScheduler) -> SchedulerVersion? {
        SchedulerVersion(output: result.output, of: scheduler)
            ?? SchedulerVersion(output: result.complaint, of: scheduler)
    }

    /// A complaint of the scheduler's in one line.
    func sentence(_ text: String) -> String { SchedulerText.sentence(text, dropping: prefixes) }
}

/// What a scheduler says of a task that is not in its list.
enum Confirmation: Sendable, Equatable {
    /// It is there, waiting or running.
    case present
    /// It is over, in this state.
    case over(String)
    /// Its array job is there, and it is not.
    case goneFromArray
    /// The array job is not there either, or there is nobody else to ask.
    case unknownJob
}
