import JobmonCore
import Testing

@testable import JobmonProcesses

/// When the memory of commands is looked at, what that may cost, and which peak follows from the looks.
@Suite struct MemoryScheduleTests {
    private static let mebibyte: Int64 = 1 << 20

    /// A command with one process.
    private static func one(_ bytes: Int64, mapped: Int64 = 0) -> MemoryLook {
        MemoryLook(processes: 1, sum: bytes, largest: bytes, mapped: mapped, walked: bytes + mapped)
    }

    /// A command with several processes of the same size.
    private static func several(_ processes: Int, of bytes: Int64) -> MemoryLook {
        let sum = Int64(processes) * bytes
        return MemoryLook(processes: processes, sum: sum, largest: bytes, walked: sum)
    }

    // MARK: The cost

    /// The costs of a machine, in seconds of processor time.
    private struct Machine {
        var round = 2e-4
        var look = 3e-5
        var byte = 2e-11
    }

    /// Goes through an hour with commands that were all started in the first second.
    /// - Returns: seconds of processor time, and how often each command was looked at.
    private func hour(
        _ commands: Int, on machine: Machine = Machine(), _ memory: (_ age: Double) -> MemoryLook
    ) -> (spent: Double, looks: [Int]) {
        var schedule = MemorySchedule()
        var watches = (0..<commands).map { MemoryWatch(begun: Double($0) / Double(commands)) }
        var looks = Array(repeating: 0, count: commands)
        var spent = 0.0
        for watch in watches { schedule.started(watch) }
        while schedule.nextRound < 3600 {
            let now = schedule.nextRound
            let chosen = schedule.begin(watches, at: now)
            var cost = chosen.isEmpty ? 0 : machine.round
            for index in chosen {
                let look = memory(now - Double(index) / Double(commands))
                cost += machine.look * Double(look.processes)
                var count: MemoryCount?
                let isSteady = watches[index].isSteady(look)
                if watches[index].needsCount(look, at: now), schedule.mayCount(look, isSteady: isSteady) {
                    let counting = machine.byte * Double(look.walked) + 5e-5 * Double(look.processes)
                    schedule.counted(look, cost: counting)
                    spent += counting
                    count = MemoryCount(bytes: look.largest, isExact: true, cost: counting)
                }
                watches[index].take(look, count, at: now)
                looks[index] += 1
            }
            schedule.end(watches, hasLooked: !chosen.isEmpty, cost: cost, at: now)
            spent += cost
        }
        return (spent, looks)
    }

    private static let share = 0.001

    @Test("a hundred commands cost at most a thousandth of a core, and each is looked at")
    func hundredCommands() {
        let (spent, looks) = hour(100) { _ in Self.one(100 * Self.mebibyte) }
        #expect(spent < 3600 * Self.share)
        #expect((looks.min() ?? 0) > 200)
        #expect((looks.max() ?? 0) <= 3600 / Int(MemoryWatch.longest) + 20)
    }

    @Test("the same where they grow all the time, where a machine is slow, and where pages have to be counted")
    func expensiveCommands() {
        #expect(hour(100) { Self.one((100 + Int64($0)) * Self.mebibyte) }.spent < 3600 * Self.share)
        let slow = Machine(round: 5e-3, look: 2e-4, byte: 1e-10)
        let still = hour(100, on: slow) { _ in Self.one(Self.mebibyte) }
        #expect(still.spent < 3600 * Self.share && (still.looks.min() ?? 0) > 20)
        #expect(hour(100, on: slow) { Self.one((100 + Int64($0)) * Self.mebibyte) }.spent < 3600 * Self.share)
        #expect(hour(100) { _ in Self.several(8, of: 500 * Self.mebibyte) }.spent < 3600 * Self.share)
        #expect(hour(100) { Self.several(4, of: Int64($0 + 1) * Self.mebibyte) }.spent < 3600 * Self.share)
        #expect(hour(1000) { _ in Self.several(2, of: 20 * Self.mebibyte) }.spent < 36000 * Self.share)
    }

    @Test("one command takes the time of few, besides what may be spent in advance")
    func oneCommand() {
        #expect(hour(1) { _ in Self.one(Self.mebibyte) }.spent < 3600 * Self.share * 0.05)
        #expect(hour(1) { Self.one(Int64($0 + 1) * Self.mebibyte) }.spent < 3600 * Self.share * 0.05)
        #expect(hour(1) { _ in Self.several(2, of: 400 * Self.mebibyte) }.spent < 3600 * Self.share * 0.1 + 0.2)
    }

