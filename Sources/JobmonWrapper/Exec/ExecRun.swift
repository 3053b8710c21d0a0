import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting

/// One command under `jobmon exec`, from its start to our own end.
final class ExecRun {
    /// Seconds that the acknowledgement of the outcome may hold up the end: with a monitor that has answered before, and
    /// with one of which nothing was heard yet, which may hang.
    private static let patience = (known: 0.1, unheard: 0.006)

    /// The exit code when the time limit passed, as that of timeout(1).
    private static let timedOut: Int32 = 124

    /// The exit code when the command's was 0, but it did not do what was expected.
    private static let unsuccessful: Int32 = 1

    private enum Token {
        static let source = 1
        static let sink = 2
        static let poster = 3
        static let heartbeat = 4
        static let witness = 5
    }

    private let time = TimeSource.system
    private let options: ExecOptions
    private let loop: ProcessLoop
    private let streams: ExecStreams
    private let reporter: ExecReporter?
    private let checks: SuccessChecks
    private var command: CommandID?
    private var witness: SignalWitness?
    private var end: CommandEnd?
    /// A signal came after the command's end: nothing is waited for any more.
    private var isHurried = false
    /// The command is over, and we wait for what we may have been told at the same time.
    private var isListening = false
    /// The cluster's job that we run in.
    private let job: ClusterJob?
    private var memory: ExecMemory?
    private let began: Double
    /// Signals that its scheduler sent, or somebody else who is not the terminal.
    private var warnings: Set<Int32> = []

    /// Starts the command, then tells of it.
    /// - Throws: when this process can't even prepare that.
    init(_ options: ExecOptions, layout: DirectoryLayout?, stderrIsClosed: Bool) throws(Problem) {
        self.options = options
        loop = try ProcessLoop(time: time)
        loop.reportsStops = true
        loop.catchAllSignals()
        // So that a time limit reaches those too that have left their parents.
        if options.timeout != nil { jobmon_adopt_orphans(1) }
        streams = ExecStreams(stderrIsClosed: stderrIsClosed)
        let criteria = options.criteria
        checks = SuccessChecks(criteria, in: nil)
        if !criteria.failurePatterns.isEmpty, let unseen = streams.unseen {
            ExecMain.say("--fail-on cannot look at \(unseen): redirect it into a file")
        }
        let key = options.instance ?? makeUUID()
        let job = ClusterJob.current()
        self.job = job
        began = time.steadySeconds()
        reporter = layout.map { ExecReporter(layout: $0, instanceKey: key, time: .system, job: job) }
        memory = layout.flatMap { ExecMemory(options, $0, job, key: key) }

        var command = Command(PackedTexts(options.command))
        streams.give(to: &command)
        command.ownGroup = false
        command.closesOthers = false
        command.signalsAsStarted = true
        command.startsFast = false
        command.timeLimit = options.timeout
        command.diesWithUs = true
        if let layout {
            command.additions.append("JOBMON_DIR=\(layout.root)")
            command.additions.append("JOBMON_INSTANCE=\(key)")
            command.instance = key
            // A job of its own is not the queue's.
            if options.instance == nil { command.additions.append("JOBMON_JID") }
        }
        let moment = time.now()
        switch loop.start(command) {
        case .success(let started):
            streams.relay?.commandHasStarted()
            self.command = started.id
            submitted(pid: started.process.pid, at: moment)
            reporter?.running(started.process, aloneKnowsEnd: true, at: moment)
            loop.setTimer(Token.witness, after: SignalWitness.delay)
            if let reporter { loop.setTimer(Token.heartbeat, after: reporter.nextBeat()) }
        case .failure(let failure) where failure.isShortage: ExecMain.replaceBy(command, why: failure)
        case .failure(let failure): notStarted(failure, at: moment)
        }
    }

    /// The instance is made, unless it is one that exists.
    private func submitted(pid: Int32?, at moment: Timestamp) {
        guard options.instance == nil else { return }
        if memory?.leavesOpen == true, let earlier = memory?.continues { reporter?.requeued(earlier, at: moment) }
        reporter?.submitted(options, continues: memory?.continues, pid: pid, at: moment)
    }

