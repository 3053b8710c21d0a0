package import JobmonCore
import Synchronization

/// The loop around `QueueState`: one owner, one stream of facts into it, everything that takes time beside it.
package final class QueueRunner: Sendable {
    private let queue: String
    private let configuration: QueueState.Configuration
    let environment: QueueEnvironment
    /// Says something to the user, a sentence at a time.
    private let notice: @Sendable (String) -> Void
    let inbox = Mailbox<Input>()
    private let latest = Mutex(QueueCounts())
    /// Why not all jobs could be queued.
    private let notQueued = Mutex<Problem?>(nil)
    private let idleQuestions = IdleQuestions()
    private let stopAsked = Mutex(false)

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
    }

    /// How many jobs are where, as of now.
    package var counts: QueueCounts { latest.withLock { $0 } }

    /// Asks the queue to stop: nothing more is started, what runs is ended and recorded. Said a second time, `run`
    /// ends as soon as what it awaits lets it; a program that is to end at once just ends: all is spooled.
    package func requestStop() {
        stopAsked.withLock { $0 = true }
        post(.stop)
    }

    /// Whether somebody asked the queue to stop.
    package var isAskedToStop: Bool { stopAsked.withLock { $0 } }

    func post(_ fact: QueueFact) { inbox.post(.fact(fact)) }

    /// Brings the given jobs to their end, and queues them as far as they are new; where none are given, all that the queue
    /// has. Returns when each of them is over, or as the summary's ending says. Others of the queue are not started and not
    /// waited for; what of them is alive is followed for as long.
    /// - Parameter again: the jobs are queued as a new round, whatever became of them before.
    /// - Throws: when the ledger can't be read; nothing was started then.
    package func run(_ new: [NewJob], again: Bool = false) async throws(Problem) -> QueueSummary {
        try await run(JobsToQueue(new), again: again)
    }

    /// The same with jobs that nobody else holds any more once they are queued.
    /// - Parameter whenQueued: called once all of them are in the ledger.
    package func run(
        _ new: JobsToQueue, again: Bool = false, whenQueued: @escaping @Sendable () -> Void = {}
    ) async throws(Problem) -> QueueSummary {
        environment.whenAskedToStop { self.requestStop() }
        // First of all: what happens from now on must reach us, however long the reading takes.
        let reports = environment.executor.reports()
        let changes = environment.changes()
        let intake = JobIntake(queue: queue, environment: environment)
        let toQueue = try await load(new, with: intake, again: again)
        return await run(reports: reports, changes: changes) {
            do throws(Problem) {
                try await intake.queue(toQueue) { self.post(.known($0)) }
                whenQueued()
            } catch {
                self.notQueued.withLock { $0 = error }
            }
        }
    }

    /// Goes on with the queue, and takes jobs in while it runs, as they are fed. Returns when the feed is closed and
    /// every job is over, or as the summary's ending says; what is fed later is refused.
    /// - Parameter whenLoaded: called once what the ledger has of the queue is read: what others queue in it from then on is
    ///   not started before it is fed.
    /// - Throws: when the ledger can't be read; nothing was started then.
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

    /// Tells the loop of the jobs that the queue has. - Returns: those that are new.
    private func load(
        _ jobs: JobsToQueue, with intake: JobIntake, again: Bool
    ) async throws(Problem) -> JobsToQueue {
        let loaded = try await intake.load(jobs.take(), again: again)
        post(.known(loaded.known))
        if !loaded.left.isEmpty { post(.left(loaded.left)) }
        return JobsToQueue(loaded.new)
    }

    /// The loop itself, and what goes on beside it.
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

    private func loop(
        recorder: QueueRecorder, orders: ExecutorLane, in group: inout DiscardingTaskGroup
    ) async -> QueueSummary? {
        var state = QueueState(configuration)
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
                case .stopExecutor(let ending): orders.post(.stop(ending: ending))
                case .wakeAt(let time):
                    if let armed, armed <= time { continue }
                    armed = time
                    timer += 1
                    wake(timer, at: time, in: &group)
                case .say(let text): notice(text)
                // Whoever asked reads the ledger next: what was decided before is in it then.
                case .idle(let number, let summary):
                    recorder.afterwards { [idleQuestions] in idleQuestions.answer(upTo: number, summary) }
                case .finished(let summary): return summary
                }
            }
        }
        return nil
    }

    private func wake(_ timer: Int, at time: Double, in group: inout DiscardingTaskGroup) {
        let seconds = max(0, time - environment.time.steadySeconds())
        group.addTask {
            // Cancelled at the end, when nobody is left to be woken.
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
