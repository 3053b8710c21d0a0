/// The seam to what runs instances: local processes, Grid Engine, Slurm.
///
/// Reports come on their own through `reports`; `observe` is for what did not report. An executor never writes to the
/// ledger: whoever runs the instance (the supervisor, the wrapper) does, through the spool.
package protocol Executor: Sendable {
    /// The word in the ledger: `local`, `sge`, `slurm`.
    var name: String { get }
    /// Hands instances over. Returns what became of each, in order; an instance that is `taken` is reported on until
    /// it has ended. A batch, so that a cluster executor can make it one array job.
    /// - Throws: `.unreachable` when nobody can say whether they were taken: observe their keys before anything else.
    func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer]
    /// What is known of instances by the executor's own word, from one query for all.
    /// - Throws: `.unreachable`, which is not "gone".
    func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation]
    /// Asks that instances be ended or, not started yet, not started. Their outcomes come as reports.
    /// - Parameter returningAttempt: it is our doing, not the user's wish: the attempt does not count.
    func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError)
    /// Takes back all that has not started; each comes as a `returned`. Returns when nothing starts any more of what was
    /// handed over before, or the executor can't be asked.
    func recall() async
    /// The ends of these are on record: nothing of them is to be found out any more.
    func forget(_ keys: [String])
    /// What the executor reports, from the moment of this call on, in order and by the handful; one reader at a time.
    func reports() -> AsyncStream<[ExecutorReport]>
    /// Starts nothing more, ends what runs when `ending` (TERM, then KILL after a grace period), and returns once all
    /// is over and spooled.
    func stop(ending: Bool) async
    /// The queue is done: nothing that it has is unclear. What an earlier process of it left, and is over on record, goes.
    func tidy() async
}

extension Executor {
    /// For one that reports every end itself, and so knows.
    package func forget(_ keys: [String]) {}

    package func tidy() async {}
}