    private func notStarted(_ failure: StartFailure, at moment: Timestamp) -> Never {
        ExecMain.say(ErrorText.sentence(failure))
        submitted(pid: nil, at: moment)
        let outcome = Outcome(evidence: Evidence(notStarted: failure))
        reporter?.ended(outcome)
        memory?.ended(outcome)
        waitForAcknowledgement()
        _exit(failure.exitCode)
    }

    /// Sees the command to its end, and ends this process in the same way.
    func finish() -> Never {
        reporter?.proceed(0)
        while end == nil { turn(atMost: nil) }
        if options.isWholeJob, job?.dialect.signalsEachProcess ?? false { listen() }
        witness?.end()
        streams.relay?.endHere()
        let outcome = end.map { self.outcome($0) }
        if let outcome {
            reporter?.ended(outcome)
            memory?.ended(outcome)
        }
        loop.cancelTimer(Token.heartbeat)
        loop.cancelTimer(Token.witness)
        waitForAcknowledgement()
        while !isHurried, !(streams.relay?.isDone ?? true) { turn(atMost: nil) }
        while loop.isEndingRemnants { turn(atMost: nil) }
        if let relay = streams.relay, !relay.isOver { relay.leaveBehind() }
        if end?.evidence.timedOut ?? false, !options.preservesStatus { _exit(Self.timedOut) }
        if let signal = end?.evidence.signal { jobmon_die_by(Int32(signal)) }
        // Whoever waits for us must not take it for a success.
        if let evidence = outcome?.evidence, evidence.exitCode == 0, !evidence.isSuccess,
            evidence.missingOutput != nil || evidence.reportedError != nil
        {
            ExecMain.say(
                evidence.reportedError.map { "its output says that it failed: \($0)" }
                    ?? evidence.missingOutput?.sentence ?? "")
            _exit(Self.unsuccessful)
        }
        _exit(Int32(end?.evidence.exitCode ?? 126))
    }

    /// How the command ended, with what it wrote and whether it did what was expected.
    private func outcome(_ end: CommandEnd) -> Outcome {
        var evidence = end.evidence
        if reporter != nil { evidence.scheduler = schedulersWord(evidence) }
        let started = end.usage.wallclock
        let written = WrittenStreams(
            stderr: streams.stderr, stdout: streams.stdout,
            words: options.command.map { String(decoding: $0, as: UTF8.self) }, directory: nil)
        evidence.addMemoryWord(in: written.stderr)
        // A slow reader of stderr has not taken all of it yet.
        while checks.isSearching, !isHurried, !(streams.relay?.isDone ?? true) { turn(atMost: nil) }
        let deadline = time.steadySeconds() + ExpectedOutputs.patience
        while !isHurried, checks.isWaiting(evidence), time.steadySeconds() < deadline {
            turn(atMost: Int(ExpectedOutputs.interval * 1000))
        }
        let doubt = checks.add(to: &evidence, written, started: started)
        var outcome = Outcome(evidence: evidence, usage: end.usage)
        outcome.add(WrittenEnds(of: evidence, written, started: started), doubt: doubt)
        return outcome
    }

    /// The scheduler may end the processes of a job one after the other: the command's first, which then may end in any way,
    /// even successfully.
    private func listen() {
        isListening = true
        defer { isListening = false }
        let deadline = time.steadySeconds() + SchedulerInquiry.togetherness
        while warnings.isEmpty {
            let left = deadline - time.steadySeconds()
            guard left > 0 else { return }
            turn(atMost: Int((left * 1000).rounded(.up)))
        }
    }

    /// Why the scheduler ended it, where it died of what the scheduler told us, or goes on with it.
    private func schedulersWord(_ evidence: Evidence) -> SchedulerWord? {
        guard let job, !evidence.timedOut, evidence.notStarted == nil else { return nil }
        if options.isWholeJob, let code = evidence.exitCode, code == job.dialect.requeueExitCode {
            return SchedulerWord("exit code \(code): started once more", cause: .requeued)
        }
        let code = evidence.exitCode.map { Int32($0) - 128 }
        let signal = evidence.signal.map { Int32($0) } ?? code ?? 0
        // Where a scheduler tells all processes at once, the command may be over before we have read our own signal.
        let isTold =
            warnings.contains(signal) || options.isWholeJob && warnings.contains(SIGTERM)
            || job.dialect.signalsEachProcess && signal == SIGTERM
        if isTold {
            let ran = time.steadySeconds() - began
            let signal = warnings.contains(signal) ? signal : SIGTERM
            return SchedulerInquiry(job, of: signal).why(
                SchedulerWarning(signal: signal, name: SignalName.name(Int(signal)), limit: nil, ran: ran))
        }
        // A program that asks for its own requeue ends as it likes.
        guard evidence.exitCode != 0 || !warnings.isEmpty else { return nil }
        return SchedulerInquiry(job).requeue()
    }

