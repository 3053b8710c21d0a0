import JobmonCore

/// How queues are run, and what their relaunch rules make of failures.
extension Recorder {
    /// A queue begins to be run: what happens from now on is new since then.
    func beginRun(
        of queue: String, by relaunch: RelaunchRules?, at time: Timestamp
    ) throws(SQLiteFailure) -> Verdict {
        // By a clock that is ahead, every group would be gone until then.
        try statements.insertRun.put(queue).put(min(time, batch.now).description).run()
        // What was set for an earlier run does not hold for this one.
        try statements.beginSetting.put(queue).put(relaunch?.json.text).run()
        rules.set(relaunch, of: queue)
        return Verdict(.recorded)
    }

    /// A queue is run in another way from now on. Its process, if there is one, sees the published change.
    func set(_ queue: String, _ setting: QueueSetting) throws(SQLiteFailure) -> Verdict {
        var relaunch: RelaunchRules?
        if let change = setting.relaunch {
            relaunch = (try rules.rules(of: queue, self) ?? .off).changed(by: change)
            rules.set(relaunch, of: queue)
        }
        try statements.changeSetting.put(queue).put(relaunch?.json.text).put(setting.parallelism)
            .put(setting.retries).put(setting.halt).run()
        if let retries = setting.retries {
            // The rows are the truth for this; what is kept of these jobs is old then.
            try writeChanged()
            cache = StateCache()
            try statements.changeRetries.put(retries + 1).put(queue).run()
            // One that waits for a retry that it does not have any more has failed.
            for jid in try statements.findWaiting.put(queue).all({ $0.int() }) {
                guard var job = try find(.jid(jid)) else { continue }
                try restand(&job)
            }
        }
        var verdict = Verdict(.recorded)
        verdict.changed = true
        verdict.queue = queue
        verdict.setting = setting
        return verdict
    }

    /// Applies the relaunch rules of a job, or of its queue, to its failed instance.
    func relaunch(
        _ instance: inout InstanceState, _ outcome: Outcome, group: Int64
    ) throws(SQLiteFailure) {
        // Without a queue, nothing starts it again.
        guard let queue = instance.job.queue, let cause = instance.cause, cause != .cancelled, cause != .submitFailed,
            // The job has gone on already.
            instance.id == instance.job.latestInstance
        else { return }
        let job = instance.job
        guard
            let described = try statements.findRequests.put(job.jid).first({ row in
                (resources: row.object(), timeout: row.optionalDouble())
            })
        else { return }
        let own = RelaunchRules(ofJob: described.resources)
        guard let ofQueue = try rules.rules(of: queue, self) else { return }
        let all = ofQueue.preceded(by: own)
        var failure = RelaunchFailure(cause: cause, exitCode: outcome.evidence.exitCode, group: group)
        guard all.rule(for: failure) != nil else { return }
        let given = try statements.findAllocated.put(instance.id).first { row in
            (memory: row.optionalInt(), node: row.optionalText(), executor: row.text())
        }
        // Where all attempts run on one host, there is no other.
        if given.flatMap({ ClusterScheduler(rawValue: $0.executor) }) != nil {
            failure.host = given?.node ?? instance.host
        }
        let decision = all.decision(
            on: failure, after: try history(before: instance),
            sizes: RelaunchSizes(
                requested: RequestedResources(described.resources), timeout: described.timeout,
                memoryGiven: given?.memory ?? outcome.evidence.memoryLimit,
                partition: Self.partition(described.resources)), isReturned: instance.attemptReturned)
        guard let decision else { return }
        instance.relaunch = decision
        if decision.returnsAttempt {
            instance.attemptReturned = true
        } else if cause.isOfHost {
            // Its rule is used up: from now on such failures count.
            instance.attemptReturned = false
        }
        cache.change(instance)
        guard decision.next == .again else { return }
        if !decision.returnsAttempt { instance.job.maxAttempts += 1 }
        var changed = JSONObject()
        if let memory = decision.memory { changed.append("memory", .int(memory.to)) }
        if let runtime = decision.runtime { changed.append("runtime", .double(runtime.to)) }
        if !changed.isEmpty || decision.timeout != nil { try statements.keepChanged.put(job.jid).run() }
        if !changed.isEmpty {
            try statements.changeResources.put(JSON.object(changed).text).put(job.jid).run()
        }
        if let timeout = decision.timeout { try statements.changeTimeout.put(timeout.to).put(job.jid).run() }
    }

    /// The attempts of its job before an instance.
    private func history(before instance: InstanceState) throws(SQLiteFailure) -> RelaunchHistory {
        var history = RelaunchHistory()
        guard instance.job.instances > 1 else { return history }
        // An earlier attempt may have ended in this batch.
        try writeChanged()
        let ends = try statements.findEnds.put(instance.job.jid).put(instance.id).all { row in
            (
                status: row.status(), cause: row.cause(), returned: row.bool(), host: row.optionalText(),
                relaunch: RelaunchDecision(&row)
            )
        }
        for end in ends {
            history.note(
                cause: end.cause, returnedAttempt: end.returned || end.status == .unknown, host: end.host,
                decision: end.relaunch)
        }
        return history
    }

    private static func partition(_ resources: JSONObject) -> String? {
        if case .string(let name)? = resources["partition"] { name } else { nil }
    }
}
