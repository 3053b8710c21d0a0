import JobmonCore

/// A small model of a ledger for the facts of a queue: enough to start a new queue from its rows. The rules are those
/// of Core (`InstanceStateMachine`, `JobStanding`).
struct LedgerModel {
    private(set) var jobs: [Int64: JobRecord] = [:]
    private var jidOfInstance: [String: Int64] = [:]
    private var early: [String: [Event]] = [:]
    private(set) var changes: [Change] = []
    /// Facts that contradicted what was recorded.
    private(set) var contradictions: [String] = []
    private var instances: Int64 = 0
    /// The relaunch rules of the queue.
    var relaunch = RelaunchRules.off

    var records: [JobRecord] { jobs.values.sorted { $0.jid < $1.jid } }

    mutating func add(
        jid: Int64, _ description: JobDescription, key: String? = nil, waitsFor: [Int64] = []
    ) {
        jobs[jid] = JobRecord(
            jid: jid, queue: "q", jobKey: key ?? "key-\(jid)", description: description,
            submittedDate: Timestamp(milliseconds: 0), status: .queued, attempts: 0, cancelRequested: false,
            instances: [])
        jobs[jid]?.waitsFor = waitsFor
    }

    /// A job is queued again: it may have more attempts, and runs differently if it has not had one.
    mutating func describe(_ jid: Int64, _ description: JobDescription) {
        guard var job = jobs[jid] else { return }
        job.description.maxAttempts = max(job.description.maxAttempts, description.maxAttempts)
        if job.instances.isEmpty { _ = job.description.takeExecution(of: description) }
        jobs[jid] = job
    }

    @discardableResult
    mutating func record(_ event: Event) -> EventResult {
        switch event.fact {
        case .submitted(.key(let key)?, let submission):
            guard case .jid(let jid)? = submission.job, jobs[jid] != nil else { return EventResult(outcome: .refused) }
            guard jidOfInstance[key] == nil else { return EventResult(outcome: .repeat, jid: jid) }
            make(key, jid, submission, at: event.time ?? Timestamp(milliseconds: 0))
            for late in early.removeValue(forKey: key) ?? [] { record(late) }
            return EventResult(outcome: .recorded, jid: jid)
        case .running(.key(let key), _): return say(key, .running, event) { _ in }
        case .outcome(.key(let key), let outcome):
            return say(key, outcome.status, event) { instance in
                instance.cause = outcome.resolvedCause
                instance.exitCode = outcome.evidence.exitCode
                instance.returnedAttempt = outcome.returnsAttempt
                instance.finishedDate = event.time
            }
        case .blocked(.jid(let jid), let blocker):
            jobs[jid]?.blockedBy = blocker
            publish("blocked", jid, nil, nil)
            return EventResult(outcome: .recorded, jid: jid)
        default: return EventResult(outcome: .refused)
        }
    }

    private mutating func make(_ key: String, _ jid: Int64, _ submission: Submission, at time: Timestamp) {
        instances += 1
        jidOfInstance[key] = jid
        let retry = jobs[jid]?.instances.count ?? 0
        jobs[jid]?.instances.append(
            InstanceRecord(
                jobInstanceID: instances, instanceKey: key, jid: jid, retryNumber: retry,
                executor: submission.executor, executorID: nil, status: .submitted, cause: nil, exitCode: nil,
                signal: nil, host: nil, bootID: nil, process: nil, submittedDate: time, startedDate: nil,
                finishedDate: nil, lastSeen: nil, lateSince: nil, usage: Usage(), stdoutPath: nil, stderrPath: nil,
                returnedAttempt: false, error: nil, requested: submission.requested))
        publish("submitted", jid, key, .submitted)
    }

    private mutating func say(
        _ key: String, _ status: Status, _ event: Event, _ fill: (inout InstanceRecord) -> Void
    ) -> EventResult {
        guard let jid = jidOfInstance[key],
            let index = jobs[jid]?.instances.firstIndex(where: { $0.instanceKey == key }),
            var instance = jobs[jid]?.instances[index]
        else {
            early[key, default: []].append(event)
            return EventResult(outcome: .early)
        }
        switch InstanceStateMachine.answer(current: instance.status, said: status) {
        case .moves:
            instance.status = status
            fill(&instance)
            if status == .failed { applyRules(jid, index, &instance) }
            jobs[jid]?.instances[index] = instance
            publish(status.label.lowercased(), jid, key, status)
            return EventResult(outcome: .recorded, jid: jid)
        case .repeats, .fills: return EventResult(outcome: .repeat, jid: jid)
        case .contradicts:
            contradictions.append("\(key) of job \(jid) is \(instance.status), and is said to be \(status)")
            return EventResult(outcome: .refused, jid: jid)
        }
    }

    private mutating func applyRules(_ jid: Int64, _ index: Int, _ instance: inout InstanceRecord) {
        guard let job = jobs[jid], let cause = instance.cause, index == job.instances.count - 1 else { return }
        var history = RelaunchHistory()
        for earlier in job.instances[..<index] {
            history.note(
                cause: earlier.cause, returnedAttempt: earlier.returnedAttempt || earlier.status == .unknown,
                host: earlier.host, decision: earlier.relaunch)
        }
        let decision = relaunch.decision(
            on: RelaunchFailure(cause: cause, exitCode: instance.exitCode), after: history,
            sizes: RelaunchSizes(requested: RequestedResources(job.description.resources)),
            isReturned: instance.returnedAttempt)
        guard let decision else { return }
        instance.relaunch = decision
        if decision.returnsAttempt {
            instance.returnedAttempt = true
        } else if cause.isOfHost {
            instance.returnedAttempt = false
        }
        guard decision.next == .again else { return }
        if !decision.returnsAttempt { jobs[jid]?.description.maxAttempts += 1 }
        if let memory = decision.memory { jobs[jid]?.description.resources["memory"] = .int(memory.to) }
    }

    /// A user cancels a job, if that is possible.
    mutating func cancel(_ jid: Int64) {
        guard let status = jobs[jid]?.status, !status.isFinal else { return }
        jobs[jid]?.cancelRequested = true
        publish("cancel", jid, nil, nil)
    }

    /// A user requests another attempt.
    mutating func retry(_ jid: Int64) {
        guard let job = jobs[jid], job.status == .failed || job.status == .cancelled, job.blockedBy == nil else {
            return
        }
        jobs[jid]?.cancelRequested = false
        jobs[jid]?.description.maxAttempts = max(job.description.maxAttempts, job.attempts + 1)
        publish("retry", jid, nil, nil)
    }

    private mutating func publish(_ kind: String, _ jid: Int64, _ key: String?, _ status: Status?) {
        guard let job = jobs[jid] else { return }
        let attempts = job.instances.count { !$0.returnedAttempt }
        let standing = JobStanding(
            attempts: attempts, maxAttempts: job.description.maxAttempts, cancelRequested: job.cancelRequested,
            isBlocked: job.blockedBy != nil, anyComplete: job.instances.contains { $0.status == .complete },
            latest: job.instances.last?.status,
            latestReturnedAttempt: job.instances.last?.returnedAttempt ?? false,
            latestIsLast: job.instances.last?.isLast ?? false)
        jobs[jid]?.attempts = attempts
        jobs[jid]?.status = standing.status
        changes.append(
            Change(
                sequence: Int64(changes.count + 1), kind: kind, time: Timestamp(milliseconds: 0), jid: jid, queue: "q",
                jobKey: job.jobKey, instanceKey: key, status: status, jobStatus: standing.status))
    }
}
