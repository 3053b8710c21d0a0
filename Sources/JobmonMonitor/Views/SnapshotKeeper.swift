import JobmonCore
import JobmonViews
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the columnar snapshot of all jobs for as long as somebody looks at the page: builds it when it is first asked
/// for, refreshes it with the changes of the ledger, and gives its memory back ten minutes after the last question.
actor SnapshotKeeper: Service, SnapshotSource {
    /// What the page is told when something changed.
    struct Tick: Sendable {
        var version: Int
        var summary: Summary
        var now: Timestamp
    }

    private enum State {
        case none
        /// Jobs that are read.
        case building(Int)
        case ready(JobSnapshot)
    }

    private let ledger: any Ledger
    private let publisher: Publisher
    private let reader: SnapshotReader
    private let time: TimeSource
    private let logger: Logger
    /// Seconds between two refreshes, so that many changes cost one.
    private let refreshSeconds: Double
    /// Seconds without a question after which the snapshot is given up.
    private let idleSeconds: Double
    private var state = State.none
    private var lastUse = 0.0
    private var ticks: [Int: AsyncStream<Tick>.Continuation] = [:]
    private var lastTicker = 0
    private var tick: Tick?
    /// Rises with each snapshot, and with each monitor, so that a version is not used twice.
    private var versionsBefore: Int
    private let demand: AsyncStream<Void>
    private let ask: AsyncStream<Void>.Continuation

    init(
        ledger: any Ledger, publisher: Publisher, time: TimeSource, logger: Logger, refreshSeconds: Double = 0.4,
        idleSeconds: Double = 600
    ) {
        self.ledger = ledger
        self.publisher = publisher
        self.time = time
        self.logger = logger
        self.refreshSeconds = refreshSeconds
        self.idleSeconds = idleSeconds
        versionsBefore = Int(time.now().milliseconds)
        reader = SnapshotReader(ledger)
        (demand, ask) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: - Asking

    /// Answers a question from the snapshot, of which it must keep no part: a second owner would make each refresh
    /// copy the columns. Questions are answered one after the other.
    /// - Parameters:
    ///   - params: the params whose values the question needs.
    ///   - body: gets the snapshot and its version.
    /// - Returns: nil: the snapshot is being built.
    /// - Throws: the ledger cannot be read, or what `body` throws.
    func answer<Value: Sendable>(
        params: [String], _ body: @Sendable (JobSnapshot, Int) throws(Problem) -> Value
    ) async throws(Problem) -> Value? {
        use()
        for name in params where isMissing(name) {
            let last = lastJob
            try await load(name, after: 0)
            // Jobs that came while it was read; for later ones the refresh does it.
            if lastJob > last { try await load(name, after: last) }
        }
        guard case .ready(let snapshot) = state else { return nil }
        return try body(snapshot, version(snapshot))
    }

    private var lastJob: Int64 {
        guard case .ready(let snapshot) = state else { return 0 }
        return snapshot.lastJob
    }

    /// Takes in the values of a param of the jobs after a number.
    private func load(_ name: String, after jid: Int64) async throws(Problem) {
        let values = try await ledger.jobsByParam(name, after: jid)
        // Another question may have taken it in meanwhile.
        guard isMissing(name) || jid > 0, case .ready(var snapshot) = state else { return }
        state = .none
        snapshot.take(param: name, values)
        state = .ready(snapshot)
    }

    private func isMissing(_ param: String) -> Bool {
        guard case .ready(let snapshot) = state else { return false }
        return !snapshot.paramNames.contains(param)
    }

    private func version(_ snapshot: JobSnapshot) -> Int { versionsBefore + snapshot.version }

    /// The number of jobs that are read, while it is being built; nil: it is ready, or nobody asked for it.
    var jobsRead: Int? { if case .building(let count) = state { count } else { nil } }

    /// The number of jobs in it, and the bytes of its columns; nil: there is none.
    var size: (jobs: Int, bytes: Int)? {
        guard case .ready(let snapshot) = state else { return nil }
        return (
            snapshot.jobCount, snapshot.rowCount * (JobSnapshot.bytesPerJob + snapshot.bytesOfParamsPerJob)
        )
    }

    /// Ticks from now on, the present state first. Ends with the monitor, or when the reader is cancelled.
    func follow() async throws(Problem) -> AsyncStream<Tick> {
        use()
        if tick == nil { tick = try await makeTick() }
        lastTicker += 1
        let id = lastTicker
        let (stream, continuation) = AsyncStream.makeStream(of: Tick.self, bufferingPolicy: .bufferingNewest(1))
        continuation.onTermination = { [weak self] _ in
            Task { await self?.forget(id) }  // allowed: it only removes an entry
        }
        ticks[id] = continuation
        if let tick { continuation.yield(tick) }
        return stream
    }

    /// How many pages follow.
    var followers: Int { ticks.count }

    private func forget(_ id: Int) { ticks[id] = nil }

    private func use() {
        lastUse = time.steadySeconds()
        if case .none = state { ask.yield() }
    }

    // MARK: - Keeping

    /// Builds and refreshes until it is asked to stop.
    func run() async throws {
        for await _ in demand.cancelOnGracefulShutdown() {
            do {
                try await keep()
            } catch {
                logger.warning("the snapshot of all jobs was given up", metadata: [LogKey.error: "\(error)"])
                // Whoever looks asks again.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
            }
            drop()
            // Pages that only wait for the next tick would wait for ever.
            if !ticks.isEmpty { ask.yield() }
        }
        for ticker in ticks.values { ticker.finish() }
        ticks = [:]
    }

    private func drop() {
        if case .ready(let snapshot) = state { versionsBefore += snapshot.version + 1 }
        state = .none
        tick = nil
    }

    private func keep() async throws {
        state = .building(0)
        let built = try await cancelWhenGracefulShutdown { [self] in
            try await reader.build { await note($0) }
        }
        let follower = Follower(publisher: publisher, ledger: ledger, after: built.sequence)
        state = .ready(built)
        try await say()
        var lastGroups = time.steadySeconds()
        try await withGracefulShutdownHandler {
            while let delivery = try await follower.next() {
                var jobs: Set<Int64> = []
                var groupsChanged = false
                var sequence: Int64?
                for change in delivery.changes {
                    sequence = max(sequence ?? 0, change.sequence)
                    if let jid = change.jid { jobs.insert(jid) }
                    if change.group != nil { groupsChanged = true }
                }
                let now = time.steadySeconds()
                if now - lastUse > idleSeconds, ticks.isEmpty { return }
                // Older errors are grouped in the background, without a change.
                if now - lastGroups > 30 { groupsChanged = true }
                if groupsChanged { lastGroups = now }
                let before = currentVersion
                try await refresh(Array(jobs), groups: groupsChanged, sequence: sequence)
                // What is late is marked without a change.
                if !jobs.isEmpty || groupsChanged || currentVersion != before { try await say() }
                await cancelWhenGracefulShutdown { [self] in
                    try? await Task.sleep(for: .seconds(refreshSeconds))
                }
            }
        } onGracefulShutdown: {
            follower.stop()
        }
    }

    private var currentVersion: Int {
        guard case .ready(let snapshot) = state else { return -1 }
        return version(snapshot)
    }

    private func note(_ count: Int) {
        if case .building = state { state = .building(count) }
    }

    private func refresh(_ jobs: [Int64], groups: Bool, sequence: Int64?) async throws(Problem) {
        // Read first, taken in at once: a question meanwhile sees the state before.
        var rows: [SnapshotRow] = []
        for start in stride(from: 0, to: jobs.count, by: 5000) {
            rows += try await ledger.snapshotRows(of: Array(jobs[start..<min(jobs.count, start + 5000)]))
        }
        rows.sort { $0.jid < $1.jid }
        let late = try await ledger.lateJobs()
        let byGroup = groups ? try await ledger.jobsByGroup() : nil
        let latest = groups ? try await ledger.latestGroups() : []
        guard case .ready(var snapshot) = state else { return }
        let before = snapshot.lastJob
        // The only owner of the columns while they are written.
        state = .none
        snapshot.take(rows)
        snapshot.take(late: late)
        if let byGroup { snapshot.take(jobsByGroup: byGroup) }
        snapshot.take(latestGroups: latest)
        if let sequence { snapshot.sequence = sequence }
        state = .ready(snapshot)
        guard snapshot.lastJob > before else { return }
        let names = snapshot.paramNames
        for name in names {
            let values = try await ledger.jobsByParam(name, after: before)
            guard case .ready(var later) = state else { return }
            state = .none
            later.take(param: name, values)
            state = .ready(later)
        }
    }

    /// Tells all pages that something changed which is not in the snapshot.
    func announce() async {
        // The next tick tells it otherwise.
        try? await say()
    }

    /// Tells all pages that something changed.
    private func say() async throws(Problem) {
        let made = try await makeTick()
        tick = made
        for ticker in ticks.values { ticker.yield(made) }
    }

    private func makeTick() async throws(Problem) -> Tick {
        let summary = try await ledger.summary(queue: nil)
        var number = versionsBefore
        if case .ready(let snapshot) = state { number = version(snapshot) }
        return Tick(version: number, summary: summary, now: time.now())
    }
}

extension Follower.Delivery {
    /// The changes in it.
    fileprivate var changes: [Change] {
        switch self {
        case .changes(let changes): changes
        case .chunks(let chunks, let cursor):
            chunks.flatMap { chunk in chunk.changes.filter { $0.sequence > cursor } }
        case .lagged, .nothing: []
        }
    }
}
