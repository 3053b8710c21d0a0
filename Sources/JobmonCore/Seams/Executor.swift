/// The interface to what runs instances: local processes, Grid Engine, Slurm.
///
/// Reports arrive through `reports`; `observe` is for instances that did not report. An executor never writes to the
/// ledger. The process that runs the instance (supervisor or wrapper) does, through the spool.
package protocol Executor: Sendable {
    /// The executor's name in the ledger: `local`, `sge`, `slurm`.
    var name: String { get }
    /// Hands instances over, in one batch so that a cluster executor can make one array job of it. Returns an answer
    /// for each, in order. An instance that was `taken` is reported on until it has ended.
    /// - Throws: `.unreachable` if it is unknown whether they were taken: observe their keys before anything else.
    func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer]
    /// What the executor itself knows of instances, from one query for all.
    /// - Throws: `.unreachable`, which does not mean that they are gone.
    func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation]
    /// Asks to end instances, or not to start those that have not started. Their outcomes arrive as reports.
    /// - Parameter returningAttempt: jobmon ends them for its own reasons, not a user's: the attempts do not count.
    func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError)
    /// Takes back all instances that have not started; each is reported as `returned`. Returns when none of the
    /// instances handed over before will start any more, or when the executor cannot be reached.
    func recall() async
    /// The ends of these instances are recorded: the executor need not find out anything more about them.
    func forget(_ keys: [String])
    /// The executor's reports from this call on, in order and in batches; one reader at a time.
    func reports() -> AsyncStream<[ExecutorReport]>
    /// Stops starting instances. If `ending`, also ends running ones (TERM, then KILL after a grace period). Returns
    /// when all of them are over and spooled.
    func stop(ending: Bool) async
    /// This process ends and leaves what runs to itself: of what waits at the executor's own processes for a
    /// free slot nothing is started any more. Returns once that holds, within about two seconds; what waits in a cluster is not affected.
    func leave() async
    /// What has not started must not start on these hosts; on all others it may. It holds for what was handed over before;
    /// later orders name their hosts.
    func avoid(_ hosts: [String]) async
    /// Up to where the requests of jobs may grow, by the name of the partition; "" is that of jobs that name none. Empty
    /// where there are no limits, or they cannot be found out.
    func limits() async -> [String: RelaunchLimits]
    /// Called when the queue is done and the state of all its instances is known. Removes what an earlier process of
    /// this queue left, as far as it is recorded as over.
    func tidy() async
}

extension Executor {
    /// For an executor that reports every end itself.
    package func forget(_ keys: [String]) {}

    /// For an executor without processes of its own.
    package func leave() async {}

    package func tidy() async {}

    package func avoid(_ hosts: [String]) async {}

    package func limits() async -> [String: RelaunchLimits] { [:] }
}
