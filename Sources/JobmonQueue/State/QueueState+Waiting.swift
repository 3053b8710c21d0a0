import JobmonCore

/// Jobs that wait for other jobs. The queue alone decides: it lets a job go when all that it needs are COMPLETE, and records
/// that a job is not run when one of them failed for good or was cancelled. After a crash, the next queue comes to the same
/// from the statuses in the ledger.
extension QueueState {
    /// A new job takes its place in the graph.
    mutating func enterGraph(_ index: Int, _ record: JobRecord) {
        // Those that wait for it may have come before it.
        let dependents = awaited.isEmpty ? nil : awaited.removeValue(forKey: record.jid)
        for dependent in dependents ?? [] {
            waits.add(dependent, waitsFor: [index])
            unknown[dependent, default: 1] -= 1
            if unknown[dependent] == 0 { unknown[dependent] = nil }
        }
        // What blocked it may be complete by now, or nothing that it waits for any more.
        if jobs[index].blockedBy != 0 { toJudge.insert(index) }
        guard !record.waitsFor.isEmpty, record.status != .complete else { return }
        var open: [Int] = []
        for jid in record.waitsFor {
            if let upstream = indexOfJid[jid] {
                if jobs[upstream].phase != .complete { open.append(upstream) }
            } else {
                awaited[jid, default: []].append(index)
                unknown[index, default: 0] += 1
            }
        }
        if !open.isEmpty { waits.add(index, waitsFor: open) }
        if open.contains(where: { jobs[$0].phase.upstream == .failed }) { toJudge.insert(index) }
    }

    /// Whether a job waits for nothing.
    func isFree(_ index: Int) -> Bool { waits.isFree(index) && (unknown.isEmpty || unknown[index] == nil) }

    /// Says that jobs wait for one that does not come any more: its run was ended, or the ledger was changed by hand.
    mutating func sayUnknownUpstream() {
        guard let first = awaited.min(by: { $0.key < $1.key }), let index = first.value.first else { return }
        outbox.say("job \(jobs[index].jid) waits for job \(first.key), which is no job of this queue")
    }

    /// A job became COMPLETE, failed or was cancelled, or is to be tried again.
    mutating func noteUpstream(_ index: Int) {
        if waits.hasDependents(index) { changedUpstream.append(index) }
    }

    /// Does for the jobs that wait what follows from those that changed. Not recursive: a chain may have a million jobs.
    mutating func settleDependents(at now: Moment) {
        while true {
            if let upstream = changedUpstream.popLast() {
                switch jobs[upstream].phase.upstream {
                case .complete:
                    for free in waits.satisfied(upstream) where jobs[free].phase == .held { move(free, to: .queued) }
                case .failed:
                    let root = root(of: upstream)
                    for index in waits.dependents(of: upstream) where jobs[index].blockedBy == 0 {
                        block(index, by: root, at: now)
                    }
                case .open: toJudge.formUnion(waits.dependents(of: upstream).filter { jobs[$0].blockedBy != 0 })
                }
            } else if let index = toJudge.popFirst() {
                let failed = waits.firstWait(of: index) { jobs[$0].phase.upstream == .failed }
                block(index, by: failed.map(root) ?? 0, at: now)
            } else {
                return
            }
        }
    }

    /// The job that a user must see to, and not one that was blocked itself.
    private func root(of upstream: Int) -> Int64 {
        jobs[upstream].blockedBy != 0 ? jobs[upstream].blockedBy : jobs[upstream].jid
    }

    /// Blocks a job by another one; 0: nothing blocks it any more.
    private mutating func block(_ index: Int, by blocker: Int64, at now: Moment) {
        guard blocker != jobs[index].blockedBy, jobs[index].live == nil, jobs[index].isNamed else { return }
        switch jobs[index].phase {
        case .held: break
        case .cancelled where jobs[index].blockedBy != 0: break
        default: return
        }
        jobs[index].blockedBy = blocker
        outbox.events.append(
            Event(time: now.time, fact: .blocked(.jid(jobs[index].jid), by: blocker == 0 ? nil : blocker)))
        settle(index, at: now)
    }

    /// The jobs that are not run since a job that they wait for failed: how many, and one of them.
    var blocked: QueueSummary.Blocked? {
        var count = 0
        var example: (jid: Int64, by: Int64)?
        for job in jobs where job.blockedBy != 0 && job.isNamed {
            count += 1
            if example == nil { example = (job.jid, job.blockedBy) }
        }
        return example.map { QueueSummary.Blocked(count: count, jid: $0.jid, by: $0.by) }
    }
}