    private func waitForAcknowledgement() {
        guard let reporter else { return }
        reporter.proceed(0)
        let start = time.steadySeconds()
        while reporter.isConnected, !reporter.isAllAcknowledged, !isHurried {
            let patience = reporter.hasAnswered ? Self.patience.known : Self.patience.unheard
            let left = start + patience - time.steadySeconds()
            guard left > 0 else { return reporter.part() }
            turn(atMost: Int((left * 1000).rounded(.up)))
        }
    }

    // MARK: The loop

    private func turn(atMost milliseconds: Int?) {
        reporter?.watch(in: loop, token: Token.poster)
        watchRelay()
        let wake = reporter?.wakeAfter
        let limit = [milliseconds, wake].compactMap { $0 }.min()
        var posterReady: Int16 = 0
        for event in loop.turn(atMost: limit) {
            switch event {
            case .ready(Token.poster, let revents): posterReady = revents
            case .ready: break
            case .timer(Token.witness): startWitness()
            case .timer:
                reporter?.beat()
                if let reporter { loop.setTimer(Token.heartbeat, after: reporter.nextBeat()) }
            case .signal(let signal): received(signal)
            case .stopped(let id, let signal): stopped(id, by: signal)
            case .ended(let id, let end): if id == command { self.end = end }
            }
        }
        streams.relay?.pump()
        reporter?.proceed(posterReady)
    }

    private func watchRelay() {
        guard let relay = streams.relay else { return }
        watch(relay.readInterest, events: Int16(POLLIN), token: Token.source)
        watch(relay.writeInterest, events: Int16(POLLOUT), token: Token.sink)
    }

    private func watch(_ fd: Int32?, events: Int16, token: Int) {
        if let fd { loop.watch(fd, events: events, token: token) } else { loop.unwatch(token: token) }
    }

    // MARK: Signals

    private func received(_ signal: ReceivedSignal) {
        if signal.number == SIGWINCH, streams.relay?.passSize() ?? false {
            // The kernel told the real terminal's group before our terminal had the new size.
            if let command { loop.send(SIGWINCH, to: command) }
            return
        }
        guard end == nil, let command else {
            if isListening, !signal.isFromKernel {
                warnings.insert(signal.number)
                return
            }
            // The command would have been ended by it while it waited for its reader.
            if [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains(signal.number) { isHurried = true }
            return
        }
        if signal.sender == getpid() || signal.isAboutReceiver { return }
        if !signal.isFromKernel { warnings.insert(signal.number) }
        if !hasReached(command, signal) { loop.forward(signal, to: command) }
    }

    private func startWitness() {
        guard end == nil else { return }
        witness = SignalWitness(apart: false)
        loop.spared = witness.map { [$0.pid] } ?? []
    }

    /// Whether the command has got a signal of ours by itself, or would not have got it without us.
    private func hasReached(_ command: CommandID, _ signal: ReceivedSignal) -> Bool {
        guard let pid = loop.pid(of: command) else { return true }
        return signal.hasReached(
            isInOurGroup: getpgid(pid) == getpgrp(), weLeadOurGroup: getpid() == getpgrp(),
            wasSentToGroup: witness?.hasSeen(signal))
    }

    /// The terminal stopped the command; whoever waits for us must see us stopped. (Not for SIGSTOP: it is sent to one
    /// process, and nobody would continue us.)
    private func stopped(_ id: CommandID, by signal: Int32) {
        guard [SIGTSTP, SIGTTIN, SIGTTOU].contains(signal), let pid = loop.pid(of: id) else { return }
        streams.relay?.pump()
        streams.relay?.passSettings()
        if jobmon_process_is_stopped(pid) != 0 { jobmon_signals_stop_by(signal) }
    }
}
