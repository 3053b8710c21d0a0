import JobmonCore

/// How one scheduler is spoken to: the commands, and what their answers mean. Everything here is a function of texts; the
/// engine runs the commands.
package struct BatchDialect: Sendable {
    /// The executor's name in the ledger.
    package var name: String
    /// The scheduler's name for people.
    package var title: String
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

/// What is known of a scheduler's configuration.
package struct SchedulerTraits: Sendable, Equatable {
    /// Tasks in one array job.
    package var maxTasks = 1000
    /// Something that can be asked for by name.
    package struct Resource: Sendable, Equatable {
        package var name: String
        /// What is asked for is counted per slot.
        package var perSlot = true
        /// The scheduler keeps count of it; else it is what a node reports, or nothing that is known here.
        package var isCounted = false
    }

    package var memories: [Resource] = []
    package var gpus: Resource?
    /// Parallel environments, those first whose slots are on one host.
    package var environments: [String] = []
    var isRead = false
}

/// An array job to submit.
struct BatchSubmission: Sendable {
    var batch: String
    var name: String
    var count: Int
    var request: ClusterRequest
    /// The directory of the monitor.
    var directory: String
    var log: String
    var script: String
}

/// What a submit came to.
enum SubmitReading: Sendable, Equatable {
    case job(String)
    /// It will never be taken: the scheduler's own sentence.
    case refused(String)
    /// Surely not taken, but it may be later.
    case notNow(String)
    /// So many are more than the user may have for now: surely not taken, and fewer may be.
    case tooMany(String)
    /// It may have been taken.
    case unclear(String)
}

/// A task that the scheduler has.
struct ListedTask: Sendable, Equatable {
    enum Standing: Sendable, Equatable {
        case waiting
        case running
        /// Held in error: it will not go on.
        case broken
    }

    var job: String
    /// Tasks of one row: a job that waits is one row for many.
    var numbers: [ClosedRange<Int>]
    var standing: Standing
    /// What shows that it is ours: the batch's key, or its name.
    var mark: String
}

/// Whose accounts are wanted.
struct AccountedBatch: Sendable, Equatable {
    var job: String?
    var name: String
    var intended: Timestamp
    /// Tasks; empty: all.
    var numbers: [Int]
}

/// A record of the accounting.
struct AccountedTask: Sendable, Equatable {
    var job: String
    /// Tasks of one record: those that never started share one.
    var numbers: [ClosedRange<Int>]
    var name: String
    /// It is final: the job is over.
    var isFinal: Bool
    var outcome: Outcome
    /// That it is over is only what the scheduler thinks: its node does not answer.
    var isPresumed = false
}

/// Words of a text, for messages.
enum SchedulerText {
    /// A command's complaint in one line, without its own name before each.
    static func sentence(_ text: String, dropping prefixes: [String]) -> String {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line.drop(while: \.isWhitespace)
            for prefix in prefixes where line.hasPrefix(prefix) { line = line.dropFirst(prefix.count) }
            line = line.drop(while: \.isWhitespace)
            if !line.isEmpty, line != "Exiting." { lines.append(String(line)) }
        }
        return lines.joined(separator: "; ")
    }

    static func contains(_ text: String, anyOf words: [String]) -> Bool { words.contains { text.contains($0) } }

    /// A name that every scheduler takes: a letter first, then letters, digits, `_`, `-` and `.`, at most 40 characters.
    static func jobName(_ text: String) -> String {
        var name = String(
            text.unicodeScalars.prefix(200).map { scalar in
                let isPlain =
                    scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "_-.".unicodeScalars.contains(scalar))
                return isPlain ? Character(scalar) : "_"
            }.prefix(40))
        if let first = name.unicodeScalars.first, !first.properties.isAlphabetic { name = "j" + name }
        return name.isEmpty ? "job" : name
    }
}
