package import JobmonCore
import JobmonWire
import Synchronization

/// Runs instances as processes of this host, through a supervisor process that outlives the queue if it must.
///
/// Whoever makes one holds the queue's lock: only then is it certain that nobody else talks to this queue's supervisor
/// or starts one.
package final class LocalExecutor: Executor {
    package let name = "local"
    private let link: SupervisorLink
    private let recovery: LocalRecovery
    private let known: KnownInstances

    /// What is on record of instances, from the spool first and then from the ledger (a fact leaves the spool only once it
    /// is in the ledger). Keys of which there is nothing are left out.
    package typealias KnownInstances = @Sendable (_ keys: [String]) async throws -> [String: KnownInstance]

    /// What it is started with.
    package struct Configuration: Sendable {
        package var layout: DirectoryLayout
        package var queue: String
        /// What the instances may take of this host, all together.
        package var room: MachineRoom
        /// This host and its boot, as they stand in a RUNNING.
        package var host: String
        package var bootID: String?
        /// The `jobmon` to start as supervisor; nil: it is looked for.
        package var executable: String?
        /// How long a supervisor may take to answer, in seconds, before `start` gives up.
        package var patience = 20.0
        package var time = TimeSource.system
        /// A line for people: that a supervisor can't be reached and is waited for.
        package var say: @Sendable (String) -> Void = { _ in }

        package init(layout: DirectoryLayout, queue: String, slots: Int, host: String, bootID: String?) {
            self.layout = layout
            self.queue = queue
            room = MachineRoom(slots: slots)
            self.host = host
            self.bootID = bootID
        }
    }

    private init(link: SupervisorLink, recovery: LocalRecovery, known: @escaping KnownInstances) {
        self.link = link
        self.recovery = recovery
        self.known = known
    }

    deinit { link.close() }

    /// Begins to connect to the queue's supervisor, and to start one where there is none; `ready` says when that is
    /// done. Nothing is asked of `known` before.
    /// - Throws: `.notFound` without an executable to start.
    package static func begin(
        _ configuration: Configuration, known: @escaping KnownInstances
    ) throws(Problem) -> LocalExecutor {
        let executable: String
        if let given = configuration.executable {
            executable = given
        } else {
            executable = try SupervisorExecutable.find()
        }
        let link = try SupervisorLink(configuration, executable: executable)
        let recovery = LocalRecovery(host: configuration.host, bootID: configuration.bootID, time: configuration.time)
        return LocalExecutor(link: link, recovery: recovery, known: known)
    }

    /// Returns once the supervisor answers.
    /// - Throws: `.unavailable` when it does not in time: one holds its lock but can't be reached, or a new one did not
    ///   come up.
    package func ready() async throws(Problem) {
        guard await link.connected() else {
            let configuration = link.configuration
            throw Problem(
                .unavailable, link.trouble ?? "the supervisor of queue \(configuration.queue) does not answer",
                hint: "see \(SupervisorExecutable.log(configuration.layout, queue: configuration.queue))")
        }
    }

    /// The queue that it was begun for can't run. A supervisor that may be coming up just now is let go of as one is
    /// whose queue died: it ends, or, if it is an earlier queue's, lets what it runs come to its end first. Never heard of,
    /// it would wait for a queue.
    package func giveUp() async {
        _ = await link.connected(within: Self.comingUp)
        link.close()
    }

    /// The queue is over: the supervisor is without one, whoever still holds this executor.
    package func letGo() { link.close() }

    /// Seconds in which a supervisor that was started either answers or is not waited for.
    private static let comingUp = 2.0

    /// `begin` and `ready` in one.
    package static func start(
        _ configuration: Configuration, known: @escaping KnownInstances
    ) async throws(Problem) -> LocalExecutor {
        let executor = try begin(configuration, known: known)
        try await executor.ready()
        return executor
    }

    /// How many instances are best handed over and not over yet: the slots and about 2 s of work, at most 1,000 more
    /// than the slots.
    package var window: Int { link.window }

    /// Changes how many slots there are. What runs already goes on.
    package func setSlots(_ slots: Int) {
        var room = link.room
        room.slots = slots
        link.send(.room(room), room: room)
    }

    package func recall() async {
        // Its answer comes when it has read what was said before.
        if link.send(.recall) { _ = await link.state() }
    }

    package func leave() async {
        // What was handed over while a slot was free counts as running: it is started first.
        guard await link.state(within: Self.leaving) != nil, link.send(.stop(ending: false)) else { return }
        _ = await link.state(within: Self.leaving)
    }

    /// Seconds for which a process that ends waits for its supervisor.
    private static let leaving = 1.0

    package func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer] {
        guard !batch.isEmpty else { return [] }
        guard await link.connected() else { throw .unreachable(link.trouble ?? "the supervisor can't be reached") }
        // What can never run would wait for ever. (Fewer slots than at the start may be more again.)
        let refusals = batch.map { configuration.room.refusal(of: JobNeed($0.description.resources)) }
        let orders = zip(batch, refusals).filter { $0.1 == nil }.map(\.0)
        guard orders.isEmpty || link.send(.submit(orders)) else { throw .unreachable("the supervisor is gone") }
        return refusals.map { $0.map { .refused($0) } ?? .taken(executorID: nil) }
    }

    private var configuration: Configuration { link.configuration }

    /// No request can be larger than what there is.
    package func limits() async -> [String: RelaunchLimits] {
        configuration.room.memory.map { ["": RelaunchLimits(memory: $0)] } ?? [:]
    }

    /// What became of instances. Those that the supervisor does not have are looked up; what an earlier supervisor left
    /// alive of them is ended first, so that `ended` and `neverStarted` are true of every process of theirs.
    /// Instances of another host are left out: nobody here can judge them.
    package func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation] {
        // As long as the supervisor lives it has the lock, so an earlier one is dead; and what has ended under this one
        // was spooled before it left the state. Hence this order: state, records, processes.
        guard await link.connected(), let state = await link.state() else {
            throw .unreachable(link.trouble ?? "the supervisor can't be reached")
        }
        var answers: [String: Observation] = [:]
        for key in state.waiting { answers[key] = .waiting }
        for key in state.running { answers[key] = .running }
        let wanted = Set(keys)
        answers = answers.filter { wanted.contains($0.key) }
        let missing = keys.filter { answers[$0] == nil }
        guard !missing.isEmpty else { return answers }
        let records: [String: KnownInstance]
        do {
            records = try await known(missing)
        } catch {
            throw .unreachable("the recorded instances can't be read: \(error)")
        }
        let judged = try await recovery.judge(missing, records)
        return answers.merging(judged) { known, _ in known }
    }

    package func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError) {
        guard !keys.isEmpty else { return }
        guard link.send(.cancel(keys: keys, returningAttempt: returningAttempt)) else {
            throw .unreachable("the supervisor is gone")
        }
    }

    package func reports() -> AsyncStream<[ExecutorReport]> { link.reports }

    package func stop(ending: Bool) async { await link.stop(ending: ending) }
}
