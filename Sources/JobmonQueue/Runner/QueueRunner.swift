package import JobmonCore
import Synchronization

/// The loop around `QueueState`. It has one owner and one stream of facts; everything that takes time runs beside it.
package final class QueueRunner: Sendable {
    private let queue: String
    private let configuration: QueueState.Configuration
    let environment: QueueEnvironment
    /// Shows a message to the user, one sentence per call.
    private let notice: @Sendable (String) -> Void
    let inbox = Mailbox<Input>()
    private let latest = Mutex(QueueCounts())
    /// Why not all jobs could be queued; nil if they were.
    private let notQueued = Mutex<Problem?>(nil)
    /// The given jobs were refused.
    private let refusal = Mutex(false)
    /// Jobs of the ledger that wait for new ones.
    private let late = Mutex<[JobRecord]>([])
    private let idleQuestions = IdleQuestions()
    private let stopAsked = Mutex(false)
    /// The relaunch rules of this run.
    private let rules: Mutex<RelaunchRules>

    enum Input: Sendable {
        case fact(QueueFact)
        case timer(Int)
    }

    package init(
        queue: String, configuration: QueueState.Configuration, environment: QueueEnvironment,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.queue = queue
        self.configuration = configuration
        self.environment = environment
        self.notice = notice
        rules = Mutex(configuration.relaunch)
    }

    /// Whether `run` threw because of the jobs that it was given, so that nothing was queued.
    package var hasRefused: Bool { refusal.withLock { $0 } }

    /// The current number of jobs by state.
    package var counts: QueueCounts { latest.withLock { $0 } }

    /// Asks the queue to stop: it starts nothing more, ends what runs, and records the ends. After a second call, `run`
    /// returns as soon as what it waits for allows. A program that must end at once can just exit: everything is
    /// spooled.
    package func requestStop() {
        stopAsked.withLock { $0 = true }
        post(.stop)
    }

    /// Whether the queue was asked to stop.
    package var isAskedToStop: Bool { stopAsked.withLock { $0 } }

    /// Before this process exits without stopping the queue: of what it handed over nothing more is started; what runs
    /// continues.
    package func leave() async { await environment.executor.leave() }

    func post(_ fact: QueueFact) { inbox.post(.fact(fact)) }

    /// Runs the given jobs until they are over, and queues those that are new. If none are given, runs all jobs of the
    /// queue. Returns when each of them is over, or for the reason in the summary's ending. The queue's other jobs are
    /// neither started nor waited for; those that are alive are followed meanwhile. Cancelling the task ends the loop
    /// with `.stopped`, without stopping the executor.
    /// - Parameter again: queue the jobs as a new round, whatever their outcome before.
    /// - Throws: the ledger could not be read; then nothing was started.
    package func run(_ new: [NewJob], again: Bool = false) async throws(Problem) -> QueueSummary {
        try await run(JobsToQueue(new), again: again)
    }

    /// The same, with jobs whose memory is freed once they are queued.
    /// - Parameter whenQueued: called once all of them are in the ledger.
    package func run(
        _ new: JobsToQueue, again: Bool = false, whenQueued: @escaping @Sendable () -> Void = {}
    ) async throws(Problem) -> QueueSummary {
        environment.whenAskedToStop { self.requestStop() }
        // Subscribe first: no later event may be missed, however long the reading takes.
        let reports = environment.executor.reports()
        let changes = environment.changes()
        let intake = JobIntake(queue: queue, environment: environment)
        let toQueue = try await load(new, with: intake, again: again)
        return await run(reports: reports, changes: changes) {
            do throws(Problem) {
                try await intake.queue(toQueue) { self.post(.known($0)) }
                self.post(.known(intake.withNumbers(self.late.withLock { $0 })))
                whenQueued()
            } catch {
                self.notQueued.withLock { $0 = error }
            }
        }
    }

    /// Continues the queue, and accepts jobs from the feed while it runs. Returns when the feed is closed and every job
    /// is over, or for the reason in the summary's ending. Jobs added later are refused.
    /// - Parameter whenLoaded: called once the queue's jobs are read from the ledger. A job that another process queues
    ///   from then on is not started before it is added to the feed.
    /// - Throws: the ledger could not be read; then nothing was started.
    package func run(
        _ feed: JobFeed, whenLoaded: @Sendable () -> Void = {}
    ) async throws(Problem) -> QueueSummary {
        let over = Problem(.contradiction, "the queue \"\(queue)\" has ended: it accepts no more jobs")
        defer {
            feed.failRest(over)
            idleQuestions.end(over)
        }
        environment.whenAskedToStop { self.requestStop() }
        let reports = environment.executor.reports()
        let changes = environment.changes()
        let intake = JobIntake(queue: queue, environment: environment)
        _ = try await load(JobsToQueue([]), with: intake, again: false)
        whenLoaded()
        return await run(reports: reports, changes: changes) {
            await intake.serve(feed) {
                self.post(.known($0))
            } whenIdle: {
                if let number = self.idleQuestions.take($0) { self.post(.tellWhenIdle(number)) }
            }
        }
    }

    /// Records that the queue begins to be run, and tells the loop which jobs it has. - Returns: the new ones.
    private func load(
        _ jobs: JobsToQueue, with intake: JobIntake, again: Bool
    ) async throws(Problem) -> JobsToQueue {
        do throws(Problem) {
            return try await loadChecked(jobs, with: intake, again: again)
        } catch {
            if error.code == .invalid { refusal.withLock { $0 = true } }
            throw error
        }
    }

    private func loadChecked(
        _ jobs: JobsToQueue, with intake: JobIntake, again: Bool
    ) async throws(Problem) -> JobsToQueue {
        try await intake.requireComplete(configuration.after)
        let given = jobs.take()
        if given.isEmpty, configuration.keepsRules, let last = await lastRules() { rules.withLock { $0 = last } }
        await intake.recordRun(by: rules.withLock { $0 })
        let loaded = try await intake.load(given, again: again)
        post(.expected(loaded.known.count + loaded.new.count))
        post(.known(loaded.known))
        if !loaded.left.isEmpty { post(.left(loaded.left)) }
        late.withLock { $0 = loaded.late }
        return JobsToQueue(loaded.new)
    }

    /// The rules of the queue's last run; nil if there are none, or they cannot be read. What partitions can give is found
    /// out again.
    private func lastRules() async -> RelaunchRules? {
        let sql = "SELECT relaunch FROM queue_setting WHERE queue = \(SQLText.quoted(queue))"
        guard let result = try? await environment.reading.query(sql, limits: QueryLimits(rows: 1, seconds: 10)),
            case .string(let text)? = result.rows.first?.first, let json = try? JSON(parsing: Array(text.utf8)),
            var rules = try? RelaunchRules(json)
        else { return nil }
        rules.partitions = [:]
        return rules
    }

    /// Runs the loop and its helper tasks.
    /// - Parameter takeIn: queues jobs, and returns when no more come.
    private func run(
        reports: AsyncStream<[ExecutorReport]>, changes: AsyncStream<[Change]>,
        takeIn: @escaping @Sendable () async -> Void
    ) async -> QueueSummary {
        let recorder = QueueRecorder(executor: configuration.executor, sink: environment.sink, time: environment.time)
        let orders = ExecutorLane(executor: environment.executor)
        var summary: QueueSummary?
        await withDiscardingTaskGroup { group in
            group.addTask { for await batch in reports { self.inbox.post(batch.map { .fact(.report($0)) }) } }
            group.addTask { for await batch in changes { self.post(.changed(batch)) } }
            group.addTask { await recorder.run { self.post($0) } }
            group.addTask { await orders.run { self.post($0) } }
            group.addTask { await self.findLimits() }
            group.addTask {
                await takeIn()
                self.post(.allKnown)
            }
            summary = await loop(recorder: recorder, orders: orders, in: &group)
            recorder.close()
            await recorder.done()
            if case .done? = summary?.ending { await environment.executor.tidy() }
            group.cancelAll()
        }
        var result = summary ?? QueueSummary(ending: .stopped, counts: counts, failures: [])
        if let problem = notQueued.withLock({ $0 }), result.ending == .done { result.ending = .failed(problem) }
        return result
    }

    /// Finds out up to where the rules may let requests grow, and records it, since the ledger decides by it too.
    private func findLimits() async {
        let limits = await environment.executor.limits()
        guard !limits.isEmpty, !Task.isCancelled else { return }
        let setting = QueueSetting(relaunch: RelaunchRules(partitions: limits))
        _ = await environment.sink.record([Event(time: environment.time.now(), fact: .set(queue: queue, setting))])
    }

    private func loop(
        recorder: QueueRecorder, orders: ExecutorLane, in group: inout DiscardingTaskGroup
    ) async -> QueueSummary? {
        var state = QueueState(configuration)
        state.relaunch = rules.withLock { $0 }
        var timer = 0
        var armed: Double?
        var reader = inbox.reader()
        while let inputs = await reader.next() {
            var facts: [QueueFact] = [.window(environment.window())]
            for input in inputs {
                switch input {
                case .fact(let fact): facts.append(fact)
                case .timer(timer):
                    armed = nil
                    facts.append(.woke)
                case .timer: break
                }
            }
            let actions = state.take(facts, at: Moment(environment.time))
            latest.withLock { $0 = state.currentCounts }
            var finished: QueueSummary?
            for action in actions {
                switch action {
                case .prepare(let batch): recorder.prepare(batch)
                case .record(let events): recorder.record(events)
                case .submit(let batch): orders.post(.submit(batch))
                case .cancel(let keys): orders.post(.cancel(keys))
                case .observe(let keys): orders.post(.observe(keys))
                case .forget(let keys): recorder.afterwards { [environment] in environment.executor.forget(keys) }
                case .writeFence(let key): group.addTask { await self.writeFence(key) }
                case .look(let jids): group.addTask { await self.look(at: jids) }
                case .recall: orders.post(.recall)
                case .setParallelism(let count): environment.setParallelism(count)
                case .avoid(let hosts): orders.post(.avoid(hosts))
                case .matchJobs: group.addTask { await self.matchJobs() }
                case .readHosts(let counted): group.addTask { await self.readHosts(counted) }
                case .stopExecutor(let ending): orders.post(.stop(ending: ending))
                case .wakeAt(let time):
                    if let armed, armed <= time { continue }
                    armed = time
                    timer += 1
                    wake(timer, at: time, in: &group)
                case .say(let text): notice(text)
                // The reader of the answer reads the ledger next, which must have everything decided before.
                case .idle(let number, let summary):
                    recorder.afterwards { [idleQuestions] in idleQuestions.answer(upTo: number, summary) }
                case .finished(let summary): finished = summary
                }
            }
            guard let finished else { continue }
            guard case .done = finished.ending else { return finished }
            // A retry that was acknowledged before the last job ended is not left for the next run.
            let retried = state.reopen(by: await queuedAgain(among: state.unsuccessful))
            guard !retried.isEmpty else { return await withReasons(finished) }
            post(.retried(retried))
        }
        return nil
    }

    private func wake(_ timer: Int, at time: Double, in group: inout DiscardingTaskGroup) {
        let seconds = max(0, time - environment.time.steadySeconds())
        group.addTask {
            // Cancelled when the loop has ended.
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            self.inbox.post(.timer(timer))
        }
    }

    private func writeFence(_ key: String) async {
        do throws(Problem) {
            try await environment.writeFence(key)
            post(.fenced(key))
        } catch {
            post(.notFenced(key, error.description))
        }
    }

    /// The summary with the reasons that the ledger has, which knows what jobs reported themselves. Only the first
    /// failures are looked up, since people read no more.
    private func withReasons(_ summary: QueueSummary) async -> QueueSummary {
        let jids = summary.failures.prefix(Self.reasons).map(\.jid)
        guard !jids.isEmpty, let records = await read(jids) else { return summary }
        var summary = summary
        let ends = Dictionary(records.map { ($0.jid, $0.instances.last) }) { first, _ in first }
        for index in summary.failures.indices.prefix(Self.reasons) {
            guard let end = ends[summary.failures[index].jid] ?? nil else { continue }
            summary.failures[index].headline = end.errorLine ?? summary.failures[index].headline
            // One that waited for a retry when retries were taken away.
            if summary.failures[index].cause == nil {
                summary.failures[index].cause = end.cause
                summary.failures[index].exitCode = end.exitCode
                summary.failures[index].signal = end.signal
            }
        }
        return summary
    }

    private static let reasons = 20

    /// Those of some jobs that the ledger has as queued again. If it can't be read, they wait for the next run.
    private func queuedAgain(among jids: [Int64]) async -> [JobRecord] {
        var found: [JobRecord] = []
        var rest = jids[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(500))
            rest = rest.dropFirst(batch.count)
            guard let records = await read(batch, [.queued]) else { return found }
            found += records
        }
        return found
    }

    /// Jobs as the ledger has them, all or those of some statuses; nil if that takes longer than a run may wait at its end.
    private func read(_ jids: [Int64], _ statuses: [Status] = []) async -> [JobRecord]? {
        let filter = JobFilter(statuses: statuses, jids: jids)
        let reading = environment.reading
        return await withTaskGroup(of: [JobRecord]?.self) { group in
            group.addTask { try? await reading.jobs(filter, page: Page(after: 0, limit: jids.count)).items }
            group.addTask {
                try? await Task.sleep(for: .seconds(Self.patienceAtEnd))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// Seconds that one read may hold up the end of a run.
    private static let patienceAtEnd = 3

    /// Reads how the queue's jobs ended lately on each host. If the ledger can't be read now, later failures ask again.
    private func readHosts(_ counted: [String: Timestamp]) async {
        let since = environment.time.now().advanced(bySeconds: -Self.hostMemory)
        let sql = HostTally.query(queue: queue, since: since, counted: counted)
        guard let result = try? await environment.reading.query(sql, limits: QueryLimits(rows: 10_000, seconds: 10))
        else { return }
        post(.hosts(result.rows.compactMap { HostTally(row: $0) }))
    }

    /// Seconds for which the end of a job counts in the comparison of hosts.
    private static let hostMemory = 3600.0

    /// Reads the queue's jobs that are not over, until it can.
    private func matchJobs() async {
        let filter = JobFilter(statuses: Status.allCases.filter { !$0.isFinal }, queue: queue)
        var page = Page(after: 0, limit: Page.maximumLimit)
        while !Task.isCancelled {
            do throws(Problem) {
                let part = try await environment.reading.jobs(filter, page: page)
                post(.matched(part.items))
                guard let next = part.next else { return post(.allMatched) }
                page.after = next
            } catch {
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        }
    }

    /// Reads jobs again, until it can.
    private func look(at jids: [Int64]) async {
        var rest = jids[...]
        while !rest.isEmpty, !Task.isCancelled {
            let batch = Array(rest.prefix(500))
            do throws(Problem) {
                let page = try await environment.reading.jobs(
                    JobFilter(jids: batch), page: Page(after: 0, limit: batch.count))
                post(.known(page.items))
                rest = rest.dropFirst(batch.count)
            } catch {
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        }
    }
}
