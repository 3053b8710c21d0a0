import JobmonCore
import Synchronization

/// The numbers of jobs by their keys, as far as jobs wait for others; else nothing is kept.
final class KeyNumbers: Sendable {
    private let numbers = Mutex<[String: Int64]?>(nil)

    /// Keeps numbers from now on.
    func note(_ pairs: [(key: String, jid: Int64)]) {
        numbers.withLock { numbers in
            var known = numbers ?? [:]
            for pair in pairs { known[pair.key] = pair.jid }
            numbers = known
        }
    }

    /// Keeps the number of a new job, if any are kept.
    func add(_ key: String, _ jid: Int64) { numbers.withLock { $0?[key] = jid } }

    func of(_ keys: [String]) -> [Int64] {
        numbers.withLock { numbers in numbers.map { known in keys.compactMap { known[$0] } } ?? [] }
    }
}
