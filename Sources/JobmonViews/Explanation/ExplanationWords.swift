import JobmonCore

/// The sentences of an explanation.
struct ExplanationWords {
    let job: JobRecord
    let surroundings: Explanation.Surroundings
    let again: String
    let now: Timestamp

    typealias End = (why: String, certainty: Explanation.Certainty, evidence: [String])

    private var last: InstanceRecord? { job.instances.last }

    // MARK: Why

    /// Why the job has its status.
    func end(_ time: (Timestamp) -> String) -> End {
        if job.status == .cancelled, let blocker = job.blockedBy {
            return ("it was not run, since it waits for job \(blocker), which failed or was cancelled", .certain, [])
        }
        guard let last else {
            if job.status == .cancelled { return ("it was cancelled before its first attempt", .certain, []) }
            return waiting
        }
        switch job.status {
        case .complete: return complete(last)
        case .failed: return failed(last, time)
        case .cancelled: return cancelled(last)
        case .queued:
            if job.cancelRequested { return ("it is to be cancelled", .certain, []) }
            var end = waiting
            if last.status == .failed {
                let failure = failed(last, time)
                end.evidence.append("attempt \(last.retryNumber + 1) failed: \(failure.why)")
                end.evidence += failure.evidence
            } else if last.returnedAttempt {
                end.evidence.append(
                    "attempt \(last.retryNumber + 1) was ended from outside, and does not count")
            }
            return end
        case .submitted: return submitted(last, time)
        case .running: return running(last, time)
        case .unknown: return silent(last, time)
        }
    }

    private func complete(_ latest: InstanceRecord) -> End {
        // An older attempt may have reported its success late.
        let last = job.instances.last { $0.status == .complete } ?? latest
        guard let doubt = last.doubt else {
            let code = last.exitCode.map { "exit code \($0)" } ?? "it reported its success"
            return ("it is complete: \(code)", .certain, [])
        }
        return ("it ended with exit code 0, but may not have done its work", .unknown, [doubt])
    }

    private func failed(_ last: InstanceRecord, _ time: (Timestamp) -> String) -> End {
        let headline = last.errorLine.flatMap { $0.isEmpty ? nil : $0 }
        let said = said(last)
        let scheduler = title(last) ?? "the scheduler"
        switch last.cause {
        case .exit: return exit(last, headline)
        case .signal: return signal(last, headline)
        case .timeout:
            let limit =
                (last.relaunch?.timeout?.from ?? job.description.timeout).map { " of \(Units.duration($0))" } ?? ""
            return ("jobmon ended it, since its time limit\(limit) passed", .certain, ran(last))
        case .timeLimit: return timeLimit(last)
        case .outOfMemory: return outOfMemory(last)
        case .nodeFailure: return ("its node failed", .certain, said + host(last))
        case .preempted: return ("\(scheduler) gave its place to another job", .certain, said)
        case .requeued: return ("\(scheduler) starts it once more", .certain, said)
        case .missingOutput:
            return (headline ?? "an expected output is missing", .certain, ["the command ended with exit code 0"])
        case .reportedError:
            return ("it wrote that it failed: \(headline ?? "")", .certain, ["the command ended with exit code 0"])
        case .notStarted: return ("it could not be started: \(headline ?? "")", .certain, host(last))
        case .submitFailed: return ("\(scheduler) did not take it: \(headline ?? "")", .certain, [])
        case .lost:
            let seen = last.lastSeen.map { ["its last sign of life was at \(time($0))"] } ?? []
            return ("nobody saw its end", .unknown, (headline.map { [$0] } ?? []) + seen + host(last))
        case .cancelled, .dependency, nil: return (headline ?? "it failed", .certain, [])
        }
    }

    private func exit(_ last: InstanceRecord, _ headline: String?) -> End {
        let code = last.exitCode.map { "exit code \($0)" }
        guard let headline else { return ("it failed: \(code ?? "without an exit code")", .certain, []) }
        if let end = shortage(last, headline) { return end }
        var evidence = code.map { ["the command ended with \($0)"] } ?? ["the program reported it"]
        evidence += memoryKills
        if last.exitCode == 137, surroundings.oomKills ?? 0 == 0 {
            evidence.append("137 means that signal 9 ended a process of it; nothing shows that it was for memory")
        }
        return (headline, .certain, evidence)
    }

    private func signal(_ last: InstanceRecord, _ headline: String?) -> End {
        let number = last.signal ?? 0
        let name = "signal \(number) (\(SignalName.name(number)))"
        if let headline, let end = shortage(last, headline) { return end }
        var evidence = memoryKills + said(last)
        let isTold = headline.map { !$0.hasPrefix("signal ") } ?? false
        if isTold, let headline { evidence.insert("it wrote: \(headline)", at: 0) }
        switch number {
        case 9 where surroundings.oomKills ?? 0 > 0:
            return ("\(name) ended it, perhaps for its memory", .likely, evidence)
        case 9, 15:
            evidence.append(
                "jobmon did not send it" + (surroundings.oomKills == 0 ? ", nor did the kernel for memory" : ""))
            return ("\(name) ended it, which somebody sent from outside", .unknown, evidence)
        case 4, 7, 8, 11:
            evidence += addressSpace(last)
            return ("\(name) ended it: a fault of the program itself", .certain, evidence)
        case 6:
            evidence += addressSpace(last)
            return ("it ended itself (\(name)): a check in the program failed", .certain, evidence)
        case 24, 25: return ("\(name) ended it: a limit of the shell (ulimit) passed", .certain, evidence)
        default: return ("\(name) ended it", .certain, evidence)
        }
    }

