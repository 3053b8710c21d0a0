import JobmonCore
import Synchronization

/// Records the queue's own facts in order, in batches, one batch at a time. While a batch is being recorded, the next
/// one is collected.
final class QueueRecorder: Sendable {
    /// The maximum number of events in one batch.
    private static let batch = 1000
    /// The number of tries after the close before facts are given up. They are then recorded nowhere: both the monitor
    /// and the spool failed. The next queue works from the executor's own facts.
    private static let lastTries = 5

    private enum Item: Sendable {
        case order(InstanceOrder)
        case event(Event)
        /// An action to do once everything before it is recorded.
        case then(@Sendable () -> Void)
    }

    private let executor: String
    private let sink: FactSink
    private let time: TimeSource
    private let mailbox = Mailbox<[Item]>()
    private let closed = Mutex(false)
    private let (ends, end) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    init(executor: String, sink: FactSink, time: TimeSource) {
        self.executor = executor
        self.sink = sink
        self.time = time
    }

    /// Records the creation of instances; each is answered with `.prepared` or `.notPrepared`.
    func prepare(_ orders: [InstanceOrder]) { mailbox.post(orders.map { .order($0) }) }

    func record(_ events: [Event]) { mailbox.post(events.map { .event($0) }) }

    /// Calls `act` once all earlier facts are acknowledged or spooled; never if facts were given up.
    func afterwards(_ act: @escaping @Sendable () -> Void) { mailbox.post([.then(act)]) }

    /// Declares that nothing more comes.
    func close() {
        closed.withLock { $0 = true }
        mailbox.close()
    }

    /// Waits until everything is recorded.
    func done() async { for await _ in ends {} }

    func run(_ post: @Sendable (QueueFact) -> Void) async {
        var reader = mailbox.reader()
        var isGivenUp = false
        while let items = await reader.next() {
            var rest = items.flatMap(\.self)[...]
            while let first = rest.first {
                if case .then(let act) = first {
                    if !isGivenUp { act() }
                    rest = rest.dropFirst()
                    continue
                }
                let batch = rest.prefix { if case .then = $0 { false } else { true } }.prefix(Self.batch)
                if await !write(Array(batch), post) { isGivenUp = true }
                rest = rest.dropFirst(batch.count)
            }
        }
        end.finish()
    }

    /// - Returns: false if facts were given up.
    private func write(_ items: [Item], _ post: @Sendable (QueueFact) -> Void) async -> Bool {
        var items = items
        var tries = 0
        while !items.isEmpty {
            let answers = await sink.record(items.compactMap(event))
            var prepared: [InstanceOrder] = []
            var again: [Item] = []
            for (item, answer) in zip(items, answers) {
                switch (item, answer) {
                case (.order(let order), .failed(let problem)): post(.notPrepared(order, problem))
                case (.order(let order), .acknowledged(let result)):
                    if result.outcome == .refused {
                        let problem = result.problem ?? Problem(.contradiction, "the ledger refused it")
                        post(.notPrepared(order, problem))
                    } else {
                        prepared.append(order)
                    }
                case (.order(let order), .spooled): prepared.append(order)
                case (.event, .failed(let problem)):
                    if problem.code.passes { again.append(item) } else { post(.notRecorded(problem)) }
                case (.event, .acknowledged), (.event, .spooled), (.then, _): break
                }
            }
            if !prepared.isEmpty { post(.prepared(prepared)) }
            items = again
            guard !items.isEmpty else { return true }
            if closed.withLock({ $0 }) { tries += 1 }
            guard tries < Self.lastTries, (try? await Task.sleep(for: .seconds(1))) != nil else { return false }
        }
        return true
    }

    private func event(_ item: Item) -> Event? {
        switch item {
        case .then: nil
        case .event(let event): event
        case .order(let order):
            Event(
                time: time.now(),
                fact: .submitted(
                    .key(order.instanceKey),
                    Submission(
                        job: .jid(order.jid), executor: executor, stdoutPath: order.stdoutPath,
                        stderrPath: order.stderrPath, requested: RequestedResources(order.description.resources))))
        }
    }
}
