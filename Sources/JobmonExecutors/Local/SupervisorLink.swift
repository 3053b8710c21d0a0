import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem
import JobmonWire
import Synchronization

/// The queue's end of the line to its supervisor. One thread owns the socket, connects again when it breaks and starts a
/// new supervisor where none is alive; everybody else leaves lines for it to send.
final class SupervisorLink: Sendable {
    let reports: AsyncStream<[ExecutorReport]>
    let configuration: LocalExecutor.Configuration
    let executable: String
    let time: TimeSource
    private let continuation: AsyncStream<[ExecutorReport]>.Continuation
    private let shared: Mutex<Shared>
    private let wakeReader: Int32
    private let wakeWriter: Int32

    /// What the thread and the callers share.
    private struct Shared {
        var room: MachineRoom
        var isConnected = false
        var isOver = false
        /// Lines to send.
        var output: [UInt8] = []
        var isStopping = false
        var trouble: String?
        var nextNumber = 0
        var connectWaiters: [(deadline: Double, continuation: CheckedContinuation<Bool, Never>)] = []
        var stateWaiters: [Int: (deadline: Double, continuation: CheckedContinuation<SupervisorState?, Never>)] = [:]
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
        var pace = Pace()
    }

    init(_ configuration: LocalExecutor.Configuration, executable: String) throws(Problem) {
        self.configuration = configuration
        self.executable = executable
        time = configuration.time
        (reports, continuation) = AsyncStream.makeStream()
        shared = Mutex(Shared(room: configuration.room))
        var ends: (Int32, Int32) = (-1, -1)
        let error = withUnsafeMutableBytes(of: &ends) { jobmon_pipe($0.bindMemory(to: Int32.self).baseAddress, 1) }
        guard error == 0 else {
            throw Problem(.unavailable, "no pipe can be opened: \(SystemError.text(error))")
        }
        (wakeReader, wakeWriter) = ends
        _ = jobmon_set_nonblocking(wakeWriter)
        var thread = pthread_t()
        let owned = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let link = Unmanaged<SupervisorLink>.fromOpaque(argument).takeRetainedValue()
                SupervisorDialogue(link).run()
                return nil
            }, owned.toOpaque())
        guard failure == 0 else {
            owned.release()
            throw Problem(.unavailable, "no thread can be started: \(SystemError.text(failure))")
        }
        pthread_detach(thread)
    }

    deinit {
        Glibc.close(wakeReader)
        Glibc.close(wakeWriter)
    }

    // MARK: For the executor

    /// Why there is no connection, as far as that is known.
    var trouble: String? { shared.withLock(\.trouble) }
    var window: Int { shared.withLock { $0.pace.window(slots: $0.room.slots) } }

    /// Waits for a supervisor that answers, so many seconds at most; nil: the configuration's patience.
    func connected(within patience: Double? = nil) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = shared.withLock { shared in
                if shared.isConnected { return true }
                if shared.isOver { return false }
                let deadline = time.steadySeconds() + (patience ?? configuration.patience)
                shared.connectWaiters.append((deadline, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Which instances the supervisor has, after all that was sent so far; nil when it does not answer in so many seconds
    /// (nil: the configuration's patience).
    func state(within patience: Double? = nil) async -> SupervisorState? {
        let answer = await withCheckedContinuation { continuation in
            let sent = shared.withLock { shared in
                guard shared.isConnected, !shared.isOver else { return false }
                shared.nextNumber += 1
                shared.stateWaiters[shared.nextNumber] = (
                    time.steadySeconds() + (patience ?? configuration.patience), continuation
                )
                SupervisorRequest.state(shared.nextNumber).write(to: &shared.output)
                return true
            }
            if sent { wake() } else { continuation.resume(returning: nil) }
        }
        return answer
    }

    /// Leaves a message to be sent. False when there is no connection: it is not sent then, nor later.
    @discardableResult
    func send(_ request: SupervisorRequest, room: MachineRoom? = nil) -> Bool {
        let sent = shared.withLock { shared in
            if let room { shared.room = room }
            guard shared.isConnected else { return false }
            request.write(to: &shared.output)
            return true
        }
        if sent { wake() }
        return sent
    }

    /// Says stop and returns once the supervisor has ended. Without a supervisor there is nothing to stop.
    func stop(ending: Bool) async {
        await withCheckedContinuation { continuation in
            let isOver = shared.withLock { shared in
                if shared.isOver { return true }
                shared.isStopping = true
                if shared.isConnected { SupervisorRequest.stop(ending: ending).write(to: &shared.output) }
                shared.stopWaiters.append(continuation)
                return false
            }
            if isOver { continuation.resume() } else { wake() }
        }
    }

    /// Lets go of the supervisor, which then is without a queue.
    func close() {
        shared.withLock { $0.isOver = true }
        wake()
    }

    private func wake() {
        var byte: UInt8 = 1
        _ = write(wakeWriter, &byte, 1)
    }

    // MARK: For the thread

    var wakeDescriptor: Int32 { wakeReader }
    var room: MachineRoom { shared.withLock(\.room) }
    var isOver: Bool { shared.withLock(\.isOver) }
    var isStopping: Bool { shared.withLock(\.isStopping) }

    func clearWake() {
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(wakeReader, &bytes, bytes.count) == bytes.count {}
    }

    /// Takes the lines that were left to be sent.
    func takeOutput() -> [UInt8] {
        shared.withLock { shared in
            defer { shared.output.removeAll(keepingCapacity: true) }
            return shared.output
        }
    }

    func noteTrouble(_ text: String) { shared.withLock { $0.trouble = text } }

    func didConnect() {
        let waiters = shared.withLock { shared in
            shared.isConnected = true
            shared.trouble = nil
            shared.output = []
            // Somebody said stop while there was no connection.
            if shared.isStopping { SupervisorRequest.stop(ending: false).write(to: &shared.output) }
            defer { shared.connectWaiters = [] }
            return shared.connectWaiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: true) }
    }

    /// The connection is gone. What was left to be sent is lost with it.
    func didDisconnect() {
        let (waiters, wasConnected) = shared.withLock { shared in
            defer {
                shared.isConnected = false
                shared.output = []
                shared.stateWaiters = [:]
            }
            return (shared.stateWaiters, shared.isConnected)
        }
        for waiter in waiters.values { waiter.continuation.resume(returning: nil) }
        if wasConnected, !isStopping, !isOver {
            continuation.yield([.lost("the supervisor of queue \(configuration.queue) is gone")])
        }
    }

    /// Takes what the supervisor said, in order.
    func take(_ said: [SupervisorReport]) {
        var reports: [ExecutorReport] = []
        reports.reserveCapacity(said.count)
        var ends = 0
        for report in said {
            switch report {
            case .hello: break
            case .unacknowledged(let count): reports.append(.unacknowledged(count))
            case .returned(let keys): reports += keys.map { .returned(instanceKey: $0) }
            case .state(let number, let state):
                let waiter = shared.withLock { $0.stateWaiters.removeValue(forKey: number) }
                waiter?.continuation.resume(returning: state)
            case .started(let keys): reports += keys.map { .started(instanceKey: $0) }
            case .completed(let keys):
                ends += keys.count
                let outcome = Outcome(evidence: Evidence(exitCode: 0))
                reports += keys.map { .ended(instanceKey: $0, outcome: outcome) }
            case .event(let event):
                guard case .outcome(.key(let key), let outcome) = event.fact else { continue }
                ends += 1
                reports.append(.ended(instanceKey: key, outcome: outcome))
            }
        }
        if ends > 0 { shared.withLock { $0.pace.note(ends: ends, time.steadySeconds()) } }
        if !reports.isEmpty { continuation.yield(reports) }
    }

    /// Answers those who have waited for too long.
    func dismissWaiters() {
        let now = time.steadySeconds()
        let (connects, states) = shared.withLock { shared in
            let connects = shared.connectWaiters.filter { $0.deadline <= now }
            shared.connectWaiters.removeAll { $0.deadline <= now }
            let states = shared.stateWaiters.filter { $0.value.deadline <= now }
            for number in states.keys { shared.stateWaiters[number] = nil }
            return (connects, states)
        }
        for waiter in connects { waiter.continuation.resume(returning: false) }
        for waiter in states.values { waiter.continuation.resume(returning: nil) }
    }

    /// The thread ends.
    func finish() {
        let left = shared.withLock { shared in
            defer {
                shared.isOver = true
                shared.isConnected = false
                shared.connectWaiters = []
                shared.stateWaiters = [:]
                shared.stopWaiters = []
            }
            return (shared.connectWaiters, shared.stateWaiters, shared.stopWaiters)
        }
        continuation.finish()
        for waiter in left.0 { waiter.continuation.resume(returning: false) }
        for waiter in left.1.values { waiter.continuation.resume(returning: nil) }
        for waiter in left.2 { waiter.resume() }
    }
}

/// How fast instances end, to know how many are 2 s of work.
struct Pace {
    /// A guess until it is known.
    private var perSecond = Double(Pace.atFirst) / Pace.ahead
    private var isKnown = false
    private var count = 0
    private var since: Double?

    private static let ahead = 2.0
    private static let most = 1000
    /// As long as nobody knows, they may be quick: then a small window would be empty before it is filled again.
    private static let atFirst = 100

    mutating func note(ends: Int, _ now: Double) {
        count += ends
        guard let start = since else {
            since = now
            return
        }
        let elapsed = now - start
        guard elapsed >= 0.1 else { return }
        let latest = Double(count) / elapsed
        perSecond = isKnown ? (perSecond + latest) / 2 : latest
        isKnown = true
        count = 0
        since = now
    }

    func window(slots: Int) -> Int {
        let work = Int(min(perSecond * Self.ahead, Double(Self.most)))
        return slots + min(Self.most, max(slots + 8, work))
    }
}