    private func cancelled(_ last: InstanceRecord) -> End {
        (job.cancelRequested ? "it was cancelled on request" : "it was cancelled", .certain, said(last))
    }

    private func submitted(_ last: InstanceRecord, _ time: (Timestamp) -> String) -> End {
        let since = "since \(time(last.submittedDate))"
        guard let scheduler = ClusterScheduler(rawValue: last.executor) else {
            // The process that starts the commands of a queue has some of them in advance.
            return job.queue == nil ? ("its attempt is about to start, \(since)", .certain, []) : waiting
        }
        let id = last.executorID.map { " as \($0)" } ?? ""
        return ("it waits in \(scheduler.signs.title)\(id), \(since)", .certain, [])
    }

    private func running(_ last: InstanceRecord, _ time: (Timestamp) -> String) -> End {
        var evidence = host(last)
        if let seen = last.lastSeen { evidence.append("its last sign of life was at \(time(seen))") }
        let since = last.startedDate.map { " since \(time($0))" } ?? ""
        return last.lateSince == nil
            ? ("it runs\(since)", .certain, evidence)
            : ("it runs\(since), as far as is known: it is late with its signs of life", .likely, evidence)
    }

    private func silent(_ last: InstanceRecord, _ time: (Timestamp) -> String) -> End {
        let seen = last.lastSeen.map { " since \(time($0))" } ?? ""
        return (
            "it has been silent\(seen), and nobody knows whether it still runs", .unknown,
            host(last) + said(last)
        )
    }

    private var waiting: End {
        guard let queue = job.queue else { return ("it has had no attempt yet", .certain, []) }
        if let waits = job.waits { return ("it \(waits.words)", .certain, []) }
        switch surroundings.isQueueRun {
        case false?: return ("nobody runs its queue \(queue) now", .certain, [])
        case true? where last?.status == .failed && !(last?.returnedAttempt ?? false):
            return ("it waits for its next attempt", .certain, [])
        default:
            var evidence: [String] = []
            if let running = surroundings.running {
                evidence.append("\(Units.count(running, "job")) of its queue run now")
            }
            if let before = surroundings.before {
                let most = Explanation.mostBefore
                let jobs = before > most ? "more than \(Units.grouped(most)) jobs" : Units.count(before, "job")
                evidence.append("queued before it and waiting too: \(jobs)")
            }
            return (
                "it waits until there is room for it", surroundings.isQueueRun == nil ? .likely : .certain, evidence
            )
        }
    }

    // MARK: Evidence

    private func host(_ last: InstanceRecord) -> [String] { last.host.map { ["it ran on \($0)"] } ?? [] }

    // MARK: Next

    /// What will happen, and what may be done.
    func next(_ time: (Timestamp) -> String) -> [String] {
        let used = "\(job.attempts) of \(Units.count(job.description.maxAttempts, "attempt")) used"
        switch job.status {
        case .complete: return []
        case .failed:
            guard job.queue != nil else { return ["nothing: it belongs to no queue that could run it again"] }
            var why = last?.cause == .submitFailed ? "what was refused is not tried again" : used
            if let relaunch = last?.relaunch { why = relaunch.words }
            let (with, more) = larger
            return ["nothing by itself: \(why); one more attempt\(with): jobmon retry \(job.jid)\(again)\(more)"]
        case .cancelled where job.blockedBy != nil:
            let blocker = job.blockedBy ?? 0
            return ["it is run when job \(blocker) is complete: jobmon retry \(blocker)\(again), then run the queue"]
        case .cancelled:
            return job.queue == nil ? [] : ["nothing by itself; one more attempt: jobmon retry \(job.jid)\(again)"]
        case .queued:
            guard let queue = job.queue else { return [] }
            if job.cancelRequested { return ["it is not started"] }
            return [starting(queue, used)]
        case .submitted:
            guard let last, let scheduler = ClusterScheduler(rawValue: last.executor) else {
                return job.queue.map { [starting($0, used)] } ?? []
            }
            let inquiry = last.executorID.map { "; why it waits there: \(scheduler.signs.listing) \($0)" } ?? ""
            return ["\(scheduler.signs.title) starts it\(inquiry)"]
        case .running: return job.cancelRequested ? ["it is being ended"] : []
        case .unknown:
            guard job.queue != nil else { return ["its end is recorded if it reports it"] }
            return ["its end is recorded if it reports it; else it counts as lost (\(used))"]
        }
    }

    private func starting(_ queue: String, _ used: String) -> String {
        let number = job.status == .submitted ? job.instances.count : job.instances.count + 1
        let attempt = "attempt \(number) (\(used))"
        if surroundings.isQueueRun == false {
            let executor = last.flatMap { ClusterScheduler(rawValue: $0.executor) }.map { " --executor \($0.rawValue)" }
            return "\(attempt) starts when its queue is run: jobmon run\(again)\(executor ?? "") "
                + "--queue \(ShellWord.quoted(queue))"
        }
        if job.status == .queued, last?.status == .failed {
            return "\(attempt) starts by itself after a wait (--backoff)"
        }
        return "\(attempt) starts by itself"
    }
}
