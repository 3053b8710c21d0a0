extension Event: JSONWritable {
    /// The event as written to requests, spool files and the ledger. `docs/protocol.md` describes the form.
    package var json: JSON { .object(jsonObject) }

    /// Appends the same form as compact text.
    package func write(to bytes: inout [UInt8]) {
        var given: [UInt8] = []
        swap(&given, &bytes)
        var object = JSONObjectText(after: given)
        append(to: &object)
        bytes = object.end()
    }

    func append(to object: inout some JSONMembers) {
        if case .unreadable(let said, _) = fact {
            // Unchanged: identity and time, if it has them, are among its own members.
            guard case .object(let members) = said else { return object.append("unreadable", said) }
            return object.append(contentsOf: members)
        }
        if let identity {
            object.append("sender", string: identity.sender)
            object.append("seq", int: identity.seq)
        }
        object.append("time", string: time?.description)
        object.append("kind", string: fact.kind)
        switch fact {
        case .job(let job, let description):
            job.append(to: &object)
            object.append("job", membersOf: description)
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
        case .error(let instance, let report):
            instance.append(to: &object)
            object.append("description", string: report.description)
            if let traceback = report.traceback { object.append("traceback", .object(traceback)) }
        case .heartbeat(let instances):
            object.append(
                "instances",
                .array(
                    instances.map {
                        var reference = JSONObject()
                        $0.append(to: &reference)
                        return .object(reference)
                    }))
        case .retry(let job, let resources):
            job.append(to: &object)
            object.append("resources", object: resources)
        case .cancel(let job), .forget(let job): job.append(to: &object)
        case .blocked(let job, let blocker):
            job.append(to: &object)
            object.append("by", int: blocker)
        case .run(let queue, let relaunch):
            object.append("queue", string: queue)
            if let relaunch { object.append("relaunch", relaunch.json) }
        case .set(let queue, let setting):
            object.append("queue", string: queue)
            object.append("setting", setting.json)
        case .group(let number, let change):
            object.append("group", int: number)
            switch change {
            case .mute, .unmute: break
            case .note(let text): object.append("text", string: text)
            case .merge(let target): object.append("into", int: target)
            }
        case .unreadable: break
        }
    }
}

extension InstanceReference {
    fileprivate func append(to object: inout some JSONMembers) {
        switch self {
        case .key(let key): object.append("instance_key", string: key)
        case .id(let id): object.append("job_instance_id", int: id)
        }
    }
}

extension JobReference {
    fileprivate func append(to object: inout some JSONMembers) {
        switch self {
        case .key(let queue, let key):
            object.append("queue", string: queue)
            object.append("job_key", string: key)
        case .jid(let jid): object.append("jid", int: jid)
        }
    }
}

extension JobDescription: JSONWritable {
    /// The description in its form in an event.
    package var json: JSON { .object(jsonObject) }

    func append(to object: inout some JSONMembers) {
        object.append("name", string: name)
        object.append("runfile", string: runfile)
        if !args.isEmpty { object.append("args", .array(args.map { .string($0) })) }
        object.append("params", object: params)
        object.append("cwd", string: cwd)
        object.append("env", object: env)
        object.append("shell", flag: shell)
        object.append("timeout", double: timeout)
        object.append("resources", object: resources)
        if maxAttempts != 1 { object.append("max_attempts", int: Int64(maxAttempts)) }
    }
}

extension Submission {
    fileprivate func append(to object: inout some JSONMembers) {
        job?.append(to: &object)
        if let description { object.append("job", membersOf: description) }
        object.append("continues", string: continues)
        object.append("executor", string: executor)
        object.append("executor_id", string: executorID)
        object.append("stdout_path", string: stdoutPath)
        object.append("stderr_path", string: stderrPath)
        if !requested.isEmpty { object.append("requested", membersOf: requested) }
    }
}

extension Start {
    fileprivate func append(to object: inout some JSONMembers) {
        object.append("host", string: host)
        object.append("boot_id", string: bootID)
        object.append("executor_id", string: executorID)
        if let place {
            object.append("scheduler_queue", string: place.queue)
            object.append("allocated", object: place.allocated)
        }
        process?.append(to: &object)
        if let wrapper {
            var said = JSONObject()
            said.append("pid", .int(Int64(wrapper.process.pid)))
            said.append("pid_started", ifPresent: wrapper.process.started.map { .int($0) })
            said.append("pid_namespace", .int(wrapper.namespace))
            object.append("wrapper", object: said)
        }
    }
}

extension ProcessIdentity {
    fileprivate func append(to object: inout some JSONMembers) {
        object.append("pid", int: Int64(pid))
        object.append("pid_started", int: started)
    }
}

extension Outcome {
    fileprivate func append(to object: inout some JSONMembers) {
        process?.append(to: &object)
        object.append("cause", string: cause?.rawValue)
        object.append("exit_code", int: evidence.exitCode)
        object.append("signal", int: evidence.signal)
        object.append("timed_out", flag: evidence.timedOut)
        object.append("ended_by_us", flag: evidence.cancelled)
        if let failure = evidence.notStarted {
            object.append(
                "not_started",
                [
                    "step": .string(failure.step.rawValue), "path": .string(failure.path),
                    "errno": .int(Int64(failure.errno)), "reason": .string(failure.reason),
                ])
        }
        object.append("oom_kills", int: evidence.oomKills)
        object.append("oom_shared", flag: evidence.oomShared)
        object.append("memory_taken", int: evidence.memoryTaken)
        object.append("memory_limit", int: evidence.memoryLimit)
        object.append("address_space_limit", int: evidence.addressSpaceLimit)
        if let output = evidence.missingOutput {
            object.append("missing_output", ["path": .string(output.path), "empty": .bool(output.isEmpty)])
        }
        object.append("reported_error", string: evidence.reportedError)
        if let word = evidence.scheduler {
            var said = JSONObject()
            said.append("said", .string(word.said))
            said.append("cause", ifPresent: word.cause.map { .string($0.rawValue) })
            said.append("inferred", flag: word.isInferred)
            object.append("scheduler", .object(said))
        }
        if usage != Usage() { object.append("usage", membersOf: usage) }
        object.append("stderr", string: stderr)
        object.append("stdout", string: stdout)
        if let log { object.append("log", ["path": .string(log.path), "text": .string(log.text)]) }
        object.append("doubt", string: doubt)
        object.append("description", string: description)
        if let traceback { object.append("traceback", .object(traceback)) }
        object.append("returns_attempt", flag: returnsAttempt)
        object.append("stdout_empty", flag: stdoutEmpty)
        object.append("stderr_empty", flag: stderrEmpty)
    }
}
