extension Event {
    /// The event as it stands in a request, in a spool file and in the ledger. `docs/protocol.md` describes it.
    package var json: JSON {
        var object = JSONObject()
        append(to: &object)
        return .object(object)
    }

    /// Appends the same as compact text.
    package func write(to bytes: inout [UInt8]) {
        var given: [UInt8] = []
        swap(&given, &bytes)
        var object = JSONObjectText(after: given)
        append(to: &object)
        bytes = object.end()
    }

    private func append(to object: inout some JSONMembers) {
        if case .unreadable(let said, _) = fact {
            // As it came: whatever it has of these members is among its own.
            guard case .object(let members) = said else { return object.append("unreadable", said) }
            for member in members.members { object.append(member.name, member.value) }
            return
        }
        if let identity {
            object.append("sender", .string(identity.sender))
            object.append("seq", .int(identity.seq))
        }
        object.append("time", ifPresent: time.map { .string($0.description) })
        object.append("kind", .string(fact.kind))
        switch fact {
        case .job(let job, let description):
            job.append(to: &object)
            object.append("job", description.json)
        case .submitted(let instance, let submission):
            instance?.append(to: &object)
            submission.append(to: &object)
        case .running(let instance, let start):
            instance.append(to: &object)
            start.append(to: &object)
        case .process(let instance, let process):
            instance.append(to: &object)
            process.append(to: &object)
        case .outcome(let instance, let outcome):
            instance.append(to: &object)
            outcome.append(to: &object)
        case .heartbeat(let instances):
            object.append(
                "instances",
                .array(
                    instances.map {
                        var reference = JSONObject()
                        $0.append(to: &reference)
                        return .object(reference)
                    }))
        case .retry(let job), .cancel(let job): job.append(to: &object)
        case .unreadable: break
        }
    }
}

extension InstanceReference {
    fileprivate func append(to object: inout some JSONMembers) {
        switch self {
        case .key(let key): object.append("instance_key", .string(key))
        case .id(let id): object.append("job_instance_id", .int(id))
        }
    }
}

extension JobReference {
    fileprivate func append(to object: inout some JSONMembers) {
        switch self {
        case .key(let queue, let key):
            object.append("queue", .string(queue))
            object.append("job_key", .string(key))
        case .jid(let jid): object.append("jid", .int(jid))
        }
    }
}

extension JobDescription {
    /// The description as it stands in an event.
    package var json: JSON {
        var object = JSONObject()
        object.append("name", ifPresent: name.map { .string($0) })
        object.append("runfile", .string(runfile))
        if !args.isEmpty { object.append("args", .array(args.map { .string($0) })) }
        if !params.isEmpty { object.append("params", .object(params)) }
        object.append("cwd", ifPresent: cwd.map { .string($0) })
        if !env.isEmpty { object.append("env", .object(env)) }
        if shell { object.append("shell", .bool(true)) }
        object.append("timeout", ifPresent: timeout.map { .double($0) })
        if !resources.isEmpty { object.append("resources", .object(resources)) }
        if maxAttempts != 1 { object.append("max_attempts", .int(Int64(maxAttempts))) }
        return .object(object)
    }
}

extension Submission {
    fileprivate func append(to object: inout some JSONMembers) {
        job?.append(to: &object)
        object.append("job", ifPresent: description?.json)
        object.append("executor", .string(executor))
        object.append("executor_id", ifPresent: executorID.map { .string($0) })
        object.append("stdout_path", ifPresent: stdoutPath.map { .string($0) })
        object.append("stderr_path", ifPresent: stderrPath.map { .string($0) })
    }
}

extension Start {
    fileprivate func append(to object: inout some JSONMembers) {
        object.append("host", ifPresent: host.map { .string($0) })
        object.append("boot_id", ifPresent: bootID.map { .string($0) })
        object.append("executor_id", ifPresent: executorID.map { .string($0) })
        process?.append(to: &object)
    }
}

extension ProcessIdentity {
    fileprivate func append(to object: inout some JSONMembers) {
        object.append("pid", .int(Int64(pid)))
        object.append("pid_started", ifPresent: started.map { .int($0) })
    }
}

extension Outcome {
    fileprivate func append(to object: inout some JSONMembers) {
        process?.append(to: &object)
        object.append("cause", ifPresent: cause.map { .string($0.rawValue) })
        object.append("exit_code", ifPresent: evidence.exitCode.map { .int(Int64($0)) })
        object.append("signal", ifPresent: evidence.signal.map { .int(Int64($0)) })
        if evidence.timedOut { object.append("timed_out", .bool(true)) }
        if evidence.cancelled { object.append("ended_by_us", .bool(true)) }
        if let failure = evidence.notStarted {
            object.append(
                "not_started",
                [
                    "step": .string(failure.step.rawValue), "path": .string(failure.path),
                    "errno": .int(Int64(failure.errno)), "reason": .string(failure.reason),
                ])
        }
        object.append("oom_kills", ifPresent: evidence.oomKills.map { .int(Int64($0)) })
        let used = usage.json
        if !used.isEmpty { object.append("usage", .object(used)) }
        object.append("stderr", ifPresent: stderr.map { .string($0) })
        object.append("description", ifPresent: description.map { .string($0) })
        if returnsAttempt { object.append("returns_attempt", .bool(true)) }
        if stdoutEmpty { object.append("stdout_empty", .bool(true)) }
        if stderrEmpty { object.append("stderr_empty", .bool(true)) }
    }
}

extension Usage {
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object.append("wallclock", ifPresent: wallclock.map { .double($0) })
        object.append("cpu", ifPresent: cpu.map { .double($0) })
        object.append("maxrss", ifPresent: maxrss.map { .int($0) })
        if maxrssAtMost { object.append("maxrss_at_most", .bool(true)) }
        object.append("io_read", ifPresent: ioRead.map { .int($0) })
        object.append("io_written", ifPresent: ioWritten.map { .int($0) })
        return object
    }
}
