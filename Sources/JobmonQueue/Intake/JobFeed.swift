package import JobmonCore
import Synchronization

/// Accepts jobs while the queue runs. A program adds them one by one or in thousands, and gets their numbers once the
/// ledger has them. Jobs that are added at the same time go to the ledger together.
package final class JobFeed: Sendable {
    enum Request: Sendable {
        case add([NewJob], Answer<[Int64]>)
        case tellWhenIdle(Answer<QueueSummary>)
    }

    /// Called once, from any thread, with the result of a request.
    package typealias Answer<Value> = @Sendable (Result<Value, Problem>) -> Void

    private enum State {
        case open
        /// No more jobs are accepted; the problem says why.
        case closed(Problem)
    }

    private let mailbox = Mailbox<Request>()
    private let state = Mutex(State.open)

    package init() {}

    /// Adds jobs. A job whose key the queue already has is not queued again; it only gets more attempts. Cancelling the
    /// task does not take the jobs back.
    /// - Returns: the `jid` of each, in order, once they are on disk.
    /// - Throws: why they could not be queued; some of the batch may have been.
    package func add(_ jobs: [NewJob]) async throws(Problem) -> [Int64] {
        guard !jobs.isEmpty else { return [] }
        let result = await withCheckedContinuation { continuation in
            add(jobs) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same without waiting; jobs are taken in the order of the calls.
    package func add(_ jobs: [NewJob], answer: @escaping Answer<[Int64]>) {
        if let refusal = post(.add(jobs, answer)) { answer(.failure(refusal)) }
    }

    /// Waits until every job of the queue is over and recorded, including jobs added while it waits. More jobs may be
    /// added afterwards. Cancelling the task does not end the wait.
    /// - Returns: the state of the queue at that time.
    /// - Throws: why the queue ended before.
    package func whenIdle() async throws(Problem) -> QueueSummary {
        let result = await withCheckedContinuation { continuation in
            whenIdle { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same without waiting; `answer` is called later.
    package func whenIdle(answer: @escaping Answer<QueueSummary>) {
        if let refusal = post(.tellWhenIdle(answer)) { answer(.failure(refusal)) }
    }

    /// - Returns: why the request is refused; nil if it is accepted.
    private func post(_ request: Request) -> Problem? {
        state.withLock { state in
            if case .closed(let problem) = state { return problem }
            mailbox.post(request)
            return nil
        }
    }

    /// Declares that no more jobs come: the queue ends once all are over.
    package func close() {
        end(Problem(.contradiction, "the queue accepts no more jobs: its end was requested"))
        mailbox.close()
    }

    /// Closes the feed: later requests are refused with `problem`.
    func end(_ problem: Problem) {
        state.withLock { state in
            if case .open = state { state = .closed(problem) }
        }
    }

    /// Refuses all jobs, earlier and later ones, because the queue cannot run.
    package func refuse(_ problem: Problem) { failRest(problem) }

    /// Fails the requests that are left when the reader has ended.
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
