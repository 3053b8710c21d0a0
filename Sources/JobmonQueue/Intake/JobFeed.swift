package import JobmonCore
import Synchronization

/// Jobs that come while the queue runs: a program hands them in, one by one or by the thousand, and learns their
/// numbers once the ledger has them. What several hand in at the same time goes to the ledger together.
package final class JobFeed: Sendable {
    enum Request: Sendable {
        case add([NewJob], Answer<[Int64]>)
        case tellWhenIdle(Answer<QueueSummary>)
    }

    /// Called once, from any thread, with what came of a request.
    package typealias Answer<Value> = @Sendable (Result<Value, Problem>) -> Void

    private enum State {
        case open
        /// No more are taken, and why.
        case closed(Problem)
    }

    private let mailbox = Mailbox<Request>()
    private let state = Mutex(State.open)

    package init() {}

    /// Hands jobs in. One whose key the queue has is that job: it is not queued again, and only gets more attempts.
    /// - Returns: the `jid` of each, in order, once they are on disk.
    /// - Throws: why they could not be queued; of a batch, some may have been.
    package func add(_ jobs: [NewJob]) async throws(Problem) -> [Int64] {
        guard !jobs.isEmpty else { return [] }
        let result = await withCheckedContinuation { continuation in
            add(jobs) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same for whoever hands in one after the other and waits for none: in the order of the calls.
    package func add(_ jobs: [NewJob], answer: @escaping Answer<[Int64]>) {
        if let refusal = post(.add(jobs, answer)) { answer(.failure(refusal)) }
    }

    /// Waits until every job that the queue has is over and recorded: those that were handed in before, and those that
    /// are meanwhile. More may be handed in afterwards.
    /// - Returns: what the queue has come to by then.
    /// - Throws: why the queue ended before.
    package func whenIdle() async throws(Problem) -> QueueSummary {
        let result = await withCheckedContinuation { continuation in
            whenIdle { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same without waiting here.
    package func whenIdle(answer: @escaping Answer<QueueSummary>) {
        if let refusal = post(.tellWhenIdle(answer)) { answer(.failure(refusal)) }
    }

    /// - Returns: why it is not taken.
    private func post(_ request: Request) -> Problem? {
        state.withLock { state in
            if case .closed(let problem) = state { return problem }
            mailbox.post(request)
            return nil
        }
    }

    /// No more jobs come: the queue ends once all are over.
    package func close() {
        end(Problem(.contradiction, "the queue accepts no more jobs: its end was requested"))
        mailbox.close()
    }

    /// The queue is over: whoever still waits is told why.
    func end(_ problem: Problem) {
        state.withLock { state in
            if case .open = state { state = .closed(problem) }
        }
    }

    /// The queue can't run: what was handed in, and what will be, is refused.
    package func refuse(_ problem: Problem) { failRest(problem) }

    /// Fails what nobody took any more; the reader has gone.
    func failRest(_ problem: Problem) {
        end(problem)
        for request in mailbox.takeAll() {
            switch request {
            case .add(_, let answer): answer(.failure(problem))
            case .tellWhenIdle(let answer): answer(.failure(problem))
            }
        }
    }

    func reader() -> Mailbox<Request>.Reader { mailbox.reader() }
}
