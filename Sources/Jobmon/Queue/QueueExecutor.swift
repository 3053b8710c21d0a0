import JobmonCore
import JobmonExecutors
import JobmonQueue
import JobmonReporting
import Synchronization

/// The executor of a queue, of any kind.
enum QueueExecutor: Sendable {
    case local(LocalExecutor)
    case batch(BatchExecutor, cap: Cap)

    /// The number of instances that a scheduler has at once; it can change.
    final class Cap: Sendable {
        let count: Mutex<Int>

        init(_ count: Int) { self.count = Mutex(count) }
    }

    /// The words for executors.
    static let names = [local] + ClusterScheduler.allCases.map(\.rawValue)

    /// The word for processes of this host.
    static let local = "local"

    /// Starts to bring the executor up, without waiting for it.
    /// - Throws: `.invalid` for an unknown name; `.notFound` if there is no `jobmon` executable to start.
    static func begin(
        _ settings: QueueSettings, link: MonitorLink, time: TimeSource, say: @escaping @Sendable (String) -> Void
    ) throws(Problem) -> QueueExecutor {
        if settings.executor == local {
            var configuration = LocalExecutor.Configuration(
                layout: settings.layout, queue: settings.queue, slots: settings.room.slots, host: HostIdentity.host,
                bootID: HostIdentity.bootID)
            configuration.room = settings.room
            configuration.time = time
            configuration.say = say
            return .local(try LocalExecutor.begin(configuration) { try await link.known($0) })
        }
        if let scheduler = ClusterScheduler(rawValue: settings.executor) {
            var configuration = BatchExecutor.Configuration(
                layout: settings.layout, queue: settings.queue, executable: try SupervisorExecutable.find(),
                host: HostIdentity.host, bootID: HostIdentity.bootID, random: makeUUID)
            configuration.time = time
            let layout = settings.layout
            configuration.listening = { MonitorInfo.read(layout)?.started }
            if let interval = settings.interval {
                configuration.interval = interval
                configuration.grace = min(configuration.grace, interval * 15)
            }
            let executor = try BatchExecutor(.of(scheduler), configuration) {
                try await link.known($0)
            }
            return .batch(executor, cap: Cap(settings.room.slots))
        }
        throw Problem(
            .invalid, "there is no executor \"\(settings.executor)\"",
            hint: "there are \(names.joined(separator: ", "))")
    }

    var executor: any Executor {
        switch self {
        case .local(let executor): executor
        case .batch(let executor, _): executor
        }
    }

    /// The number of instances that the executor can have.
    var window: Int {
        switch self {
        case .local(let executor): executor.window
        case .batch(_, let cap): cap.count.withLock { $0 }
        }
    }

    func setParallelism(_ count: Int) {
        switch self {
        case .local(let executor): executor.setSlots(count)
        case .batch(_, let cap): cap.count.withLock { $0 = count }
        }
    }

    /// The address on which the monitor must listen so that the executor's instances reach it.
    func address() async throws(Problem) -> String {
        switch self {
        case .local: "127.0.0.1"
        case .batch(let executor, _): try await ClusterReach.address(for: executor)
        }
    }

    func ready() async throws(Problem) {
        if case .local(let executor) = self { try await executor.ready() }
    }

    func giveUp() async {
        if case .local(let executor) = self { await executor.giveUp() }
    }

    func letGo() {
        if case .local(let executor) = self { executor.letGo() }
    }
}
