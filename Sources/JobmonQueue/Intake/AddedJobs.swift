import JobmonCore
import Synchronization

/// The jobs for which jobs of a feed can wait: those that the queue had at its start, and those that were added since. A job
/// that is only registered in the ledger is not among them, since nobody would run it.
final class AddedJobs: Sendable {
    typealias Candidate = DependencyResolver.Candidate

    private struct State {
        /// The queue has all of its jobs up to this number, and these.
        var loadedUpTo: Int64 = 0
        var jids: Set<Int64> = []

        /// Filled with the first job that waits for others.
        var isUsed = false
        var candidates: [Candidate] = []
        var indexOfKey: [String: Int] = [:]
        var indexesOfName: [String: [Int]] = [:]
        var indexOfJid: [Int64: Int] = [:]

        mutating func append(_ candidate: Candidate) {
            let index = candidates.count
            candidates.append(candidate)
            indexOfKey[candidate.key] = index
            indexesOfName[candidate.name, default: []].append(index)
            if let jid = candidate.jid { indexOfJid[jid] = index }
        }
    }

    private let state = Mutex(State())

    /// Whether a job that waits for others was added.
    var isUsed: Bool { state.withLock(\.isUsed) }

    /// The queue has these jobs of the ledger from its start.
    func loaded(_ records: [JobRecord]) { state.withLock { $0.loadedUpTo = records.last?.jid ?? 0 } }

    /// The first job that waits for others is added. - Parameter records: all jobs of the queue in the ledger.
    func begin(_ records: [JobRecord]) {
        state.withLock { state in
            state.isUsed = true
            for record in records where record.jid <= state.loadedUpTo || state.jids.contains(record.jid) {
                state.append(JobIntake.candidate(record))
            }
        }
    }

    /// The keys of the jobs for which one job waits, if each of its references is exactly the key, the name or the number of
    /// a job that is there: then no index has to be made. Nil: it is not as simple.
    func keys(of job: NewJob) -> [String]? {
        state.withLock { state in
            var found: Set<Int> = []
            for reference in job.after {
                switch reference {
                case .jid(let jid):
                    guard let index = state.indexOfJid[jid] else { return nil }
                    found.insert(index)
                case .named(let text):
                    let indexes = (state.indexesOfName[text] ?? []) + (state.indexOfKey[text].map { [$0] } ?? [])
                    guard !indexes.isEmpty, text != job.description.shownName else { return nil }
                    found.formUnion(indexes)
                case .param, .params: return nil
                }
            }
            let keys = found.sorted().map { state.candidates[$0].key }
            return keys.contains(job.key) ? nil : keys
        }
    }

    /// A resolver that knows these jobs too, and their indexes in it. A key that is known already means the known job.
    func with(_ jobs: [NewJob]) -> (resolver: DependencyResolver, indexes: [Int]) {
        state.withLock { state in
            var candidates = state.candidates
            var newIndexes: [String: Int] = [:]
            let indexes = jobs.map { job in
                if let known = state.indexOfKey[job.key] ?? newIndexes[job.key] { return known }
                newIndexes[job.key] = candidates.count
                candidates.append(Self.candidate(job))
                return candidates.count - 1
            }
            return (DependencyResolver(candidates), indexes)
        }
    }

    /// The queue has these jobs by now, with these numbers.
    func add(_ jobs: some Sequence<NewJob>, _ jids: [Int64]) {
        state.withLock { state in
            for (job, jid) in zip(jobs, jids) {
                state.jids.insert(jid)
                guard state.isUsed, state.indexOfKey[job.key] == nil else { continue }
                var candidate = Self.candidate(job)
                candidate.jid = jid
                state.append(candidate)
            }
        }
    }

    private static func candidate(_ job: NewJob) -> Candidate {
        Candidate(key: job.key, name: job.description.shownName, params: job.description.params, jid: nil)
    }
}
