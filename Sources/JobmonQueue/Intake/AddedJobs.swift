import JobmonCore
import Synchronization

/// The jobs that jobs of a feed can wait for: those of the queue at the first such job, and those that were added since.
final class AddedJobs: Sendable {
    private struct State {
        var candidates: [DependencyResolver.Candidate] = []
        var indexOfKey: [String: Int] = [:]
        /// Nil: jobs were added since.
        var resolver: DependencyResolver?
        var isUsed = false
    }

    private let state = Mutex(State())

    /// Whether a job that waits for others was added.
    var isUsed: Bool { state.withLock(\.isUsed) }

    func begin(_ candidates: [DependencyResolver.Candidate]) {
        state.withLock { state in
            state.isUsed = true
            state.candidates = candidates
            for (index, candidate) in candidates.enumerated() { state.indexOfKey[candidate.key] = index }
        }
    }

    /// A resolver that knows these jobs too, and their indexes in it. A key that is known already means the known job.
    func with(_ jobs: [NewJob]) -> (resolver: DependencyResolver, indexes: [Int]) {
        state.withLock { state in
            var more: [DependencyResolver.Candidate] = []
            var indexes: [Int] = []
            var newIndexes: [String: Int] = [:]
            for job in jobs {
                if let known = state.indexOfKey[job.key] ?? newIndexes[job.key] {
                    indexes.append(known)
                    continue
                }
                let index = state.candidates.count + more.count
                newIndexes[job.key] = index
                indexes.append(index)
                more.append(Self.candidate(job))
            }
            if more.isEmpty, let resolver = state.resolver { return (resolver, indexes) }
            let resolver = DependencyResolver(state.candidates + more)
            if more.isEmpty { state.resolver = resolver }
            return (resolver, indexes)
        }
    }

    /// Keeps jobs, with the indexes that they had, now that nothing speaks against them.
    func keep(_ jobs: [NewJob], _ indexes: [Int]) {
        state.withLock { state in
            for (job, index) in zip(jobs, indexes) where index == state.candidates.count {
                state.candidates.append(Self.candidate(job))
                state.indexOfKey[job.key] = index
                state.resolver = nil
            }
        }
    }

    /// Jobs have numbers now, by which others can name them.
    func number(_ jobs: ArraySlice<NewJob>, _ jids: [Int64]) {
        state.withLock { state in
            guard state.isUsed else { return }
            for (job, jid) in zip(jobs, jids) {
                guard let index = state.indexOfKey[job.key] else { continue }
                state.candidates[index].jid = jid
            }
            state.resolver = nil
        }
    }

    private static func candidate(_ job: NewJob) -> DependencyResolver.Candidate {
        DependencyResolver.Candidate(
            key: job.key, name: job.description.shownName, params: job.description.params, jid: nil)
    }
}
