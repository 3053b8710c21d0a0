import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting
import JobmonSystem
import JobmonWire

/// Runs the commands of one queue on this host: a window of orders in, reports and spooled facts out. It starts the next
/// command itself when one ends, and outlives its queue until its commands are over.
final class Supervisor {
    let layout: DirectoryLayout
    let queue: String
    let time: TimeSource
    let loop: ProcessLoop
    let journal: SupervisorJournal
    let listener: Int32
    let null: Int32

    var mode = Mode.unowned
    var connection: SupervisorConnection?
    /// A connection that has not said hello yet.
    var caller: SupervisorConnection?
    var taken = TakenKeys()
    var schedule = StartSchedule<InstanceOrder>(MachineRoom(slots: 0))
    /// RUNNING is noted, but could not be spooled yet, or there was no process to be had.
    var announced: [StartingInstance] = []
    var patience = StartPatience()
    var running: [CommandID: RunningInstance] = [:]
    var idOfKey: [String: CommandID] = [:]
    /// Ended commands of which something is still being ended, or whose outputs may still appear: until then their job
    /// must not run again.
    var held: [HeldEnd] = []
    /// Commands whose pid is not on record yet, in the order of their starts, and from when on it should be.
    var unnamed: [(id: CommandID, at: Double)] = []
    var folders: Set<String> = []
    /// What was last looked for in the output of commands.
    var failureSearch: (sources: [String], search: FailureSearch?) = ([], nil)

    private var toldUnacknowledged = 0
    private var tellAt: Double = 0
    private var heartbeatAt: Double
    private var leaveAt: Double

    enum Mode: Equatable {
        /// Just started, or its queue is gone: nothing is started.
        case unowned
        /// A queue is connected.
        case owned
        /// The queue said stop.
        case stopping
    }

    /// An instance that has its share of the machine.
    struct StartingInstance {
        var order: InstanceOrder
        var share: RoomShare
    }

    struct RunningInstance {
        var order: InstanceOrder
        var share: RoomShare
        var pid: Int32
        var checks: SuccessChecks
        /// The pid is on record.
        var isNamed = false
        var returningAttempt = false
    }

    struct HeldEnd {
        var id: CommandID
        var instance: RunningInstance
        var end: CommandEnd
        var moment: Timestamp
        /// Seconds of the steady clock.
        var endedAt: Double
        /// When its outputs are looked at next.
        var lookAt: Double = 0
        /// What it started is still there, and has its share of the machine.
        var keepsRoom: Bool
    }

    enum Token {
        static let listener = 1
        static let connection = 2
        static let caller = 3
        static let poster = 4
    }

    /// How long an owner is waited for after the start, in seconds.
    private static let patience = 30.0
    /// How long the last facts may take to be posted once all is over.
    private static let farewell = 1.0
    /// How long facts wait for others once nothing waits to be started, in seconds: the end should find few.
    private static let lastLinger = 0.03
    /// Between two words about the number of unacknowledged facts.
    private static let tellInterval = 0.1

