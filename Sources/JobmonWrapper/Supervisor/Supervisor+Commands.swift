import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting

/// Starting commands, and what their ends leave.
extension Supervisor {
    /// How long a command must live, in seconds, to have its pid put on record while it runs: of a quicker one its outcome
    /// says it. Until then a recovery finds the command by its environment.
    private static let namingDelay = 0.02

    /// So many are announced by one write before they are forked: if we die in between, each of them is only taken for
    /// lost.
    private static let startsPerWrite = 16

    /// Starts as many commands as there are free slots. RUNNING of each is spooled before its fork.
    func fillSlots() {
        while true {
            if !announced.isEmpty {
                // Nothing can be written anywhere: nothing is started until that is over.
                guard spool(), startAnnounced() else { return }
            }
            guard mode == .owned, running.count < slots, !waiting.isEmpty else { return }
            while announced.count < Self.startsPerWrite, running.count + announced.count < slots,
                let order = waiting.popFirst()
            {
                announced.append(order)
                let start = Start(host: HostIdentity.host, bootID: HostIdentity.bootID)
                journal.note(.running(.key(order.instanceKey), start), time.now())
            }
        }
    }

    /// Starts those whose RUNNING is spooled. False: there is no process, descriptor or memory to be had for now.
    private func startAnnounced() -> Bool {
        guard patience.nextTry <= time.steadySeconds() else { return false }
        let batch = announced
        announced = []
        for (index, order) in batch.enumerated() {
            guard let shortage = startCommand(order) else { continue }
            announced = Array(batch[index...])
            if patience.failed(time.steadySeconds()) { giveUpAnnounced(shortage) }
            return false
        }
        patience.started(time.steadySeconds())
        return true
    }

    /// None of these could be started for too long.
    private func giveUpAnnounced(_ failure: StartFailure) {
        let orders = announced
        announced = []
        patience.reset()
        for order in orders { neverStarted(order, failure.namingLimit(after: StartPatience.limit)) }
    }

    /// - Returns: what it could not be had for now; nil: it was started, or it never will be.
    private func startCommand(_ order: InstanceOrder) -> StartFailure? {
        let command = command(order)
        let checks = checks(order.description)
        var started = loop.start(command)
        if case .failure(let failure) = started, failure.step == .output, failure.errno == ENOENT {
            // Somebody has removed the folder of the logs.
            folders.removeAll()
            makeFolders(order)
            started = loop.start(command)
        }
        switch started {
        case .success(let started):
            running[started.id] = RunningInstance(order: order, pid: started.process.pid, checks: checks)
            idOfKey[order.instanceKey] = started.id
            unnamed.append((started.id, time.steadySeconds() + Self.namingDelay))
        case .failure(let failure) where failure.isShortage: return failure
        case .failure(let failure): neverStarted(order, failure)
        }
        return nil
    }

    /// Jobs of a queue have the same expressions, mostly: those of the last one are kept, compiled.
    private func checks(_ job: JobDescription) -> SuccessChecks {
        let criteria = job.successCriteria
        if failureSearch.sources != criteria.failurePatterns {
            failureSearch = (criteria.failurePatterns, FailureSearch(criteria.failurePatterns, time: time))
        }
        return SuccessChecks(criteria, in: job.cwd, search: failureSearch.search)
    }

    private func neverStarted(_ order: InstanceOrder, _ failure: StartFailure) {
        let (stdoutEmpty, stderrEmpty) = CapturedFiles.tidy(order, in: layout)
        let outcome = Outcome(
            evidence: Evidence(notStarted: failure), stdoutEmpty: stdoutEmpty, stderrEmpty: stderrEmpty)
        noteOutcome(order.instanceKey, outcome, time.now())
    }

    /// Puts on record which processes the commands became that have lived for a moment.
    func nameProcesses(_ now: Double) {
        guard let first = unnamed.first, first.at <= now || running[first.id] == nil else { return }
        var passed = 0
        for (id, at) in unnamed {
            if let instance = running[id] {
                guard at <= now else { break }
                let started = jobmon_process_started(instance.pid, nil)
                let process = ProcessIdentity(pid: instance.pid, started: started >= 0 ? started : nil)
                journal.note(.process(.key(instance.order.instanceKey), process), time.now())
                running[id]?.isNamed = true
            }
            passed += 1
        }
        unnamed.removeFirst(passed)
    }

