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
                guard spool() else { return }
                let batch = announced
                announced = []
                for order in batch { startCommand(order) }
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

    private func startCommand(_ order: InstanceOrder) {
        let command = command(order)
        var started = loop.start(command)
        if case .failure(let failure) = started, failure.step == .output, failure.errno == ENOENT {
            // Somebody has removed the folder of the logs.
            folders.removeAll()
            makeFolders(order)
            started = loop.start(command)
        }
        switch started {
        case .success(let started):
            running[started.id] = RunningInstance(order: order, pid: started.process.pid)
            idOfKey[order.instanceKey] = started.id
            unnamed.append((started.id, time.steadySeconds() + Self.namingDelay))
        case .failure(let failure):
            let (stdoutEmpty, stderrEmpty, _) = takeLogs(order, failed: false)
            let outcome = Outcome(
                evidence: Evidence(notStarted: failure), stdoutEmpty: stdoutEmpty, stderrEmpty: stderrEmpty)
            noteOutcome(order.instanceKey, outcome, time.now())
        }
    }

    /// Puts on record which processes the commands became that have lived for a moment.
    func nameProcesses(_ now: Double) {
        guard let first = unnamed.first, first.at <= now || running[first.id] == nil else { return }
        var passed = 0
        for (id, at) in unnamed {
            if let instance = running[id] {
                guard at <= now else { break }
                let started = jp_process_started(instance.pid)
                let process = ProcessIdentity(pid: instance.pid, started: started >= 0 ? started : nil)
                journal.note(.process(.key(instance.order.instanceKey), process), time.now())
                running[id]?.isNamed = true
            }
            passed += 1
        }
        unnamed.removeFirst(passed)
    }

    private func command(_ order: InstanceOrder) -> Command {
        let job = order.description
        var arguments = PackedTexts()
        if job.shell {
            arguments.append("/bin/sh")
            arguments.append("-c")
            arguments.append(job.runfile)
        } else {
            arguments.append(job.runfile)
            for argument in job.args { arguments.append(argument) }
        }
        var command = Command(arguments)
        for member in job.env.members {
            if case .string(let value) = member.value { command.additions.append("\(member.name)=\(value)") }
        }
        command.additions.append("JOBMON_DIR=\(layout.root)")
        command.additions.append("JOBMON_INSTANCE=\(order.instanceKey)")
        command.additions.append("JOBMON_JID=\(order.jid)")
        command.directory = job.cwd
        command.stdin = .descriptor(null)
        command.stdout = order.stdoutPath.map { .file($0) } ?? .descriptor(null)
        command.stderr = order.stderrPath.map { .file($0) } ?? .tail
        command.timeLimit = job.timeout
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
        let moment = time.now()
        let wasEnded = end.evidence.timedOut || end.evidence.cancelled
        if wasEnded, isGroupAlive(instance.pid) {
            let giveUpAt = time.steadySeconds() + ProcessLoop.grace + 2
            held.append(HeldEnd(instance: instance, end: end, moment: moment, giveUpAt: giveUpAt))
        } else {
            noteEnd(instance, end, moment)
        }
    }

    /// Reports the ends whose process group has gone meanwhile.
    func releaseHeld() {
        guard !held.isEmpty else { return }
        let now = time.steadySeconds()
        var still: [HeldEnd] = []
        for end in held {
            if isGroupAlive(end.instance.pid), end.giveUpAt > now {
                still.append(end)
            } else {
                noteEnd(end.instance, end.end, end.moment)
            }
        }
        held = still
    }

    private func isGroupAlive(_ group: Int32) -> Bool { kill(-group, 0) == 0 || errno == EPERM }

    private func noteEnd(_ instance: RunningInstance, _ end: CommandEnd, _ moment: Timestamp) {
        let order = instance.order
        let failed = Cause.decide(end.evidence).status != .complete
        let (stdoutEmpty, stderrEmpty, logged) = takeLogs(order, failed: failed)
        let outcome = Outcome(
            evidence: end.evidence,
            process: instance.isNamed || end.evidence.notStarted != nil ? nil : ProcessIdentity(pid: instance.pid),
            usage: end.usage, stderr: failed ? logged ?? end.stderr : nil,
            returnsAttempt: instance.returningAttempt && end.evidence.cancelled, stdoutEmpty: stdoutEmpty,
            stderrEmpty: stderrEmpty)
        noteOutcome(order.instanceKey, outcome, moment)
    }

    func noteOutcome(_ key: String, _ outcome: Outcome, _ moment: Timestamp) {
        taken.end(key)
        journal.note(.outcome(.key(key), outcome), moment)
        if outcome.status != .complete { connection?.send(by: time.steadySeconds() + Self.reportDelays.news) }
    }

    // MARK: Logs

    /// Removes captured files that are empty, and reads the end of stderr when the command failed.
    private func takeLogs(_ order: InstanceOrder, failed: Bool) -> (out: Bool, err: Bool, tail: String?) {
        let tail = failed ? order.stderrPath.flatMap { OutputTail.ofFile($0) } : nil
        return (removeIfEmpty(order.stdoutPath), removeIfEmpty(order.stderrPath), tail)
    }

    private func removeIfEmpty(_ path: String?) -> Bool {
        guard let path else { return false }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 else { return false }
        return unlink(path) == 0
    }

    private func makeFolders(_ order: InstanceOrder) {
        for path in [order.stdoutPath, order.stderrPath] {
            guard let path, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { continue }
            let folder = String(path[..<slash])
            guard folders.insert(folder).inserted, mkdir(folder, 0o700) != 0, errno == ENOENT else { continue }
            var end = folder.startIndex
            while let next = folder[folder.index(after: end)...].firstIndex(of: "/") {
                mkdir(String(folder[..<next]), 0o700)
                end = next
            }
            mkdir(folder, 0o700)
        }
    }
}