    @Test("a count that is expensive waits until the memory is steady; few commands may be counted in advance")
    func expensiveCounts() {
        var schedule = MemorySchedule()
        let large = Self.several(4, of: 1000 * Self.mebibyte)
        let watch = MemoryWatch(begun: 0)
        _ = schedule.begin([watch], at: 0)
        #expect(schedule.mayCount(large, isSteady: true) && !schedule.mayCount(large, isSteady: false))
        #expect(schedule.mayCount(Self.several(4, of: 10 * Self.mebibyte), isSteady: false))
        // This thread would do nothing else for seconds.
        #expect(!schedule.mayCount(Self.several(100, of: 1000 * Self.mebibyte), isSteady: true))
        schedule.counted(large, cost: 0.1)
        #expect(schedule.mayCount(large, isSteady: true))
        // Where many run, less is saved.
        _ = schedule.begin(Array(repeating: watch, count: 100), at: 0)
        schedule.counted(large, cost: 0.02)
        #expect(!schedule.mayCount(large, isSteady: true))
        _ = schedule.begin([watch], at: 7200)
        #expect(schedule.mayCount(large, isSteady: true))
    }

    @Test("a short command is seen soon, and again and again")
    func shortCommand() {
        var schedule = MemorySchedule()
        var watch = MemoryWatch(begun: 5)
        schedule.started(watch)
        #expect(schedule.nextRound == 5 + MemoryWatch.first)
        let early = schedule.begin([watch], at: 5.05)
        #expect(early.isEmpty)
        var moments: [Double] = []
        while moments.count < 6 {
            let now = schedule.nextRound
            let chosen = schedule.begin([watch], at: now)
            #expect(chosen == [0])
            watch.take(Self.one(Self.mebibyte), nil, at: now)
            schedule.end([watch], hasLooked: true, cost: 1e-4, at: now)
            moments.append(now - 5)
        }
        #expect((moments.last ?? 9) < 3.3)
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 > $0 })
    }

    @Test("where many short commands leave no time for more, each of them is looked at once")
    func manyShortCommands() {
        var schedule = MemorySchedule(few: MemorySchedule.ofSupervisor)
        // Two at once, of 1 to 2 s, for half an hour. They grow, so that they would be looked at ten times each.
        var running: [(watch: MemoryWatch, begun: Double, end: Double)] = []
        var (started, unseen, spent) = (0, 0, 0.0)
        func start(_ at: Double) {
            running.append((MemoryWatch(begun: at), at, at + 1 + Double(started * 7 % 11) / 10))
            started += 1
            schedule.started(running[running.count - 1].watch)
        }
        start(0)
        start(0.3)
        while let end = running.map(\.end).min(), end < 1800 {
            let now = schedule.nextRound
            guard now < end else {
                unseen += running.count { $0.end == end && !$0.watch.wasLookedAt }
                running.removeAll { $0.end == end }
                while running.count < 2 { start(end) }
                continue
            }
            let chosen = schedule.begin(running.map(\.watch), at: now)
            for index in chosen {
                let grown = Int64((now - running[index].begun) * 100) * Self.mebibyte
                running[index].watch.take(Self.one(grown), nil, at: now)
            }
            let cost = chosen.isEmpty ? 0 : 2.5e-4
            spent += cost
            schedule.end(running.map(\.watch), hasLooked: !chosen.isEmpty, cost: cost, at: now)
        }
        #expect(started > 1500)
        #expect(unseen * 100 < started)
        #expect(spent < 1800 * Self.share)
    }

    @Test("a command that grows is looked at more often than one that does not")
    func growth() {
        var (still, growing) = (MemoryWatch(begun: 0), MemoryWatch(begun: 0))
        var looks = (still: 0, growing: 0)
        while still.lookAt < 20 {
            still.take(Self.one(Self.mebibyte), nil, at: still.lookAt)
            looks.still += 1
        }
        while growing.lookAt < 20 {
            growing.take(Self.one(Int64(growing.lookAt * 1000) * Self.mebibyte), nil, at: growing.lookAt)
            looks.growing += 1
        }
        #expect(looks.still < 12 && looks.growing > 5 * looks.still)
    }

    @Test("no round follows another one at once, and commands that can't be looked at hold nothing up")
    func pauses() {
        var schedule = MemorySchedule()
        var watches = [MemoryWatch(begun: 0), MemoryWatch(begun: 0.01)]
        for watch in watches { schedule.started(watch) }
        var rounds = 0
        while schedule.nextRound < 60 {
            let now = schedule.nextRound
            for index in schedule.begin(watches, at: now) { watches[index].postpone(now) }
            schedule.end(watches, hasLooked: true, cost: 1e-5, at: now)
            #expect(schedule.nextRound > now)
            rounds += 1
        }
        #expect(rounds < 20)
    }

    // MARK: The peak

    private func peak(_ looks: [(MemoryLook, MemoryCount?)], largest: Int64? = nil) -> MemoryPeak? {
        var watch = MemoryWatch(begun: 0)
        for (look, count) in looks { watch.take(look, count, at: watch.lookAt) }
        return watch.peak(largest: largest)
    }

    @Test func whatWasNotSeenHasNoPeak() {
        #expect(peak([]) == nil)
        #expect(peak([(MemoryLook(), nil)], largest: 1 << 30) == nil)
    }

    @Test func theHighestLookIsThePeak() {
        let looks = [10, 300, 20].map { (Self.one($0 * Self.mebibyte), nil as MemoryCount?) }
        #expect(peak(looks) == MemoryPeak(bytes: 300 << 20, source: .pss))
        // A few processes that have next to nothing need no count.
        var shell = Self.one(300 << 20)
        shell.processes = 3
        shell.sum += 1 << 19
        #expect(!MemoryWatch(begun: 0).needsCount(shell, at: 0))
        #expect(peak([(shell, nil)]) == MemoryPeak(bytes: (300 << 20) + (1 << 19), source: .pss))
    }

    @Test func countedPagesAreThePeakOfSeveralProcesses() {
        let look = Self.several(3, of: 100 << 20)
        #expect(MemoryWatch(begun: 0).needsCount(look, at: 0))
        let counted = (look, MemoryCount(bytes: 104 << 20, isExact: true) as MemoryCount?)
        #expect(peak([counted]) == MemoryPeak(bytes: 104 << 20, source: .pss))
        #expect(
            peak([(look, MemoryCount(bytes: 104 << 20, isExact: false))])
                == MemoryPeak(bytes: 104 << 20, source: .rss, bound: .atMost))
        // What was counted later shows what it was before.
        #expect(peak([(look, nil), counted]) == MemoryPeak(bytes: 104 << 20, source: .pss))
        var watch = MemoryWatch(begun: 0)
        #expect(!watch.isSteady(look))
        watch.take(look, counted.1, at: 1)
        #expect(watch.isSteady(look) && !watch.isSteady(Self.several(3, of: 120 << 20)))
        // A look that shows hardly more need not be counted, until a pause is over that depends on what it costs.
        #expect(!watch.needsCount(Self.several(5, of: 110 << 20), at: 1.1))
        #expect(watch.needsCount(Self.several(5, of: 110 << 20), at: 2))
        #expect(watch.needsCount(Self.several(7, of: 110 << 20), at: 1.1))
        watch.take(look, MemoryCount(bytes: 104 << 20, isExact: true, cost: 0.5), at: 3)
        #expect(!watch.needsCount(look, at: 12) && watch.needsCount(look, at: 14))
        #expect(
            peak([counted, (Self.several(3, of: 101 << 20), nil)]) == MemoryPeak(bytes: 104 << 20, source: .pss))
    }

    @Test func whatCouldNotBeCountedIsAnEstimate() {
        let look = Self.several(3, of: 100 << 20)
        #expect(peak([(look, nil)]) == MemoryPeak(bytes: 300 << 20, source: .rss, bound: .atMost))
        // What came after a count is added to it.
        let counted = (look, MemoryCount(bytes: 104 << 20, isExact: true) as MemoryCount?)
        #expect(
            peak([counted, (Self.several(3, of: 200 << 20), nil)])
                == MemoryPeak(bytes: 404 << 20, source: .rss, bound: nil))
        // An old kernel does not tell what is mapped from files.
        var old = Self.one(50 << 20)
        old.isRough = true
        #expect(!MemoryWatch(begun: 0).needsCount(old, at: 0))
        #expect(peak([(old, nil)]) == MemoryPeak(bytes: 50 << 20, source: .rss, bound: .atMost))
    }

    @Test("the kernel's peak of the largest process shows that the looks missed the peak")
    func aPeakBetweenTwoLooks() {
        let look = Self.one(100 << 20, mapped: 30 << 20)
        let seen = MemoryPeak(bytes: 100 << 20, source: .pss)
        #expect(peak([(look, nil)], largest: 130 << 20) == seen)
        #expect(peak([(look, nil)], largest: 60 << 20) == seen)
        #expect(
            peak([(look, nil)], largest: 500 << 20) == MemoryPeak(bytes: 500 << 20, source: .rss, bound: .atMost))
        // With others it may have been more, too.
        let several = Self.several(3, of: 10 << 20)
        #expect(
            peak([(several, MemoryCount(bytes: 30 << 20, isExact: true))], largest: 500 << 20)
                == MemoryPeak(bytes: 500 << 20, source: .rss, bound: nil))
    }

    @Test("pages that did not change are counted ever more rarely, more pages at once")
    func countsOfTheSame() {
        var watch = MemoryWatch(begun: 0)
        let look = Self.several(3, of: 100 << 20)
        let count = MemoryCount(bytes: 104 << 20, isExact: true)
        var counts = 0
        while watch.lookAt < 600 {
            let now = watch.lookAt
            let isCounted = watch.needsCount(look, at: now)
            counts += isCounted ? 1 : 0
            watch.take(look, isCounted ? count : nil, at: now)
        }
        #expect(counts > 5 && counts < 25)
    }
}
