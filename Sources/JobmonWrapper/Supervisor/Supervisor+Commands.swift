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

    /// Starts as many commands as there is room for. RUNNING of each is spooled before its fork.
    func fillSlots() {
        while true {
            if !announced.isEmpty {
                // Nothing can be written anywhere: nothing is started until that is over.
                guard spool(), startAnnounced() else { return }
            }
            guard mode == .owned, !schedule.isEmpty else { return }
            let now = time.steadySeconds()
            while announced.count < Self.startsPerWrite, let (order, share) = schedule.next(at: now) {
                announced.append(StartingInstance(order: order, share: share))
                let start = Start(host: HostIdentity.host, bootID: HostIdentity.bootID)
                journal.note(.running(.key(order.instanceKey), start), time.now())
            }
            guard !announced.isEmpty else { return }
        }
    }

    /// Starts those whose RUNNING is spooled. False: there is no process, descriptor or memory to be had for now.
    private func startAnnounced() -> Bool {
        guard patience.nextTry <= time.steadySeconds() else { return false }
        let batch = announced
        announced = []
        for (index, instance) in batch.enumerated() {
            guard let shortage = startCommand(instance) else { continue }
            announced = Array(batch[index...])
            if patience.failed(time.steadySeconds()) { giveUpAnnounced(shortage) }
            return false
        }
        patience.started(time.steadySeconds())
        return true
    }

    /// None of these could be started for too long.
    private func giveUpAnnounced(_ failure: StartFailure) {
        let instances = announced
        announced = []
        patience.reset()
        for instance in instances { neverStarted(instance, failure.namingLimit(after: StartPatience.limit)) }
    }

    /// - Returns: what it could not be had for now; nil: it was started, or it never will be.
    private func startCommand(_ instance: StartingInstance) -> StartFailure? {
        let order = instance.order
        let command = command(instance)
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
            running[started.id] = RunningInstance(
                order: order, share: instance.share, pid: started.process.pid, checks: checks)
            idOfKey[order.instanceKey] = started.id
            unnamed.append((started.id, time.steadySeconds() + Self.namingDelay))
        case .failure(let failure) where failure.isShortage: return failure
        case .failure(let failure): neverStarted(instance, failure)
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

    private func neverStarted(_ instance: StartingInstance, _ failure: StartFailure) {
        let order = instance.order
        schedule.giveBack(instance.share)
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

    private func command(_ instance: StartingInstance) -> Command {
        var command = Command(instance.order, with: instance.share, in: layout, null: null)
        if schedule.room.enforcesMemory, instance.share.need.memory > 0 {
            command.memoryLimit = instance.share.need.memory
        }
        // Only for those that live long enough to be named.
        command.looksUpStartTime = false
        // All of ours close at the exec anyway. Until then a child holds our lock, which tells a recovery that there may
        // be a command that it can't find by its environment yet.
        command.closesOthers = false
        makeFolders(instance.order)
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
            announced.append(StartingInstance(order: instance.order, share: instance.share))
            if patience.failed(time.steadySeconds()) { giveUpAnnounced(failure) }
        } else if loop.isEnding(id) || instance.checks.isWaiting(end.evidence) {
            let isEnding = loop.isEnding(id)
            if !isEnding { schedule.giveBack(instance.share) }
            held.append(
                HeldEnd(
                    id: id, instance: instance, end: end, moment: moment, endedAt: time.steadySeconds(),
                    keepsRoom: isEnding))
        } else {
            schedule.giveBack(instance.share)
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
                continue
            }
            if end.keepsRoom {
                schedule.giveBack(end.instance.share)
                end.keepsRoom = false
            }
            if now < end.lookAt {
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
        let asked = RequestedResources(order.description.resources).memory
        noteOutcome(
            order.instanceKey, outcome, moment, isAwaited: order.isAwaited,
            tellsWhole: outcome.usage.memoryExcess(over: asked) != nil)
    }

    /// - Parameters:
    ///   - isAwaited: other jobs can start when it is over.
    ///   - tellsWhole: the queue is told more of it than that it completed.
    func noteOutcome(
        _ key: String, _ outcome: Outcome, _ moment: Timestamp, isAwaited: Bool = false, tellsWhole: Bool = false
    ) {
        taken.end(key)
        journal.note(.outcome(.key(key), outcome), moment, tellsWhole: tellsWhole)
        if outcome.status != .complete || isAwaited {
            connection?.send(by: time.steadySeconds() + Self.reportDelays.news)
        }
    }

    private func makeFolders(_ order: InstanceOrder) {
        for folder in CapturedFiles.folders(of: order) where folders.insert(folder).inserted {
            CapturedFiles.makeFolder(folder)
        }
    }
}
