import JobmonCore
import JobmonTestSupport
import Testing

/// Which of the waiting jobs starts next on one machine.
@Suite struct StartScheduleTests {
    private func need(_ slots: Int = 1, memory: Int64 = 0, gpus: Int = 0) -> JobNeed {
        JobNeed(slots: slots, memory: memory, gpus: gpus)
    }

    private func schedule(_ room: MachineRoom, _ jobs: [(jid: Int64, need: JobNeed)]) -> StartSchedule<Int64> {
        var schedule = StartSchedule<Int64>(room)
        for job in jobs { schedule.add(job.jid, rank: StartRank(jid: job.jid), need: job.need) }
        return schedule
    }

    private func startAll(_ schedule: inout StartSchedule<Int64>, at now: Double = 0) -> [Int64] {
        var started: [Int64] = []
        while let next = schedule.next(at: now) { started.append(next.element) }
        return started
    }

    @Test func whatFitsStartsInOrder() {
        var started: [Int64]
        var slots = schedule(MachineRoom(slots: 3), [(3, need()), (1, need()), (2, need(2)), (4, need())])
        started = startAll(&slots)
        #expect(started == [1, 2])
        slots.giveBack(RoomShare(need: need()))
        started = startAll(&slots)
        #expect(started == [3])
        var memory = schedule(
            MachineRoom(slots: 9, memory: 10),
            [(1, need(memory: 6)), (2, need(memory: 6)), (3, need(memory: 4)), (4, need())])
        started = startAll(&memory)
        #expect(started == [1, 3, 4])
        #expect(memory.taken == need(3, memory: 10))
        #expect(memory.elements == [2])
    }

    @Test("a higher priority comes first, also one that came later")
    func priorities() {
        var schedule = StartSchedule<Int64>(MachineRoom(slots: 1))
        for (jid, priority) in [(1, 0), (2, 5), (3, -5), (4, 5)] as [(Int64, Int32)] {
            schedule.add(jid, rank: StartRank(priority: priority, jid: jid), need: need())
        }
        var started: [Int64] = []
        while let next = schedule.next(at: 0) {
            started.append(next.element)
            schedule.giveBack(next.share)
            if started.count == 1 { schedule.add(9, rank: StartRank(priority: 7, jid: 9), need: need()) }
        }
        #expect(started == [2, 9, 4, 1, 3])
    }

    @Test("each job has GPUs of its own, the first ones that are free")
    func gpus() {
        var schedule = schedule(
            MachineRoom(slots: 9, gpus: ["2", "5", "GPU-7"]),
            [(1, need(gpus: 1)), (2, need(gpus: 2)), (3, need(gpus: 1))])
        var shares: [RoomShare] = []
        while let next = schedule.next(at: 0) { shares.append(next.share) }
        #expect(shares.map(\.gpus) == [["2"], ["5", "GPU-7"]])
        schedule.giveBack(shares[1])
        let third = schedule.next(at: 0)
        #expect(third?.share.gpus == ["5"])
    }

    @Test("a large job waits for its room beside small ones, and then reserves it")
    func reservation() {
        var started: [Int64]
        var schedule = StartSchedule<Int64>(MachineRoom(slots: 4), patience: 10)
        schedule.add(1, rank: StartRank(jid: 1), need: need())
        started = startAll(&schedule)
        #expect(started == [1])
        schedule.add(2, rank: StartRank(jid: 2), need: need(4))
        for jid in 3...30 as ClosedRange<Int64> { schedule.add(jid, rank: StartRank(jid: jid), need: need()) }
        // It does not fit, so others start before it,
        started = startAll(&schedule, at: 0)
        #expect(started == [3, 4, 5])
        schedule.giveBack(RoomShare(need: need()))
        started = startAll(&schedule, at: 9)
        #expect(started == [6])
        // until it has waited for so long.
        for _ in 0..<3 {
            schedule.giveBack(RoomShare(need: need()))
            started = startAll(&schedule, at: 10)
            #expect(started.isEmpty)
        }
        schedule.giveBack(RoomShare(need: need()))
        started = startAll(&schedule, at: 11)
        #expect(started == [2])
    }

