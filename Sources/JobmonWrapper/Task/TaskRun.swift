import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting
import JobmonWire

/// The command of one instance in a cluster's job, from its start to our own end. The command has a group of its own:
/// what the scheduler tells our group is for us, so that the command can be told in time and we can say why it ended.
final class TaskRun {
    /// Seconds that the acknowledgement of the outcome may hold up the end. What has none by then lies in the spool.
    private static let patience = 0.5

    private enum Token {
        static let poster = 3
        static let heartbeat = 4
        static let witness = 5
    }

    private let time = TimeSource.system
    private let order: InstanceOrder
    private let manifest: TaskManifest
    private let layout: DirectoryLayout
    private let job: ClusterJob?
    private let loop: ProcessLoop
    private let reporter: ExecReporter
    private let began: Double
    private let checks: SuccessChecks
    /// Where our output begins in the scheduler's files; nil: the command's goes into ours.
    private let starts: (out: Int?, err: Int?)
    private var command: (id: CommandID, pid: Int32)?
    /// Tells what the command has got by itself, where the scheduler signals each process of a job.
    private var witness: SignalWitness?
    private var end: CommandEnd?
    /// Why the scheduler ends it.
    private var word: SchedulerWord?
    /// A limit of which it was told, and that it may heed.
    private var softWord: SchedulerWord?
    /// The scheduler, or somebody else, told it to end.
    private var isToldToEnd = false
    /// It is ended because our queue asked for that; nil: it did not.
    private var cancel: (returningAttempt: Bool, Void)?
    /// We have stopped the command, since the scheduler suspends the job.
    private var isSuspended = false

    /// Starts the command, then tells of it.
    /// - Throws: when this process can't even prepare that.
    init(
        _ order: InstanceOrder, manifest: TaskManifest, layout: DirectoryLayout, job: ClusterJob?
    ) throws(Problem) {
        self.order = order
        self.manifest = manifest
        self.layout = layout
        self.job = job
        loop = try ProcessLoop(time: time)
        loop.catchAllSignals()
        began = time.steadySeconds()
        reporter = ExecReporter(layout: layout, instanceKey: order.instanceKey, time: .system, job: job)
        for folder in CapturedFiles.folders(of: order) { CapturedFiles.makeFolder(folder) }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        var description = Command(order, in: layout, null: null)
        description.startsFast = false
        description.diesWithUs = true
        // So that a time limit reaches those too that have left their parents.
        if description.timeLimit != nil { jobmon_adopt_orphans(1) }
        // Files that the user named are the scheduler's to open, and ours to pass on.
        let resources = order.description.resources
        var starts: (out: Int?, err: Int?) = (nil, nil)
        if resources["stdout"] != nil {
            description.stdout = .inherited
            if jobmon_same(STDOUT_FILENO, STDERR_FILENO) == 0 { starts.out = OutputTail.position(of: STDOUT_FILENO) }
        }
        if resources["stdout"] != nil || resources["stderr"] != nil {
            starts.err = OutputTail.position(of: STDERR_FILENO)
            if starts.err != nil { description.stderr = .inherited }
        }
        self.starts = starts
        checks = SuccessChecks(order.description.successCriteria, in: order.description.cwd)
        // The wish may have come before us.
        cancel = cancelWish()
        if cancel != nil {
            end = CommandEnd(evidence: Evidence(), usage: Usage(), stderr: nil)
            return
        }
        let moment = time.now()
        switch loop.startPatiently(description) {
        case .success(let started):
            command = (started.id, started.process.pid)
            reporter.running(started.process, at: moment)
            if signalsEachProcess { loop.setTimer(Token.witness, after: SignalWitness.delay) }
            loop.setTimer(Token.heartbeat, after: reporter.nextBeat())
        case .failure(let failure):
            end = CommandEnd(evidence: Evidence(notStarted: failure), usage: Usage(), stderr: nil)
            ExecMain.say(ErrorText.sentence(failure))
        }
    }

