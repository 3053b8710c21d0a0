import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Supervises commands from one thread. It starts them, waits with `poll` for their ends, for signals, for other
/// descriptors and for timers, ends commands at their time limit, looks at the memory that they have, and reports what
/// each used.
///
/// Its owner calls `turn` repeatedly and acts on the events that it returns; there are no callbacks. A command is over
/// when its process is over, not when a grandchild closes a pipe.
package final class ProcessLoop {
    /// Seconds from TERM to KILL.
    package static let grace = 5.0

    /// Bytes that a process may still touch between the measurement of its memory and its execution.
    static let floorSlack: Int64 = 512 << 10

    let time: TimeSource
    let reapsAll: Bool
    private let inbox: Int32
    private var caught: Set<Int32> = []
    let memoryKills: MemoryKills?

    var commands: [RunningCommand] = []
    /// Commands that may not execute yet.
    var launches: [CommandID] = []
    /// The commands that are being ended, and what is left of them.
    var endings: [Ending] = []
    /// The time of the next scan of this host's processes, and of the last one, in seconds of the monotonic clock.
    var nextLookAt = Double.infinity
    var lastLookAt = -Double.infinity
    /// How long the latest scan took, in seconds, and how many more scans follow with the short interval.
    var lookDuration = 0.0
    var looksSoon = 0
    /// When a command last ended by itself, in seconds of the monotonic clock.
    var lastEndByItself = -Double.infinity
    /// When the memory of commands is looked at, and how their processes are found; nil: no command was looked at yet.
    var memorySchedule: MemorySchedule
    var trees: ProcessTrees?
    /// Children of this process that are not commands and are never ended with one.
    package var spared: Set<Int32> = []
    var drains: [Drain] = []
    private var watches: [(token: Int, fd: Int32, events: Int16)] = []
    private var timers: [(token: Int, at: Double)] = []

    private var polled: [pollfd] = []
    var arrangement = Arrangement.stale
    /// The number of the next command.
    var nextID: CommandID = 1
    var found: [LoopEvent] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Whether it is an event when a signal stops a command.
    package var reportsStops = false

    enum Arrangement { case stale, current }

    /// - Parameter reapsAll: reap all children of this process, including adopted ones. False if other code has
    ///   children here (in tests).
    /// - Parameter watchesQueue: it supervises all commands of a queue on this host, and may take the time for their memory
    ///   that many of them would have.
    /// - Throws: no descriptor is left for its signals.
    package init(
        time: TimeSource = .system, reapsAll: Bool = true, watchesQueue: Bool = false
    ) throws(Problem) {
        memorySchedule = MemorySchedule(
            few: watchesQueue ? MemorySchedule.ofSupervisor : MemorySchedule.ofWrapper)
        self.time = time
        self.reapsAll = reapsAll
        jobmon_signals_remember()
        inbox = jobmon_signals_open()
        guard inbox >= 0 else {
            throw Problem(
                .internalError, "no pipe for signals could be opened: \(SystemError.text(errno))",
                hint: "close other programs, or raise the limit of open files")
        }
        jobmon_signals_catch(SIGCHLD)
        memoryKills = MemoryKills()
    }

    deinit {
        jobmon_signals_close(inbox)
        for command in commands where command.tailFD >= 0 { close(command.tailFD) }
        for drain in drains { close(drain.fd) }
    }

    // MARK: Commands

    /// The number of commands that run.
    package var running: Int { commands.count }

    /// Whether processes of commands that are over are still being ended. The owner must not exit before they are gone.
    package var isEndingRemnants: Bool { endings.contains { $0.isOver } }

    /// Whether a command that is being ended, or a process that it started, is still there.
    package func isEnding(_ id: CommandID) -> Bool { endings.contains { $0.id == id } }

    /// Starts a command. When it returns, the command executes, or its start has failed for good. With `startsFast`, it
    /// may turn out later that the command cannot be executed; then its end says so (`Evidence.notStarted`).
    package func start(_ command: Command) -> Result<StartedCommand, StartFailure> {
        var streams = OpenedStreams()
        if let failure = streams.open(command) { return .failure(failure) }
        let begun = time.steadySeconds()
        let kills = memoryKills?.recentCount(begun)
        let launched: Launch
        switch launch(command, streams) {
        case .failure(let failure):
            streams.closeAll()
            return .failure(failure)
        case .success(let started): launched = started
        }
        let tail = streams.closeOurs()

        let id = nextID
        nextID += 1
        commands.append(RunningCommand(id: id, launched, command, begun: begun, tailFD: tail, kills: kills))
        if commands.count > 1 || !(memoryKills?.recentlyAlone(begun) ?? false) {
            commands[commands.count - 1].hadCompany = true
            // Of more, each has been marked.
            if commands.count == 2 { commands[0].hadCompany = true }
        }
        // For one command, this is exact. Where thousands are started, it is read at the first look at those that live on.
        if !command.startsFast, !commands[commands.count - 1].hadCompany {
            commands[commands.count - 1].cgroupPeak = memoryKills?.peak()
        }
        memorySchedule.started(commands[commands.count - 1].memory)
        if launched.underWay != nil { launches.append(id) }
        if commands[commands.count - 1].isTailWatched { arrangement = .stale }
        var identity = ProcessIdentity(pid: launched.pid)
        if command.looksUpStartTime {
            let started = jobmon_process_started(launched.pid, nil)
            identity.started = started >= 0 ? started : nil
        }
        return .success(StartedCommand(id: id, process: identity))
    }

    /// Ends a command with all processes that it started (`ProcessKin`): TERM, and CONT so that a stopped one can
    /// react; KILL after the grace period for those that are left, even if the command itself has ended by then. Its
    /// end arrives as an event. `isEnding` says when the rest is gone.
    /// - Returns: false if the command is over.
    @discardableResult
    package func end(_ id: CommandID, _ reason: EndReason) -> Bool {
        guard let index = commands.firstIndex(where: { $0.id == id }) else { return false }
        if commands[index].ending == nil { endCommand(at: index, reason) }
        return true
    }

    /// Kills a command with all processes that it started, without a grace period.
    package func kill(_ id: CommandID, _ reason: EndReason) {
        guard let index = commands.firstIndex(where: { $0.id == id }) else { return }
        endCommand(at: index, reason, after: 0)
    }

    /// Sends a signal to a command's process only. - Returns: false if the command is over.
    @discardableResult
    package func send(_ signal: Int32, to id: CommandID) -> Bool {
        guard let command = commands.first(where: { $0.id == id }) else { return false }
        return Glibc.kill(command.pid, signal) == 0
    }

    /// Forwards a signal to a command's process as it arrived here, with its queued value.
    package func forward(_ signal: ReceivedSignal, to id: CommandID) {
        guard let command = commands.first(where: { $0.id == id }) else { return }
        var record = jobmon_signal(
            number: signal.number, code: Int32(signal.queuedValue == nil ? SI_USER : SI_QUEUE), pid: signal.sender,
            value: signal.queuedValue ?? 0, at: signal.at)
        jobmon_signals_forward(command.pid, &record)
    }

    /// The pid of a running command; nil if it is over.
    package func pid(of id: CommandID) -> Int32? { commands.first { $0.id == id }?.pid }

    // MARK: Signals, descriptors, timers

    /// Makes these signals events, so that they do not end this process. (SIGCHLD is always caught.)
    package func catchSignals(_ numbers: [Int32]) {
        for number in numbers {
            caught.insert(number)
            jobmon_signals_catch(number)
        }
    }

    /// Makes all signals that can be caught events.
    package func catchAllSignals() {
        caught = Set(1...64)
        jobmon_signals_catch_all()
        jobmon_signals_unblock()
    }

    /// Waits for `events` of poll on a descriptor; `.ready` reports in each turn what holds. For a token that is
    /// watched already, the descriptor and events are changed. Without events, only hang-ups and errors are reported.
    package func watch(_ fd: Int32, events: Int16, token: Int) {
        if let index = watches.firstIndex(where: { $0.token == token }) {
            if watches[index].fd == fd, watches[index].events == events { return }
            watches[index] = (token, fd, events)
        } else {
            watches.append((token, fd, events))
        }
        arrangement = .stale
    }

    package func unwatch(token: Int) {
        guard let index = watches.firstIndex(where: { $0.token == token }) else { return }
        watches.remove(at: index)
        arrangement = .stale
    }

    /// Sets or resets a timer, in seconds from now.
    package func setTimer(_ token: Int, after seconds: Double) {
        cancelTimer(token)
        timers.append((token, time.steadySeconds() + seconds))
    }

    package func cancelTimer(_ token: Int) { timers.removeAll { $0.token == token } }

    // MARK: The turn

    /// Waits until something happens, at most `milliseconds` (nil: no limit; 0: do not wait), and returns the events.
    package func turn(atMost milliseconds: Int? = nil) -> [LoopEvent] {
        arrange()
        let waited = poll(&polled, nfds_t(polled.count), timeout(atMost: milliseconds))
        // The signal that interrupted the wait can be read now.
        var signalled = waited < 0 && errno == EINTR
        if waited > 0 {
            // In the order of `arrange`.
            signalled = polled[0].revents != 0
            var index = 1
            for watch in watches {
                if polled[index].revents != 0 {
                    found.append(.ready(token: watch.token, revents: polled[index].revents))
                }
                index += 1
            }
            for command in commands.indices where commands[command].isTailWatched {
                let revents = polled[index].revents
                if revents != 0 { readTail(of: command, isAtEnd: revents == Int16(POLLHUP)) }
                index += 1
            }
            for drain in drains.indices where polled[index + drain].revents != 0 { empty(drain) }
            dropFinishedDrains()
        }
        // Before limits are enforced: a command that has ended by itself meanwhile was not ended by its limit.
        if signalled || isLimitDue {
            readInbox()
            // After any signal: if the pipe was full, the SIGCHLD may be the one that did not fit.
            reap()
        }
        endLaunches()
        lookAtClock()
        defer { found.removeAll(keepingCapacity: true) }
        return found
    }

    private func arrange() {
        guard arrangement == .stale else { return }
        arrangement = .current
        polled.removeAll(keepingCapacity: true)
        polled.append(pollfd(fd: inbox, events: Int16(POLLIN), revents: 0))
        for watch in watches { polled.append(pollfd(fd: watch.fd, events: watch.events, revents: 0)) }
        for command in commands where command.isTailWatched {
            polled.append(pollfd(fd: command.tailFD, events: Int16(POLLIN), revents: 0))
        }
        for drain in drains { polled.append(pollfd(fd: drain.fd, events: Int16(POLLIN), revents: 0)) }
    }

    private func timeout(atMost milliseconds: Int?) -> Int32 {
        if !found.isEmpty { return 0 }
        var next = Double.infinity
        for index in commands.indices {
            next = min(next, min(commands[index].nextMoment, commands[index].watchesTailAt))
        }
        if !endings.isEmpty { next = min(next, nextEndingMoment) }
        if !commands.isEmpty { next = min(next, memorySchedule.nextRound) }
        for timer in timers { next = min(next, timer.at) }
        var limit = milliseconds.map(Double.init) ?? .infinity
        if next < .infinity { limit = min(limit, max(0, ((next - time.steadySeconds()) * 1000).rounded(.up))) }
        return limit < .infinity ? Int32(min(limit, 3_600_000)) : -1
    }

    private func readInbox() {
        var record = jobmon_signal()
        while read(inbox, &record, MemoryLayout<jobmon_signal>.size) == MemoryLayout<jobmon_signal>.size {
            // A SIGCHLD from the kernel only says that a child can be reaped.
            if record.number == SIGCHLD, record.code > 0 { continue }
            guard caught.contains(record.number) else { continue }
            found.append(
                .signal(
                    ReceivedSignal(
                        number: record.number, isFromKernel: record.code == JOBMON_SIGNAL_FROM_KERNEL,
                        sender: record.pid,
                        queuedValue: record.code == Int32(SI_QUEUE) ? record.value : nil, at: record.at)))
        }
    }

    private var isLimitDue: Bool {
        guard commands.indices.contains(where: { commands[$0].nextMoment < .infinity }) else { return false }
        let now = time.steadySeconds()
        return commands.indices.contains { commands[$0].nextMoment <= now }
    }

    private func lookAtClock() {
        guard !timers.isEmpty || !endings.isEmpty || !commands.isEmpty else { return }
        let now = time.steadySeconds()
        for timer in timers where timer.at <= now { found.append(.timer(token: timer.token)) }
        timers.removeAll { $0.at <= now }
        watchTails(now)
        enforceLimits(now)
        lookAtMemory(now)
    }
}
