/// The keys of the instances that were taken, so that one that is handed over twice runs once. Those of the last ones that
/// ended are kept for a while; a queue hands over at most some thousand ahead.
struct TakenKeys {
    private var keys: Set<String> = []
    private var ended: [String] = []
    private var front = 0

    private static let kept = 4096

    /// Takes an instance; false when it was taken before.
    mutating func insert(_ key: String) -> Bool { keys.insert(key).inserted }

    /// It was handed back unstarted: it may come again.
    mutating func remove(_ key: String) { keys.remove(key) }

    /// It is over.
    mutating func end(_ key: String) {
        ended.append(key)
        guard ended.count - front > Self.kept else { return }
        keys.remove(ended[front])
        front += 1
        if front > Self.kept {
            ended.removeFirst(front)
            front = 0
        }
    }
}