    init(layout: DirectoryLayout, queue: String, time: TimeSource = .system) throws(Problem) {
        self.layout = layout
        self.queue = queue
        self.time = time
        loop = try ProcessLoop(time: time, watchesQueue: true)
        // What has left its parents behind stays in sight: it ends with its command, should we end that.
        jobmon_adopt_orphans(1)
        journal = SupervisorJournal(layout: layout, time: time)
        guard let name = SupervisorSocket.name(layout, queue: queue) else {
            throw Problem(.notFound, "the directory \(layout.root) is gone")
        }
        var listener = jobmon_listen_abstract(name)
        // The name of one that has just ended is free in a moment.
        for _ in 0..<100 where listener < 0 && errno == EADDRINUSE {
            poll(nil, 0, 20)
            listener = jobmon_listen_abstract(name)
        }
        guard listener >= 0 else {
            throw Problem(.unavailable, "the socket for queue \(queue) can't be opened: \(SystemError.text(errno))")
        }
        self.listener = listener
        null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw Problem(.unavailable, "/dev/null can't be opened: \(SystemError.text(errno))") }
        leaveAt = time.steadySeconds() + Self.patience
        heartbeatAt = time.steadySeconds() + ProtocolLimits.nextHeartbeat()
    }

    deinit {
        close(listener)
        close(null)
    }

    /// Works until there is no queue and nothing left to do.
    func run() -> Int32 {
        loop.catchSignals([SIGTERM, SIGINT, SIGHUP])
        loop.watch(listener, events: Int16(POLLIN), token: Token.listener)
        while !isDone {
            for event in loop.turn(atMost: watchAndTimeout()) { handle(event) }
            releaseHeld()
            fillSlots()
            let now = time.steadySeconds()
            nameProcesses(now)
            if journal.flushAt <= now { spool() }
            if schedule.isEmpty {
                if running.isEmpty { journal.poster.hurry() } else { journal.poster.hurry(within: Self.lastLinger) }
            }
            if journal.poster.wakeAfter == 0 { journal.post(revents: 0) }
            tendTo(now)
            flushConnection(now)
        }
        spool()
        // The last words of a queue's supervisor; not for long, should the queue be stopped.
        for _ in 0..<100 {
            connection?.send(by: 0)
            flushConnection(time.steadySeconds())
            guard let connection, !connection.output.isEmpty else { break }
            var interest = pollfd(fd: connection.descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&interest, 1, 10)
        }
        journal.close()
        return 0
    }

    private func handle(_ event: LoopEvent) {
        switch event {
        case .ended(let id, let end): commandEnded(id, end)
        case .ready(Token.listener, _): acceptCallers()
        case .ready(Token.connection, let revents): connectionReady(revents)
        case .ready(Token.caller, let revents): callerReady(revents)
        case .ready(Token.poster, let revents): journal.post(revents: revents)
        case .signal: stop(ending: true)
        case .ready, .timer, .stopped: break
        }
    }

    // MARK: Waiting

    /// Tells the loop what to wait for, and returns for how long at most, in milliseconds.
    private func watchAndTimeout() -> Int {
        if let connection {
            loop.watch(connection.descriptor, events: connection.interest, token: Token.connection)
        } else {
            loop.unwatch(token: Token.connection)
        }
        if let caller {
            loop.watch(caller.descriptor, events: Int16(POLLIN), token: Token.caller)
        } else {
            loop.unwatch(token: Token.caller)
        }
        if let interest = journal.poster.pollInterest {
            loop.watch(interest.fd, events: interest.events, token: Token.poster)
        } else {
            loop.unwatch(token: Token.poster)
        }
        var milliseconds = 1000
        if let wake = journal.poster.wakeAfter { milliseconds = min(milliseconds, wake) }
        if journal.flushAt < .infinity {
            milliseconds = min(
                milliseconds, max(0, Int(((journal.flushAt - time.steadySeconds()) * 1000).rounded(.up))))
        }
        if let next = unnamed.first {
            milliseconds = min(milliseconds, max(0, Int(((next.at - time.steadySeconds()) * 1000).rounded(.up))))
        }
        if let connection, connection.sendAt < .infinity {
            milliseconds = min(
                milliseconds, max(0, Int(((connection.sendAt - time.steadySeconds()) * 1000).rounded(.up))))
        }
        if !announced.isEmpty, patience.nextTry > -.infinity {
            milliseconds = min(
                milliseconds, max(0, Int(((patience.nextTry - time.steadySeconds()) * 1000).rounded(.up))))
        }
        if !held.isEmpty { milliseconds = min(milliseconds, 20) }
        if journal.unacknowledged != toldUnacknowledged || isIdle { milliseconds = min(milliseconds, 100) }
        return milliseconds
    }

    /// Nothing runs, and nothing may be started.
    private var isIdle: Bool {
        mode != .owned && running.isEmpty && announced.isEmpty && held.isEmpty && !loop.isEndingRemnants
    }

    private var isDone: Bool {
        guard isIdle else {
            leaveAt = .infinity
            return false
        }
        if mode == .stopping || leaveAt == .infinity {
            if journal.unacknowledged == 0 { return true }
            leaveAt = min(leaveAt, time.steadySeconds() + Self.farewell)
        }
        return time.steadySeconds() >= leaveAt
    }

    // MARK: Housekeeping

    private func tendTo(_ now: Double) {
        let count = journal.unacknowledged
        // The first and the last word are told at once: a queue that hears 0 may leave.
        if count != toldUnacknowledged, count == 0 || toldUnacknowledged == 0 || now >= tellAt {
            tellUnacknowledged(count)
            tellAt = now + Self.tellInterval
        }
        if now >= heartbeatAt {
            heartbeatAt = now + ProtocolLimits.nextHeartbeat()
            journal.heartbeat(running.values.map(\.order.instanceKey), time.now())
        }
        journal.tend()
    }

    func tellUnacknowledged(_ count: Int) {
        toldUnacknowledged = count
        guard let connection else { return }
        SupervisorReport.unacknowledged(count).write(to: &connection.output)
        if count == 0 { connection.send(by: 0) }
    }

    /// Spools what was noted, and tells the queue.
    @discardableResult
    func spool() -> Bool {
        guard journal.hasNoted else { return true }
        // Before the queue hears of an end, it hears that there is something unacknowledged.
        if toldUnacknowledged == 0 { tellUnacknowledged(journal.unacknowledged) }
        guard let connection else {
            var unheard: [UInt8] = []
            return journal.spool(reports: &unheard)
        }
        return journal.spool(reports: &connection.output)
    }
}
