package import JobmonCore
import Synchronization

/// Jobs that come while the queue runs: a program hands them in, one by one or by the thousand, and learns their
/// numbers once the ledger has them. What several hand in at the same time goes to the ledger together.
package final class JobFeed: Sendable {
    struct Request: Sendable {
        let jobs: [NewJob]
        let answer: CheckedContinuation<Result<[Int64], Problem>, Never>
    }

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
        let result: Result<[Int64], Problem> = await withCheckedContinuation { answer in
            let refusal: Problem? = state.withLock { state in
                if case .closed(let problem) = state { return problem }
                mailbox.post(Request(jobs: jobs, answer: answer))
                return nil
            }
            if let refusal { answer.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// No more jobs come: the queue ends once all are over.
    package func close() {
        end(Problem(.contradiction, "the queue takes no more jobs: somebody waits for its end"))
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
        for request in mailbox.takeAll() { request.answer.resume(returning: .failure(problem)) }
    }

    func reader() -> Mailbox<Request>.Reader { mailbox.reader() }
}
