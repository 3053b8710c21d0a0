package import JobmonCore

/// What reaches the queue.
package enum QueueFact: Sendable {
    /// Jobs as the ledger has them: at the start, newly queued, or looked at again.
    case known([JobRecord])
    /// Jobs of the queue that this run was not asked for: they are not started, and count for nothing.
    case left([JobRecord])
    /// No more jobs are coming.
    case allKnown
    /// The making of these instances is acknowledged or spooled.
    case prepared([InstanceOrder])
    /// It could be neither acknowledged nor spooled, for now or (`Problem.Code.passes` is false) for good.
    case notPrepared(InstanceOrder, Problem)
    /// A fact of the queue's own was refused, and why: it will be refused again.
    case notRecorded(Problem)
    /// What the executor answered.
    case submitted([InstanceOrder], [SubmitAnswer])
    /// The executor may or may not have taken them.
    case submitUnclear([InstanceOrder], String)
    /// The executor can't work at all.
    case unusable(Problem)
    /// What the executor says by itself.
    case report(ExecutorReport)
    /// What the executor knows of the keys that were asked for; keys that it says nothing about are left out.
    case observed([String], [String: Observation])
    /// The executor could not be asked.
    case unobservable([String], String)
    /// The executor was asked to end these.
    case cancelAsked([String])
    /// It could not be asked to end these.
    case notCancelled([String], String)
    /// The fence of this instance stands.
    case fenced(String)
    /// It could not be written, and why.
    case notFenced(String, String)
    /// What the monitor published.
    case changed([Change])
    /// These jobs were retried by somebody before the run was over, as the ledger has them.
    case retried([JobRecord])
    /// How many instances the executor wants to have, running and waiting.
    case window(Int)
    /// A time that was asked for has come.
    case woke
    /// Somebody wants to know when nothing is left to do of the jobs that are known by now: `.idle` says so, with this
    /// number.
    case tellWhenIdle(Int)
    /// Somebody wants the queue to stop; said again, at once.
    case stop
    /// The executor has nothing any more that has not started, or can't be asked.
    case recalled
    /// The executor has stopped: nothing that it had lives on.
    case executorStopped
}

/// What the queue wants done.
package enum QueueAction: Sendable, Equatable {
    /// Record that these instances are made, then say `.prepared` or `.notPrepared`.
    case prepare([InstanceOrder])
    /// Hand these to the executor: their making is recorded.
    case submit([InstanceOrder])
    /// Record facts, in this order among all that is recorded.
    case record([Event])
    /// Have these ended. The attempts are given back: that the job is over is said by the wish to cancel it, and one who
    /// wishes otherwise later finds them all.
    case cancel([String])
    case observe([String])
    /// Write `run/fence/KEY`.
    case writeFence(String)
    /// Read these jobs from the ledger and say them as `.known`.
    case look([Int64])
    /// The ends of these are known: the executor need not look for them any more.
    case forget([String])
    /// Say `.woke` at this time of the steady clock. A later wish replaces an earlier one.
    case wakeAt(Double)
    /// Take back what the executor has not started, once it has what was ordered before; then say `.recalled`.
    case recall
    /// Stop the executor, once it has what was ordered before.
    case stopExecutor(ending: Bool)
    /// Tell the user.
    case say(String)
    /// Nothing is left to do: whoever asked before or with this number may know.
    case idle(Int, QueueSummary)
    case finished(QueueSummary)
}