    /// Sees the command to its end, and ends this process in the same way.
    func finish() -> Never {
        reporter.proceed(0)
        while end == nil { turn(atMost: nil) }
        if signalsEachProcess, command != nil { listen() }
        witness?.end()
        var evidence = end?.evidence ?? Evidence()
        // Where all processes are told at once, the command may be over before we have read what we were told.
        if isOpen(evidence), cancel == nil { cancel = cancelWish() }
        let isOpen = isOpen(evidence) && cancel == nil
        if evidence.notStarted == nil, !evidence.timedOut {
            evidence.cancelled = cancel != nil
            // Who heeds a soft limit in order has done what it is to do.
            evidence.scheduler = word ?? (evidence.exitCode == 0 ? nil : softWord)
        }
        let (stdoutEmpty, stderrEmpty) = CapturedFiles.tidy(order, in: layout)
        let started = end?.usage.wallclock
        let streams = WrittenStreams(
            stderr: stderrEmpty
                ? .none
                : .readable(order.stderrPath) ?? starts.err.map { .behind(STDERR_FILENO, from: $0) }
                    ?? .kept(end?.stderr),
            stdout: stdoutEmpty
                ? .none
                : .readable(order.stdoutPath) ?? starts.out.map { .behind(STDOUT_FILENO, from: $0) } ?? .unseen,
            of: order.description)
        if !isOpen {
            evidence.addMemoryWord(in: streams.stderr)
            if let number = job.flatMap({ getenv($0.scheduler.signs.jobVariable) }) {
                evidence.addMemoryWord(
                    in: .readable(layout.manifest(manifest.batch, .log)), about: String(cString: number))
            }
            let deadline = time.steadySeconds() + ExpectedOutputs.patience
            while !isToldToEnd, checks.isWaiting(evidence), time.steadySeconds() < deadline {
                turn(atMost: Int(ExpectedOutputs.interval * 1000))
            }
        }
        // Of an end that is still open too: the scheduler may say nothing against it.
        let doubt = checks.add(to: &evidence, streams, started: started)
        let decided = Cause.decide(evidence)
        let written = WrittenEnds(of: evidence, isOpen: isOpen, streams, started: started)
        var outcome = Outcome(
            evidence: evidence, usage: end?.usage ?? Usage(), returnsAttempt: cancel?.returningAttempt ?? false,
            stdoutEmpty: stdoutEmpty, stderrEmpty: stderrEmpty)
        outcome.add(written, doubt: doubt)
        if isOpen {
            outcome.status = .unknown
            outcome.cause = decided.cause ?? .signal
            // It stands in the error once the queue knows why.
            if let stderr = outcome.stderr, !stderr.allSatisfy(\.isWhitespace) { reporter.said(stderr) }
        }
        reporter.ended(outcome)
        loop.cancelTimer(Token.heartbeat)
        loop.cancelTimer(Token.witness)
        let deadline = time.steadySeconds() + Self.patience
        reporter.proceed(0)
        while !reporter.isAllAcknowledged, reporter.isConnected || reporter.wakeAfter != nil {
            let left = deadline - time.steadySeconds()
            guard left > 0 else {
                reporter.part()
                break
            }
            turn(atMost: Int((left * 1000).rounded(.up)))
        }
        while loop.isEndingRemnants { turn(atMost: nil) }
        if let failure = evidence.notStarted { _exit(failure.exitCode) }
        if let signal = end?.evidence.signal { jobmon_die_by(Int32(signal)) }
        // The scheduler, and jobs that wait for this one, must not take it for a success.
        if evidence.missingOutput != nil || evidence.reportedError != nil { _exit(1) }
        _exit(exitCode(end?.evidence.exitCode ?? 126))
    }

    /// Whether the scheduler may have ended the command without a word to us: then its list and its accounting tell why, and
    /// the queue asks them, once for all tasks.
    private func isOpen(_ evidence: Evidence) -> Bool {
        guard signalsEachProcess, evidence.notStarted == nil, !evidence.timedOut else { return false }
        return isToldToEnd || evidence.signal == Int(SIGTERM) || evidence.exitCode == 128 + Int(SIGTERM)
    }

    /// A code that the scheduler would take for a request of its own is handed on as 1.
    private func exitCode(_ code: Int) -> Int32 {
        job?.dialect.reservedExitCodes.contains(code) ?? false ? 1 : Int32(code)
    }

    private var signalsEachProcess: Bool { job?.dialect.signalsEachProcess ?? false }

    private func turn(atMost milliseconds: Int?) {
        reporter.watch(in: loop, token: Token.poster)
        let limit = [milliseconds, reporter.wakeAfter].compactMap { $0 }.min()
        var posterReady: Int16 = 0
        for event in loop.turn(atMost: limit) {
            switch event {
            case .ready(Token.poster, let revents): posterReady = revents
            case .ready, .stopped: break
            case .timer(Token.witness): startWitness()
            case .timer:
                reporter.beat()
                loop.setTimer(Token.heartbeat, after: reporter.nextBeat())
            case .signal(let signal): received(signal)
            case .ended(let id, let end): if id == command?.id { self.end = end }
            }
        }
        reporter.proceed(posterReady)
    }

    // MARK: Signals

