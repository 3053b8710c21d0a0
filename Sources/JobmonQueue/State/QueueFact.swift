package import JobmonCore

/// A fact that reaches the queue.
package enum QueueFact: Sendable {
    /// So many jobs are coming: their memory is taken at once, since doubling it again and again takes more.
    case expected(Int)
    /// Jobs as the ledger has them: at the start, newly queued, or read again.
    case known([JobRecord])
    /// Jobs of the queue that are not part of this run: they are not started and not counted.
    case left([JobRecord])
    /// No more jobs are coming.
    case allKnown
    /// The creation of these instances is acknowledged or spooled.
    case prepared([InstanceOrder])
    /// It could be neither acknowledged nor spooled, for now or (if `Problem.Code.passes` is false) for good.
    case notPrepared(InstanceOrder, Problem)
    /// A fact of the queue was refused for this reason, and would be refused again.
    case notRecorded(Problem)
    /// The executor's answers to these orders.
    case submitted([InstanceOrder], [SubmitAnswer])
    /// The executor may or may not have taken them.
    case submitUnclear([InstanceOrder], String)
    /// The executor cannot work at all.
    case unusable(Problem)
    /// A report of the executor.
    case report(ExecutorReport)
    /// What the executor knows of the keys that it was asked about; keys without an answer are omitted.
    case observed([String], [String: Observation])
    /// The executor could not be asked about these.
    case unobservable([String], String)
    /// The executor was asked to end these.
    case cancelAsked([String])
    /// The executor could not be asked to end these.
    case notCancelled([String], String)
    /// The fence of this instance exists.
    case fenced(String)
    /// The fence could not be written; the second value says why.
    case notFenced(String, String)
    /// Changes that the monitor published.
    case changed([Change])
    /// These jobs were retried by somebody before the run was over, as the ledger has them.
    case retried([JobRecord])
    /// How the queue's jobs ended lately, on each host of the cluster.
    case hosts([HostTally])
    /// Jobs of the queue that are not over, as the ledger has them, since limits or priorities were set.
    case matched([JobRecord])
    /// All of them were told.
    case allMatched
    /// How many instances the executor wants to have, running and waiting.
    case window(Int)
    /// The time of an earlier `wakeAt` has come.
    case woke
    /// A caller wants to know when nothing is left to do of the jobs known by now. `.idle` answers with this number.
    case tellWhenIdle(Int)
    /// The queue is asked to stop; the second time, to stop at once.
    case stop
    /// The executor has no unstarted instances any more, or cannot be asked.
    case recalled
    /// The executor has stopped: none of its instances is alive.
    case executorStopped
}

/// An action that the queue asks the loop to do.
package enum QueueAction: Sendable, Equatable {
    /// Record the creation of these instances, then answer `.prepared` or `.notPrepared`.
    case prepare([InstanceOrder])
    /// Hand these over to the executor: their creation is recorded.
    case submit([InstanceOrder])
    /// Record these facts, in this order.
    case record([Event])
    /// Ask the executor to end these. Their attempts are given back: the stored cancel request keeps the job cancelled,
    /// and a later retry has all its attempts.
    case cancel([String])
    case observe([String])
    /// Write `run/fence/KEY`.
    case writeFence(String)
    /// Read these jobs from the ledger and answer `.known`.
    case look([Int64])
    /// Find out how the queue's jobs ended lately on each host, and answer `.hosts`. Of these hosts only the ends since the
    /// given time count.
    case readHosts([String: Timestamp])
    /// The maximum number of commands at once is another one now.
    case setParallelism(Int)
    /// Read the names and params of the queue's jobs that are not over, and answer `.matched` and `.allMatched`.
    case matchJobs
    /// What waits at the executor must not start on these hosts; on all others it may.
    case avoid([String])
    /// The ends of these are known: the executor need not look for them any more.
    case forget([String])
    /// Answer `.woke` at this time of the monotonic clock. A later action replaces an earlier one.
    case wakeAt(Double)
    /// Take back what the executor has not started, after it has taken all earlier orders; then answer `.recalled`.
    case recall
    /// Stop the executor, after it has taken all earlier orders.
    case stopExecutor(ending: Bool)
    /// Show this text to the user.
    case say(String)
    /// Nothing is left to do: answer the callers up to this number.
    case idle(Int, QueueSummary)
    case finished(QueueSummary)
}
