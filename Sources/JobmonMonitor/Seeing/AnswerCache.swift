import JobmonCore
import Synchronization

/// Answers that are asked for again while nothing changed, as by many pages of one run. All of them ask at the same tick:
/// what is asked for while it is made is made once too.
final class AnswerCache: Sendable {
    private typealias Made = Result<[UInt8], Problem>

    private struct State {
        var version = -1
        var answers: [String: [UInt8]] = [:]
        var bytes = 0
        /// Those who wait for an answer that is being made, by version and question.
        var waiting: [String: [CheckedContinuation<Made?, Never>]] = [:]
    }

    private enum Step {
        case known([UInt8])
        case wait
        case make
    }

    private static let mostBytes = 16 << 20
    private let state = Mutex(State())

    /// The answer to a question at a version: the one that is known, or that `make` makes.
    /// - Throws: what `make` throws, to all who wait for it.
    func answer(
        _ question: String, version: Int, _ make: () async throws(Problem) -> [UInt8]
    ) async throws(Problem) -> [UInt8] {
        let key = "\(version) \(question)"
        let step = state.withLock { state -> Step in
            if state.version == version, let known = state.answers[question] { return .known(known) }
            if state.waiting[key] != nil { return .wait }
            state.waiting[key] = []
            return .make
        }
        switch step {
        case .known(let answer): return answer
        case .wait:
            if let made = await wait(key) { return try made.get() }
            // It was made meanwhile.
            return try await answer(question, version: version, make)
        case .make:
            let made: Made
            do throws(Problem) { made = .success(try await make()) } catch { made = .failure(error) }
            let waiting = state.withLock { state in
                if case .success(let answer) = made { Self.keep(answer, of: question, version: version, &state) }
                return state.waiting.removeValue(forKey: key) ?? []
            }
            for one in waiting { one.resume(returning: made) }
            return try made.get()
        }
    }

    /// Nil: nobody makes it any more.
    private func wait(_ key: String) async -> Made? {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state -> Bool in
                guard state.waiting[key] != nil else { return true }
                state.waiting[key]?.append(continuation)
                return false
            }
            if isOver { continuation.resume(returning: nil) }
        }
    }

    private static func keep(_ answer: [UInt8], of question: String, version: Int, _ state: inout State) {
        // An older answer does not displace those of now.
        guard version >= state.version, answer.count <= mostBytes else { return }
        if state.version != version || state.bytes + answer.count > mostBytes {
            state.version = version
            state.answers = [:]
            state.bytes = 0
        }
        guard state.answers.updateValue(answer, forKey: question) == nil else { return }
        state.bytes += answer.count
    }
}
