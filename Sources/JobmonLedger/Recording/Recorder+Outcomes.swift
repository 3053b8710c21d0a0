import JobmonCore

extension Recorder {
    /// An instance ended, or nobody knows any more.
    func end(
        _ reference: InstanceReference, _ outcome: Outcome, at time: Timestamp
    ) throws(SQLiteFailure) -> Verdict {
        guard outcome.status.isFinal || outcome.status == .unknown else {
            return Verdict(refused: Problem(.invalid, "\(outcome.status.label) is not an outcome of an instance"))
        }
        guard var instance = try find(reference) else { return missing(reference) }
        switch InstanceStateMachine.answer(current: instance.status, said: outcome.status) {
        case .repeats: return Verdict(instance, changed: false)
        case .contradicts, .fills: return Verdict(instance, refused: contradiction(instance, outcome.status))
        case .moves: break
        }
        let wasUnknown = instance.status == .unknown
        instance.status = outcome.status
        instance.cause = outcome.resolvedCause
        let final = outcome.status.isFinal
        instance.finishedDate = final ? time : nil
        instance.wallclock = outcome.usage.wallclock ?? instance.wallclock ?? instance.lived
        instance.attemptReturned = outcome.returnsAttempt && (outcome.status == .failed || outcome.status == .cancelled)
        if instance.pid == nil, let process = outcome.process {
            instance.pid = Int64(process.pid)
            instance.pidStarted = process.started
        }
        keepEnd(&instance, outcome)
        note(instance, outcome.status, at: time)
        var headline: String?
        if outcome.status == .failed {
            let error = try writeError(instance, outcome, wasUnknown: wasUnknown, at: time)
            headline = error.headline
            try relaunch(&instance, outcome, group: error.group)
        }

        if instance.attemptReturned { instance.job.attempts = max(0, instance.job.attempts - 1) }
        if outcome.status == .complete { instance.job.anyComplete = true }
        try restand(&instance.job, after: instance)
        var verdict = Verdict(instance, changed: true)
        verdict.error = headline
        verdict.brief = BriefEvent(reference, outcome)
        return verdict
    }

    private func keepEnd(_ instance: inout InstanceState, _ outcome: Outcome) {
        var ending = outcome
        ending.usage = outcome.judgedUsage
        if let earlier = instance.ending {
            ending.stdoutEmpty = ending.stdoutEmpty || earlier.stdoutEmpty
            ending.stderrEmpty = ending.stderrEmpty || earlier.stderrEmpty
        }
        instance.ending = ending
        // UNKNOWN is said because of silence: it is not a sign of life.
        if instance.status != .unknown { instance.isSeen = true }
        cache.change(instance)
    }

    /// The one row in `error` of a failed instance. - Returns: its headline, and the number of its group.
    private func writeError(
        _ instance: InstanceState, _ outcome: Outcome, wasUnknown: Bool, at time: Timestamp
    ) throws(SQLiteFailure) -> (headline: String, group: Int64) {
        var reported: [JobError] = []
        var outcome = outcome
        // Whoever says why the scheduler ended a command did not see it; what it wrote was reported by who did.
        let isClosed = wasUnknown && (outcome.evidence.exitCode != nil || outcome.evidence.signal != nil)
        if isClosed, outcome.stderr == nil, outcome.description == nil, instance.cause != .exit {
            outcome.stderr = try statements.findReported.put(instance.id).first({ $0.text() }).flatMap {
                JobError(body: $0)?.description
            }
        }
        if instance.cause == .exit || instance.cause == .missingOutput || instance.cause == .reportedError {
            reported = try statements.findReported.put(instance.id).all { row in row.text() }.reversed()
                .compactMap { JobError(body: $0) }
        }
        let described = ErrorText.describe(outcome, cause: instance.cause, reported: reported.map(\.description))
        let traceback =
            outcome.traceback ?? reported.last { $0.traceback != nil }?.traceback ?? printedTraceback(instance, outcome)
        let group = try group(described.reading, instance.cause, outcome.evidence, of: instance.job)
        try countInGroup(group, of: instance.job, at: time)
        try statements.insertError.put(instance.id).put(time.description)
            .put(described.text.lastBytes(ProtocolLimits.stderr)).put(described.headline).put(instance.job.jid)
            .put(traceback.map { JSON.object($0).text }).put(group).run()
        if !instance.job.isForgotten { batch.countError(queue: instance.job.queue) }
        return (described.headline, group)
    }

    /// What a program of Python that ended of an exception wrote of it, where nobody said it as structure.
    private func printedTraceback(_ instance: InstanceState, _ outcome: Outcome) -> JSONObject? {
        // With any other cause an exception is not what ended it; with a description it may be none of Python's.
        guard instance.cause == .exit, outcome.description == nil else { return nil }
        let found = outcome.stderr.flatMap { PythonTraceback(stderr: $0) }
        return (found ?? outcome.stdout.flatMap { PythonTraceback(stderr: $0) })?.json
    }

    // MARK: - What a job says itself

    /// A job says what went wrong. Kept as an event; it is a part of the error when the instance fails, and of the one
    /// that it has where the outcome came first.
    func report(_ said: JobError, of reference: InstanceReference) throws(SQLiteFailure) -> Verdict {
        guard let instance = try find(reference) else { return missing(reference) }
        var verdict = Verdict(instance, changed: true)
        verdict.error = ErrorText.headline(said.description)
        guard instance.status == .failed, instance.cause == .exit,
            let earlier = try statements.findError.put(instance.id).first({ row in
                (
                    text: row.text(), exitCode: row.optionalInt().map { Int($0) },
                    signal: row.optionalInt().map { Int($0) }
                )
            })
        else { return verdict }
        let described = DescribedError(
            ErrorText.joined(reported: [said.description], to: ErrorText.withoutStdout(earlier.text))
                .lastBytes(ProtocolLimits.stderr))
        // What ended in this batch is not in its row yet.
        let evidence =
            instance.ending?.evidence ?? Evidence(exitCode: earlier.exitCode, signal: earlier.signal)
        let group = try group(described.reading, instance.cause, evidence, of: instance.job)
        try regroup(instance, into: group)
        try statements.updateError.put(described.text).put(described.headline)
            .put(said.traceback.map { JSON.object($0).text }).put(group).put(instance.id).run()
        return verdict
    }

    /// Counts that the error of an instance is about to be moved into a group.
    private func regroup(_ instance: InstanceState, into group: Int64) throws(SQLiteFailure) {
        let known = try statements.findGroupOfError.put(instance.id).first { row in
            (group: row.optionalInt(), time: row.time())
        }
        guard let known, known.group != group else { return }
        if let earlier = known.group, !instance.job.isForgotten {
            let errors = try statements.countInGroup.put(earlier).put(instance.job.jid).first { Int($0.int()) } ?? 1
            batch.groups.remove(
                earlier, jid: instance.job.jid, errors: 1, isJobGone: errors == 1, from: known.time, to: known.time)
        }
        try countInGroup(group, of: instance.job, at: known.time)
    }
}

extension JobError {
    /// A reported error from its event's body, as it stands in its row.
    fileprivate init?(body: String) {
        guard case .object(let object)? = try? JSON(parsing: body), case .string(let text)? = object["description"]
        else {
            return nil
        }
        var traceback: JSONObject?
        if case .object(let structure)? = object["traceback"] { traceback = structure }
        self.init(text, traceback: traceback)
    }
}
