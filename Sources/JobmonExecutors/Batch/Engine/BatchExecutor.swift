import Glibc
package import JobmonCore
import JobmonWire
import Synchronization

/// Runs instances as tasks of array jobs of a cluster's scheduler, through the scheduler's own commands.
///
/// The wrappers report by themselves. What this does is: hand over, cancel, and find out what became of tasks of which
/// nothing was heard. It asks the scheduler for one list now and then, whatever the number of jobs, and the accounting only
/// about tasks that are missing from it. An answer that did not come changes nothing.
package final class BatchExecutor: Executor {
    /// What it is started with.
    package struct Configuration: Sendable {
        package var layout: DirectoryLayout
        package var queue: String
        /// The `jobmon` that tasks run, by a path that every node has.
        package var executable: String
        package var host: String
        package var bootID: String?
        /// Seconds between two looks at the scheduler, at least; it grows with the time that its answers take.
        package var interval = 15.0
        /// Seconds for which a record of the accounting may be late.
        package var grace = 60.0
        /// Seconds after which a wrapper that was heard of before counts as silent.
        package var silence = 120.0
        /// Seconds that a command of the scheduler's may take.
        package var patience = 60.0
        package var time = TimeSource.system
        /// Since when a monitor listens to the wrappers; nil: none does.
        package var listening: @Sendable () -> Timestamp? = { nil }
        package var random: @Sendable () -> String

        package init(
            layout: DirectoryLayout, queue: String, executable: String, host: String, bootID: String?,
            random: @escaping @Sendable () -> String
        ) {
            self.layout = layout
            self.queue = queue
            self.executable = executable
            self.host = host
            self.bootID = bootID
            self.random = random
        }
    }

    package var name: String { dialect.name }
    /// How the scheduler is spoken to: by the rules of its version, once that is known.
    var dialect: BatchDialect { speech.withLock { $0.dialect } }
    private let speech: Mutex<Speech>
    let configuration: Configuration
    let runner: any CommandRunner
    let files: BatchFiles
    let known: LocalExecutor.KnownInstances
    let state: Mutex<State>
    /// When it came, on the steady clock: before that nobody listened for it.
    let began: Double

    private struct Speech: Sendable {
        var dialect: BatchDialect
        var version: SchedulerVersion?
        /// When the version is asked for, on the steady clock.
        var askAt = -Double.infinity
    }

    struct State: Sendable {
        var batches = BatchState()
        var traits = SchedulerTraits()
        /// Reports that nobody has read yet.
        var reports: [ExecutorReport] = []
        /// When the scheduler is looked at next.
        var lookAt: Double
        var delay: Double
        /// It did not answer, and that was said.
        var saidAway = false
        var saidNoAccounts = false
        var saidTooMany = false
        /// What the last look found in the scheduler's list.
        var looked = Looked(at: -.infinity, found: [:])
    }

    /// What a look at the scheduler found, and when it was begun.
    struct Looked: Sendable {
        var at: Double
        var found: [String: Observation]
    }

    /// Takes up what an earlier process of the queue left.
    /// - Parameter known: what is on record of instances, in the spool and in the ledger.
    /// - Throws: when what was left can't be read.
    package init(
        _ dialect: BatchDialect, _ configuration: Configuration, runner: (any CommandRunner)? = nil,
        known: @escaping LocalExecutor.KnownInstances
    ) throws(Problem) {
        speech = Mutex(Speech(dialect: dialect))
        self.configuration = configuration
        self.runner = runner ?? ProcessRunner(dialect)
        self.known = known
        files = BatchFiles(layout: configuration.layout, executable: configuration.executable)
        let now = configuration.time.steadySeconds()
        var state = State(lookAt: now + configuration.interval, delay: configuration.interval)
        began = now
        var remarks: [ExecutorReport] = []
        for (manifest, job) in try files.left(
            queue: configuration.queue, executor: dialect.name, say: { remarks.append(.remark($0)) })
        {
            state.batches.add(
                BatchState.Batch(
                    key: manifest.batch, name: manifest.name, intended: manifest.intended,
                    keys: manifest.orders.map(\.instanceKey), job: job, since: now,
                    open: Set(1...max(1, manifest.orders.count)),
                    request: try? manifest.orders.first.map { order throws(FieldError) in
                        try ClusterRequest(order.description.resources, reserved: dialect.reserved)
                    }))
        }
        for (key, cancel) in files.leftCancels(of: state.batches) { state.batches.noteCancel(key, cancel) }
        state.reports = remarks
        self.state = Mutex(state)
    }

    // MARK: Asking

    /// Runs a command of the scheduler's.
    /// - Throws: `.unreachable` too when it did not answer in time.
    func run(_ command: [String]) async throws(ExecutorError) -> CommandResult {
        let result = try await runner.run(command, within: configuration.patience)
        if let silence = result.silence(of: command.first ?? "", dropping: dialect.prefixes) {
            throw .unreachable(silence)
        }
        return result
    }

    /// The scheduler's version, which is asked for once: from then on it is spoken to by the rules of that version.
    /// - Returns: nil where it does not answer, or not in a way that is known. Then what is ambiguous in any version is taken
    ///   to be so, and it is asked again after a while.
    @discardableResult package func version() async -> SchedulerVersion? {
        let (dialect, known, askAt) = speech.withLock { ($0.dialect, $0.version, $0.askAt) }
        guard let command = dialect.versionCommand, now() >= askAt else { return known }
        let result = try? await run(command)
        let version = result.flatMap { dialect.readVersion($0) }
        speech.withLock { speech in
            // An answer without a version will not be another one later.
            speech.askAt = version != nil || result?.status == 0 ? .infinity : now() + Self.askingAgain
            guard let version, let adapted = speech.dialect.ofVersion?(version) else { return }
            speech.dialect = adapted
            speech.version = version
        }
        return version
    }

    /// Seconds after which a scheduler that did not say its version is asked again.
    private static let askingAgain = 300.0

    func now() -> Double { configuration.time.steadySeconds() }

    /// The hosts of the cluster.
    package func nodes() async throws(ExecutorError) -> [String] {
        let result = try await run(dialect.nodes)
        let nodes = Set(dialect.readNodes(result).filter { !$0.isEmpty }).sorted()
        guard result.status == 0, !nodes.isEmpty else {
            throw .unreachable(
                "\(dialect.title) does not list its nodes: "
                    + dialect.sentence(result.text))
        }
        return nodes
    }

    // MARK: What it reports

    package func reports() -> AsyncStream<[ExecutorReport]> {
        AsyncStream { [self] in
            while !Task.isCancelled {
                let (reports, lookAt) = state.withLock { state in
                    defer { state.reports = [] }
                    return (state.reports, state.lookAt)
                }
                if !reports.isEmpty { return reports }
                let wait = lookAt - now()
                if wait > 0 {
                    try? await Task.sleep(for: .seconds(min(wait, 1)))
                } else {
                    await look()
                }
            }
            return nil
        }
    }

    /// Looks at everything that is not over.
    private func look() async {
        let keys = state.withLock { Array($0.batches.tasks.keys) }
        guard !keys.isEmpty else { return state.withLock { $0.lookAt = now() + configuration.interval } }
        do throws(ExecutorError) {
            let found = try await look(at: keys)
            state.withLock { state in
                for (key, observation) in found.sorted(by: { $0.key < $1.key }) {
                    switch observation {
                    case .waiting, .running: break
                    default: state.reports.append(.found(instanceKey: key, observation))
                    }
                }
            }
        } catch {
            noteAway(error)
        }
    }

    /// The scheduler did not answer: nothing follows from that, and it is asked again later, and later.
    func noteAway(_ error: ExecutorError) {
        state.withLock { state in
            state.delay = min(max(state.delay, 1) * 2, 300)
            state.lookAt = now() + state.delay
            guard !state.saidAway else { return }
            state.saidAway = true
            state.reports.append(
                .remark("\(dialect.title) can't be asked (\(error)): no status follows from that; asking again"))
        }
    }

    /// It answered, after so many seconds.
    func noteAnswer(after seconds: Double) {
        state.withLock { state in
            state.delay = min(max(configuration.interval, seconds * 20), 300)
            state.lookAt = now() + state.delay
            guard state.saidAway else { return }
            state.saidAway = false
            state.reports.append(.remark("\(dialect.title) answers again"))
        }
    }

    package func forget(_ keys: [String]) {
        let done = state.withLock { state in keys.compactMap { state.batches.close($0) } }
        for batch in done { files.remove(batch.key, keys: batch.keys) }
    }

    /// Array jobs that were over before this process looked at them: nobody else speaks of them any more.
    package func tidy() async {
        for batch in state.withLock({ Array($0.batches.batches.values) }) {
            guard let records = try? await known(batch.keys),
                batch.keys.allSatisfy({ records[$0]?.outcome?.status.isFinal ?? false })
            else { continue }
            forget(batch.keys)
        }
    }

    // MARK: Stopping

    package func cancel(_ keys: [String], returningAttempt: Bool) async throws(ExecutorError) {
        let cancel = returningAttempt ? BatchState.Cancel.returned : .counted
        state.withLock { state in for key in keys { state.batches.noteCancel(key, cancel) } }
        // The wrappers are told before the scheduler ends them.
        let (pieces, isUnclear) = state.withLock { $0.batches.pieces(of: keys, atMost: Self.endedAtOnce) }
        for piece in pieces {
            do throws(Problem) {
                if piece.isWhole {
                    try files.markCancel(batch: piece.batch, cancel)
                } else {
                    for key in piece.keys { try files.markCancel(key, cancel) }
                }
            } catch {
                throw .unreachable(error.description)
            }
            try await end(piece)
        }
        // What it came to is seen at the next look, where no wrapper says it.
        state.withLock { $0.lookAt = min($0.lookAt, now() + 1) }
        if isUnclear { throw Self.notKnown }
    }

    /// Tasks that one command may end.
    private static let endedAtOnce = 500
    private static let notKnown = ExecutorError.unreachable(
        "it has not confirmed the submission of the tasks to end")

    /// Asks the scheduler to end tasks.
    /// - Throws: `.unreachable` too when the id of one is not known yet: then it could not be asked.
    func end(_ keys: [String]) async throws(ExecutorError) {
        let (pieces, isUnclear) = state.withLock { $0.batches.pieces(of: keys, atMost: Self.endedAtOnce) }
        for piece in pieces { try await end(piece) }
        if isUnclear { throw Self.notKnown }
    }

    private func end(_ piece: BatchState.Piece) async throws(ExecutorError) {
        guard let job = piece.job else { return }
        do throws(ExecutorError) {
            let result = try await run(dialect.cancel(piece.name, job, piece.isWhole ? [] : piece.numbers))
            if let reason = dialect.readCancel(result) { throw .unreachable(reason) }
        } catch {
            // Nor is it known any more what it has.
            state.withLock { $0.looked.at = -.infinity }
            throw error
        }
    }

    package func recall() async { await stop(ending: false) }

    package func stop(ending: Bool) async {
        do throws(ExecutorError) {
            let keys = state.withLock { Array($0.batches.tasks.keys) }
            guard !keys.isEmpty else { return }
            let standings = try await list(keys)
            let unwanted = standings.filter { ending || $0.value == .some(.waiting) }.map(\.key)
            try await cancel(unwanted, returningAttempt: true)
            for key in unwanted where standings[key] == .some(.waiting) { handBack(key) }
            while ending, !Task.isCancelled {
                let left = state.withLock { state in unwanted.filter { state.batches.tasks[$0] != nil } }
                guard !left.isEmpty else { return }
                let standings = try await list(left)
                guard standings.contains(where: { $0.value != nil }) else { return }
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        } catch {
            state.withLock {
                $0.reports.append(
                    .remark("\(dialect.title) could not be asked to end its tasks (\(error)): they may continue there"))
            }
        }
    }

    /// A task that was cancelled before it began: once it can't begin any more, its instance is as good as never made.
    private func handBack(_ key: String) {
        guard (try? files.claim(key)) == true else { return }
        state.withLock { $0.reports.append(.found(instanceKey: key, .ended(Self.unstarted))) }
    }

    static let unstarted = Outcome(
        status: .cancelled, cause: .cancelled, evidence: Evidence(cancelled: true), returnsAttempt: true,
        stdoutEmpty: true, stderrEmpty: true)
}
