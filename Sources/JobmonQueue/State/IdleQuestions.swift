import JobmonCore
import Synchronization

/// The callers that wait until nothing is left to do, numbered in the order in which they asked.
final class IdleQuestions: Sendable {
    private struct State {
        var open: [(number: Int, question: JobFeed.Answer<QueueSummary>)] = []
        var last = 0
        var over: Problem?
    }

    private let state = Mutex(State())

    /// - Returns: its number; nil if the queue has ended, which the caller was then told.
    func take(_ question: @escaping JobFeed.Answer<QueueSummary>) -> Int? {
        let (number, over) = state.withLock { state -> (Int?, Problem?) in
            if let over = state.over { return (nil, over) }
            state.last += 1
            state.open.append((state.last, question))
            return (state.last, nil)
        }
        if let over { question(.failure(over)) }
        return number
    }

    func answer(upTo number: Int, _ summary: QueueSummary) {
        let answered = state.withLock { state in
            let answered = state.open.prefix { $0.number <= number }
            state.open.removeFirst(answered.count)
            return Array(answered)
        }
        for (_, question) in answered { question(.success(summary)) }
    }

    /// Answers all callers that the queue has ended, and why.
    func end(_ problem: Problem) {
        let rest = state.withLock { state in
            state.over = state.over ?? problem
            defer { state.open = [] }
            return state.open
        }
        for (_, question) in rest { question(.failure(problem)) }
    }
}