    @Test("reserved memory holds up only jobs that need memory")
    func reservedMemory() {
        var started: [Int64]
        var schedule = StartSchedule<Int64>(MachineRoom(slots: 10, memory: 100), patience: 0)
        schedule.add(1, rank: StartRank(jid: 1), need: need(memory: 60))
        started = startAll(&schedule)
        #expect(started == [1])
        schedule.add(2, rank: StartRank(jid: 2), need: need(memory: 80))
        schedule.add(3, rank: StartRank(jid: 3), need: need(memory: 20))
        for jid in 4...20 as ClosedRange<Int64> { schedule.add(jid, rank: StartRank(jid: jid), need: need()) }
        // One slot stays free for it too.
        started = startAll(&schedule, at: 1)
        #expect(started == [4, 5, 6, 7, 8, 9, 10, 11])
        schedule.giveBack(RoomShare(need: need(memory: 60)))
        started = startAll(&schedule, at: 2)
        #expect(started == [2, 3])
    }

    @Test("what can never run holds up nobody; a lower total lets what runs go on")
    func lowerTotal() {
        var started: [Int64]
        var schedule = schedule(MachineRoom(slots: 4), [(1, need(4)), (2, need(4)), (3, need(2))])
        started = startAll(&schedule)
        #expect(started == [1])
        schedule.room.slots = 2
        started = startAll(&schedule, at: 1000)
        #expect(started.isEmpty)
        schedule.giveBack(RoomShare(need: need(4)))
        started = startAll(&schedule, at: 2000)
        #expect(started == [3])
        schedule.room.slots = 8
        started = startAll(&schedule, at: 2000)
        #expect(started == [2])
    }

    @Test func takenOutElementsDoNotStart() {
        var schedule = schedule(
            MachineRoom(slots: 1), [(1, need()), (2, need(memory: 1)), (3, need()), (4, need(memory: 1))])
        let removed = schedule.remove { $0 == 1 || $0 == 2 || $0 == 4 }
        #expect(removed == [1, 2, 4] && schedule.count == 1)
        let started = startAll(&schedule)
        #expect(started == [3] && schedule.isEmpty)
        schedule.add(5, rank: StartRank(jid: 5), need: need())
        let rest = schedule.removeAll()
        #expect(rest == [5] && schedule.isEmpty)
    }

    // MARK: Random schedules

    private struct Job {
        var rank: StartRank
        var need: JobNeed
        var arrives: Double
        var lasts: Double
    }

    private struct Running {
        var share: RoomShare
        var until: Double
    }

    private static let patience = 20.0
    private static let longest = 30.0

    private func randomJobs(_ room: MachineRoom, _ random: inout SeededGenerator) -> [Job] {
        (1...60).map { jid in
            let isLarge = Int.random(in: 0..<5, using: &random) == 0
            let slots = Int.random(in: 1...(isLarge ? room.slots : max(1, room.slots / 3)), using: &random)
            let memory = Int64.random(in: 0...(isLarge ? room.memory ?? 0 : 20), using: &random)
            let gpus =
                Int.random(in: 0..<3, using: &random) == 0 ? Int.random(in: 0...room.gpus.count, using: &random) : 0
            return Job(
                rank: StartRank(priority: Int32.random(in: 0...2, using: &random), jid: Int64(jid)),
                need: need(slots, memory: memory, gpus: gpus), arrives: Double.random(in: 0...100, using: &random),
                lasts: Double.random(in: 0.1...Self.longest, using: &random))
        }
    }

