import JobmonCore

/// The jobs that compete for the same room: of about the same need, under the same limits. If the first of them can't be
/// started, the others can't either.
struct StartLine: Sendable {
    struct Kind: Sendable, Hashable {
        var slots = 1
        /// The order of magnitude of the memory.
        var memory: UInt8 = 0
        var gpus = 0
        /// The set of limits.
        var limits = 0

        init() {}

        init(_ need: JobNeed, limits: Int) {
            slots = need.slots
            gpus = need.gpus
            memory = Self.magnitude(need.memory)
            self.limits = limits
        }

        /// Four steps for each doubling: there may be a million different amounts.
        static func magnitude(_ bytes: Int64) -> UInt8 {
            guard bytes > 4 else { return UInt8(max(0, bytes)) }
            let top = 63 - bytes.leadingZeroBitCount
            return UInt8(top * 4 + Int(bytes >> (top - 2)) & 3)
        }
    }

    let kind: Kind
    var ready = Heap<ReadyJob>()
    /// The number of its jobs that take room in the executor.
    private(set) var inRoom = 0
    /// The same by priority.
    private var inRoomOf: [Int32: Int] = [:]

    init(_ kind: Kind) { self.kind = kind }

    mutating func count(_ priority: Int32, _ change: Int) {
        inRoom += change
        // Mostly, all have the same.
        inRoomOf[priority, default: 0] += change
        if inRoomOf[priority] == 0 { inRoomOf[priority] = nil }
    }

    /// The number of its jobs in the executor that a job of this priority must wait for.
    func before(_ priority: Int32) -> Int {
        if inRoomOf.count == 1, let only = inRoomOf.first { return only.key >= priority ? only.value : 0 }
        return inRoomOf.reduce(0) { $1.key >= priority ? $0 + $1.value : $0 }
    }
}

/// The most jobs of one kind at once: licences, connections to a database.
struct ActiveLimit: Sendable {
    let pattern: JobPattern
    /// Nil: no limit any more.
    var most: Int?
    /// The number of its jobs that run, may run, or are with the executor.
    var taken = 0
    /// Whether it was ever about a job.
    var hasJobs = false
}