    /// The scheduler may end the processes of a job one after the other: the command's first, which then may end in any way,
    /// even successfully.
    private func listen() {
        let deadline = time.steadySeconds() + SchedulerInquiry.togetherness
        while !isToldToEnd {
            let left = deadline - time.steadySeconds()
            guard left > 0 else { return }
            turn(atMost: Int((left * 1000).rounded(.up)))
        }
    }

    private func received(_ signal: ReceivedSignal) {
        if end != nil, signal.number == SIGTERM { isToldToEnd = true }
        guard end == nil, let command else { return }
        switch signal.number {
        case SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU: warned(signal)
        case job?.dialect.killAnnouncement: warned(signal)
        case job?.dialect.suspensionAnnouncement: announced(command.pid)
        // A warning that the job asked for (--signal).
        case SIGUSR1, SIGUSR2: told(signal, command.id)
        case SIGCONT: resume()
        case SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU: break
        default: if !hasReached(signal) { loop.forward(signal, to: command.id) }
        }
    }

    private func startWitness() {
        guard end == nil else { return }
        witness = SignalWitness(apart: true)
        loop.spared = witness.map { [$0.pid] } ?? []
    }

    /// Whether the command has got a signal of ours by itself. Where that can't be known, it has not.
    private func hasReached(_ signal: ReceivedSignal) -> Bool { witness?.hasSeen(signal) ?? false }

    /// The scheduler will kill all there is in a while. The command is told, all of it; why is found out meanwhile and said
    /// at once, since there may be no time for more.
    private func warned(_ received: ReceivedSignal) {
        guard let command else { return }
        let signal = received.number
        if !hasReached(received) { kill(-command.pid, signal == job?.dialect.killAnnouncement ? SIGTERM : signal) }
        resume()
        guard word?.cause == nil, cancel == nil else { return }
        cancel = cancelWish()
        guard cancel == nil, let job else { return }
        if signalsEachProcess {
            if !isToldToEnd { reporter.said("told to end (\(SignalName.name(Int(signal))))") }
            isToldToEnd = true
            return
        }
        let ran = time.steadySeconds() - began
        let warning = SchedulerWarning(
            signal: signal, name: SignalName.name(Int(signal)), limit: manifest.timeLimit, ran: ran)
        let found = SchedulerInquiry(job, of: signal).why(warning)
        word = found
        reporter.said(found.cause == nil ? "a warning (\(found.said))" : "the scheduler ends it (\(found.said))")
    }

    /// A suspension and a soft limit of the run time are announced by the same signal, which ends a command that does not
    /// expect it. A limit is the command's to heed. A suspension stops our own group alone, so we stop the command's.
    private func announced(_ pid: pid_t) {
        guard let job else { return }
        let signal = job.dialect.suspensionAnnouncement ?? SIGUSR1
        let inquiry = SchedulerInquiry(job, of: signal)
        // First whether it is suspended, which takes one question: we are stopped ourselves a few seconds later, answered or
        // not, and then the command would go on.
        if inquiry.isSuspended {
            isSuspended = true
            kill(-pid, SIGSTOP)
        } else if softWord == nil, let word = inquiry.softLimit(ran: time.steadySeconds() - began) {
            // Of the limit it is told once.
            softWord = word
            reporter.said("the scheduler's warning (\(word.said))")
            kill(-pid, signal)
        }
    }

    /// The command gets what the scheduler was asked to tell it, and does with it what it likes.
    private func told(_ signal: ReceivedSignal, _ command: CommandID) {
        if !hasReached(signal) { loop.forward(signal, to: command) }
        guard job != nil, softWord == nil else { return }
        let word = SchedulerWord("told \(SignalName.name(Int(signal.number)))")
        softWord = word
        reporter.said("the scheduler's warning (\(word.said))")
    }

    private func resume() {
        guard isSuspended, let command else { return }
        isSuspended = false
        kill(-command.pid, SIGCONT)
    }

    /// What our queue wrote before it asked the scheduler to end this task, or all of the array job.
    private func cancelWish() -> (returningAttempt: Bool, Void)? {
        let text =
            mark(in: layout.fences, layout.cancelMark(order.instanceKey))
            ?? mark(in: layout.manifests, layout.manifest(manifest.batch, .cancel))
        return text.map { ($0 == "returned", ()) }
    }

    private func mark(in folder: String, _ path: String) -> String? {
        // A network file system answers from memory that there was none, until the folder is looked at.
        if let opened = opendir(folder) { closedir(opened) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count].prefix { $0 > 0x20 }, as: UTF8.self)
    }
}