    @Test("never over the total, nothing idle that could work, nothing waits for ever", arguments: 0..<20)
    func randomSchedules(_ block: UInt64) {
        for seed in block * 50..<(block + 1) * 50 {
            var random = SeededGenerator(seed: seed)
            let room = MachineRoom(
                slots: Int.random(in: 1...8, using: &random), memory: Int64.random(in: 20...100, using: &random),
                gpus: (0..<Int.random(in: 0...3, using: &random)).map(String.init))
            var coming = randomJobs(room, &random).sorted { $0.arrives < $1.arrives }
            var waiting: [Int64: Job] = [:]
            var running: [Int64: Running] = [:]
            var schedule = StartSchedule<Int64>(room, patience: Self.patience)
            var now = 0.0
            // Which job is the first of all that wait, and since when.
            var first: (jid: Int64, since: Double)?
            var done = 0
            while !coming.isEmpty || !waiting.isEmpty || !running.isEmpty {
                let next = min(coming.first?.arrives ?? .infinity, running.values.map(\.until).min() ?? .infinity)
                guard next < .infinity else {
                    Issue.record("seed \(seed): \(waiting.keys.sorted()) wait for ever")
                    return
                }
                now = next
                while let job = coming.first, job.arrives <= now {
                    coming.removeFirst()
                    waiting[job.rank.jid] = job
                    schedule.add(job.rank.jid, rank: job.rank, need: job.need)
                }
                for (jid, job) in running where job.until <= now {
                    schedule.giveBack(job.share)
                    running[jid] = nil
                    done += 1
                }
                while let (jid, share) = schedule.next(at: now) {
                    guard let job = waiting.removeValue(forKey: jid) else {
                        Issue.record("seed \(seed): job \(jid) was started twice")
                        return
                    }
                    #expect(share.need == job.need && share.gpus.count == job.need.gpus, "seed \(seed)")
                    running[jid] = Running(share: share, until: now + job.lasts)
                    // One of a higher priority takes its room at any time.
                    if let known = first, let leader = waiting[known.jid], job.rank < leader.rank {
                        first = (known.jid, now)
                    }
                }
                let taken = running.values.map(\.share)
                #expect(taken.map(\.need.slots).reduce(0, +) <= room.slots, "seed \(seed) at \(now)")
                #expect(taken.map(\.need.memory).reduce(0, +) <= room.memory ?? 0, "seed \(seed) at \(now)")
                let gpus = taken.flatMap(\.gpus)
                #expect(Set(gpus).count == gpus.count && Set(gpus).isSubset(of: room.gpus), "seed \(seed) at \(now)")
                // The first in rank waits no longer than its patience and what runs then.
                let leader = waiting.values.min { $0.rank < $1.rank }?.rank.jid
                if leader != first?.jid { first = leader.map { ($0, now) } }
                if let first {
                    #expect(now - first.since <= Self.patience + Self.longest, "seed \(seed): job \(first.jid)")
                }
                // Nobody has waited for so long that room is reserved: then nothing that fits waits.
                guard let first, now - first.since < Self.patience else { continue }
                let used = schedule.taken
                for job in waiting.values where now - job.arrives < Self.patience {
                    let fits =
                        used.slots + job.need.slots <= room.slots && used.memory + job.need.memory <= room.memory ?? 0
                        && used.gpus + job.need.gpus <= room.gpus.count
                    // An earlier leader may have reserved its room already.
                    let hasWaited = waiting.values.contains { now - $0.arrives >= Self.patience }
                    #expect(!fits || hasWaited, "seed \(seed): job \(job.rank.jid) could run at \(now)")
                }
            }
            #expect(done == 60, "seed \(seed)")
            #expect(schedule.isEmpty && schedule.taken == JobNeed(slots: 0), "seed \(seed)")
        }
    }

    // MARK: What a machine can hold

    @Test func whatCanNeverRunIsRefusedWithTheNumbers() {
        let room = MachineRoom(slots: 8, memory: 4 << 30, gpus: ["0"])
        #expect(room.refusal(of: need(8, memory: 4 << 30, gpus: 1)) == nil)
        #expect(room.refusal(of: need(64)) == "it asks for 64 slots, and there are 8")
        #expect(MachineRoom(slots: 1).refusal(of: need(2)) == "it asks for 2 slots, and there is 1")
        #expect(
            room.refusal(of: need(9, memory: 5 << 30, gpus: 2))
                == "it asks for 9 slots, and there are 8; and for 5.0 GiB of memory, and there are 4.0 GiB; and for "
                + "2 GPUs, and there is 1")
        #expect(MachineRoom(slots: 1).refusal(of: need(gpus: 1)) == "it asks for 1 GPU, and there is none")
        #expect(MachineRoom(slots: 1).refusal(of: need(memory: 1 << 50)) == nil)
    }

    @Test func needsAreReadFromResources() {
        #expect(
            JobNeed([:]) == need()
                && JobNeed(["slots": 2, "memory": 1024, "gpus": 1]) == need(2, memory: 1024, gpus: 1))
        #expect(JobNeed(["slots": "many", "memory": -1, "gpus": 0]) == need())
        #expect(JobNeed(["slots": .int(.max), "memory": .int(.max)]) == need(1 << 50, memory: 1 << 50))
    }

    @Test func patternsSelectJobsByNameOrParam() {
        func matches(_ pattern: String, _ name: String = "fit 1", _ params: JSONObject = ["db": "main", "year": 2001])
            -> Bool
        {
            JobPattern(pattern).matches(name: name, params: params)
        }
        #expect(matches("fit*") && matches("fit 1") && !matches("fit"))
        #expect(matches("db=main") && matches("db=*") && matches("year=2001") && !matches("db=mai") && !matches("x=*"))
        #expect(PatternChange("stata=4") == PatternChange(pattern: JobPattern("stata"), number: 4))
        #expect(PatternChange("db=main=none") == PatternChange(pattern: JobPattern("db=main"), number: nil))
        for wrong in ["stata", "=4", "stata=", "stata=four", ""] { #expect(PatternChange(wrong) == nil) }
    }
}
