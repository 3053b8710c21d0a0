import Synchronization

/// Admits a limited number of requests at a time; the others wait in the order in which they came.
final class RequestSlots: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        /// Not 0 only if nobody waits.
        var free: Int
        var waiting: [Waiter] = []
        var lastNumber = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// The number of requests that wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Waits for a slot. It must be given back.
    /// - Throws: `CancellationError` as soon as the task is cancelled; then there is nothing to give back.
    func take() async throws {
        try Task.checkCancellation()
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isFree = state.withLock { state in
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append(Waiter(number: number, continuation: continuation))
                    return false
                }
                if isFree {
                    continuation.resume()
                } else if Task.isCancelled {
                    // The cancellation may have come before there was a waiter to find.
                    leave(number)
                }
            }
        } onCancel: {
            leave(number)
        }
    }

    /// Gives a slot back, to the one who has waited longest.
    func giveBack() {
        let next: Waiter? = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume()
    }

    private func leave(_ number: Int) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiting.remove(at: index)
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }
}