    private func command(_ order: InstanceOrder) -> Command {
        var command = Command(order, in: layout, null: null)
        // Only for those that live long enough to be named.
        command.looksUpStartTime = false
        // All of ours close at the exec anyway. Until then a child holds our lock, which tells a recovery that there may
        // be a command that it can't find by its environment yet.
        command.closesOthers = false
        makeFolders(order)
        return command
    }

    // MARK: Ends

    func commandEnded(_ id: CommandID, _ end: CommandEnd) {
        guard let instance = running.removeValue(forKey: id) else { return }
        idOfKey[instance.order.instanceKey] = nil
        if end.evidence.notStarted == nil { patience.somethingEnded(time.steadySeconds()) }
        let moment = time.now()
        if let failure = end.evidence.notStarted, failure.isShortage, !loop.isEnding(id), mode == .owned {
            // The process was made, but what it needs to execute was not to be had.
            announced.append(instance.order)
            if patience.failed(time.steadySeconds()) { giveUpAnnounced(failure) }
        } else if loop.isEnding(id) || instance.checks.isWaiting(end.evidence) {
            held.append(HeldEnd(id: id, instance: instance, end: end, moment: moment, endedAt: time.steadySeconds()))
        } else {
            noteEnd(instance, end, moment)
        }
    }

    /// Reports the ends of those of which nothing is left meanwhile, and whose outputs are there, or were waited for.
    func releaseHeld() {
        guard !held.isEmpty else { return }
        let now = time.steadySeconds()
        var over: [HeldEnd] = []
        var kept: [HeldEnd] = []
        for var end in held {
            if loop.isEnding(end.id) {
                kept.append(end)
            } else if now < end.lookAt {
                kept.append(end)
            } else if now < end.endedAt + ExpectedOutputs.patience, end.instance.checks.isWaiting(end.end.evidence) {
                end.lookAt = now + ExpectedOutputs.interval
                kept.append(end)
            } else {
                over.append(end)
            }
        }
        held = kept
        for end in over { noteEnd(end.instance, end.end, end.moment) }
    }

    private func noteEnd(_ instance: RunningInstance, _ end: CommandEnd, _ moment: Timestamp) {
        let order = instance.order
        let (stdoutEmpty, stderrEmpty) = CapturedFiles.tidy(order, in: layout)
        let started = end.usage.wallclock
        let streams = WrittenStreams(
            stderr: stderrEmpty ? .none : .readable(order.stderrPath) ?? .kept(end.stderr),
            stdout: stdoutEmpty ? .none : .readable(order.stdoutPath) ?? .unseen, of: order.description)
        var evidence = end.evidence
        let doubt = instance.checks.add(to: &evidence, streams, started: started)
        let written = WrittenEnds(of: evidence, streams, started: started)
        var outcome = Outcome(
            evidence: evidence,
            process: instance.isNamed || end.evidence.notStarted != nil ? nil : ProcessIdentity(pid: instance.pid),
            usage: end.usage, returnsAttempt: instance.returningAttempt && end.evidence.cancelled,
            stdoutEmpty: stdoutEmpty, stderrEmpty: stderrEmpty)
        outcome.add(written, doubt: doubt)
        noteOutcome(order.instanceKey, outcome, moment)
    }

    func noteOutcome(_ key: String, _ outcome: Outcome, _ moment: Timestamp) {
        taken.end(key)
        journal.note(.outcome(.key(key), outcome), moment)
        if outcome.status != .complete { connection?.send(by: time.steadySeconds() + Self.reportDelays.news) }
    }

    private func makeFolders(_ order: InstanceOrder) {
        for folder in CapturedFiles.folders(of: order) where folders.insert(folder).inserted {
            CapturedFiles.makeFolder(folder)
        }
    }
}
