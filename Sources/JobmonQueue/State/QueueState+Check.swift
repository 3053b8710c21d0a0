import JobmonCore

extension QueueState {
    /// Checks all invariants that must hold between two facts, and describes each violation. For tests: it goes through
    /// all jobs.
    package func sanityCheck() -> [String] {
        var wrong: [String] = []
        func expect(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { wrong.append(what()) } }
        var counted = QueueState(configuration)
        counted.jobs = jobs
        var liveKeys: Set<String> = []
        let readyIndexes = Set(
            lines.indices.flatMap { line in
                lines[line].ready.elements.filter { jobs[$0.index].line == line }.map(\.index)
            })
        counted.lines = lines.map { StartLine($0.kind) }
        counted.limitSets = limitSets
        counted.limits = limits.map { ActiveLimit(pattern: $0.pattern, most: $0.most) }
        let dueIndexes = Set(due.elements.map(\.index))
        for (index, job) in jobs.enumerated() {
            counted.count(index, job.phase, 1)
            expect(indexOfJid[job.jid] == index, "job \(job.jid) is not found by its jid")
            if let live = job.live {
                expect(liveKeys.insert(live.key).inserted, "two jobs have the instance \(live.key)")
                expect(indexOfKey[live.key] == index, "instance \(live.key) is not found by its key")
                expect(live.retryNumber < job.instances, "instance \(live.key) was never counted")
            }
            expect(job.standing.attempts >= 0, "job \(job.jid) has used \(job.standing.attempts) attempts")
            expect(
                job.standing.attempts <= job.instances, "job \(job.jid) has used more attempts than it has instances")
            switch job.phase {
            case .queued where !job.isNamed, .backingOff where !job.isNamed:
                expect(!readyIndexes.contains(index), "job \(job.jid) is ready, and nobody asked for it")
            case .held: expect(!isFree(index), "job \(job.jid) waits for nothing and is held")
            case .queued:
                expect(readyIndexes.contains(index), "job \(job.jid) is ready and in no queue")
                expect(isFree(index), "job \(job.jid) is ready and waits for others")
            case .backingOff: expect(dueIndexes.contains(index), "job \(job.jid) waits for a time that never comes")
            case .preparing, .submitting, .waiting, .running, .unclear, .fencing:
                expect(job.live != nil, "job \(job.jid) is \(job.phase) without an instance")
            case .complete, .failed, .cancelled:
                expect(job.live == nil, "job \(job.jid) is over and has a live instance")
            }
            if job.phase == .held || job.blockedBy != 0 {
                expect(job.live == nil, "job \(job.jid) waits for others and has a live instance")
            }
            expect(
                job.blockedBy == 0 || job.phase == .cancelled, "job \(job.jid) is blocked and \(job.phase)")
            if job.phase == .complete {
                expect(job.standing.anyComplete, "job \(job.jid) is complete without a complete instance")
            }
            let askable = job.phase == .unclear && job.live?.askable == true
            expect(
                unclearKeys.contains(job.live?.key ?? "") == askable, "job \(job.jid) is asked about at the wrong time")
        }
        expect(counted.counts == counts, "counts \(counts), counted \(counted.counts)")
        expect(counted.inRoom == inRoom, "room \(inRoom), counted \(counted.inRoom)")
        expect(counted.namedInRoom == namedInRoom, "named \(namedInRoom), counted \(counted.namedInRoom)")
        expect(counted.lines.map(\.inRoom) == lines.map(\.inRoom), "a line has another number of jobs in room")
        expect(counted.limits.map(\.taken) == limits.map(\.taken), "a limit has another number of jobs")
        expect(counted.fencing == fencing, "fencing \(fencing), counted \(counted.fencing)")
        return wrong
    }
}
