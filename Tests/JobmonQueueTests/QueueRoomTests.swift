import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Testing

/// Which jobs the executor gets, and in which order: needs, priorities, limits.
@Suite struct QueueRoomTests {
    private func configuration(
        window: Int = 4, limits: [String] = [], hearsFromMonitor: Bool = false, seed: UInt64 = 1
    ) -> QueueState.Configuration {
        let generator = SharedGenerator(seed: seed)
        var configuration = QueueState.Configuration(
            executor: "local", policy: .retry(.init(base: 0.5)), window: window, hearsFromMonitor: hearsFromMonitor,
            random: RandomSource { generator.next() })
        configuration.limits = limits.compactMap { PatternChange($0) }
        return configuration
    }

    private func at(_ seconds: Double) -> Moment { .seconds(seconds) }

    private func job(
        _ jid: Int64, _ name: String = "fit", params: JSONObject = [:], resources: JSONObject = [:]
    ) -> JobRecord {
        JobRecord(
            jid: jid, queue: "q", jobKey: "k\(jid)",
            description: JobDescription(name: name, runfile: "/bin/true", params: params, resources: resources),
            submittedDate: Timestamp(milliseconds: 0), status: .queued, attempts: 0, cancelRequested: false,
            instances: [])
    }

    /// Hands what is prepared over; returns the orders.
    private func start(_ state: inout QueueState, _ actions: [QueueAction], at now: Double = 0) -> [InstanceOrder] {
        state.start(actions, at: at(now))
    }

    private func complete(_ order: InstanceOrder) -> QueueFact {
        .report(.ended(instanceKey: order.instanceKey, outcome: .success))
    }

    private func set(_ setting: QueueSetting) -> QueueFact {
        .changed([Change(sequence: 1, kind: "set", time: Timestamp(milliseconds: 0), queue: "q", setting: setting)])
    }

    private func said(_ actions: [QueueAction]) -> [String] {
        actions.compactMap { if case .say(let text) = $0 { text } else { nil } }
    }

    @Test("the supervisor has jobs of each need, so that it finds one that fits; a cluster has its window in all")
    func needs() {
        let jobs = (1...20).map { jid in
            job(Int64(jid), resources: jid <= 10 ? ["memory": 8_000_000_000] : ["slots": 2])
        }
        var local = QueueState(configuration(window: 3))
        let found1 = start(&local, local.take([.known(jobs), .allKnown], at: at(0)))
        #expect(found1.map(\.jid) == [1, 2, 3, 11, 12, 13])
        var cluster = QueueState(configuration(window: 3, hearsFromMonitor: true))
        let found2 = start(&cluster, cluster.take([.known(jobs), .allKnown], at: at(0)))
        #expect(found2.map(\.jid) == [1, 2, 3])
    }

    @Test("about the same amounts of memory are one need: there may be as many as jobs")
    func similarNeeds() {
        let jobs = (1...1000).map { job(Int64($0), resources: ["memory": .int(4_300_000_000 + Int64($0))]) }
        var state = QueueState(configuration(window: 3))
        let found3 = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        #expect(found3.count == 3)
    }

    @Test("a higher priority is handed over first, and does not wait for those below it that wait in the executor")
    func priorities() {
        var state = QueueState(configuration(window: 2))
        let jobs = (1...6).map { job(Int64($0), resources: ["priority": $0 == 5 ? 3 : 0]) }
        let first = start(&state, state.take([.known(jobs)], at: at(0)))
        #expect(first.map(\.jid) == [5, 1] && first.map(\.priority) == [3, 0])
        let urgent = (7...9).map { job(Int64($0), resources: ["priority": 9]) }
        let found4 = start(&state, state.take([.known(urgent)], at: at(1)), at: 1)
        #expect(found4.map(\.jid) == [7, 8])
    }

    @Test("at most so many jobs of a name or of a param's value at once; the next starts when one of them is over")
    func limits() {
        var state = QueueState(configuration(window: 10, limits: ["fit*=2", "db=main=3"]))
        let jobs =
            (1...4).map { job(Int64($0), "fit \($0)", params: ["db": "main"]) }
            + (5...8).map { job(Int64($0), "plot", params: ["db": "main"]) } + (9...10).map { job(Int64($0), "plot") }
        let first = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        #expect(first.map(\.jid) == [1, 2, 5, 9, 10])
        #expect(first.map(\.isAwaited) == [true, true, true, false, false])
        let second = start(&state, state.take([complete(first[2])], at: at(1)), at: 1)
        #expect(second.map(\.jid) == [6])
        let third = start(&state, state.take([complete(first[0])], at: at(2)), at: 2)
        #expect(third.map(\.jid) == [3])
    }

    @Test("a limit of 0 starts none and says so; it can be raised while the queue runs, and a new one set")
    func changedLimits() {
        var state = QueueState(configuration(window: 10, limits: ["fit=0", "typo=1"]))
        let jobs = (1...4).map { job(Int64($0)) } + (5...7).map { job(Int64($0), "plot") }
        let actions = state.take([.known(jobs), .allKnown], at: at(0))
        #expect(
            said(actions) == [
                "no job of fit is started: its limit is 0 (jobmon set --limit fit=N lets N run)",
                "no job is under the limit of typo",
            ])
        let found5 = start(&state, actions)
        #expect(found5.map(\.jid) == [5, 6, 7])
        let raised = state.take([set(QueueSetting(limits: [PatternChange("fit=1")].compactMap(\.self)))], at: at(1))
        let found6 = start(&state, raised, at: 1)
        #expect(found6.map(\.jid) == [1])
        // Of a new one, the ledger says whom it is about; what has not started comes back and is handed over again.
        let new = state.take([set(QueueSetting(limits: [PatternChange("p*=1")].compactMap(\.self)))], at: at(2))
        #expect(new.contains(.matchJobs))
        let matched = state.take([.matched(jobs), .allMatched], at: at(2))
        #expect(matched.contains(.recall))
        #expect(state.sanityCheck() == [])
        let gone = state.take([set(QueueSetting(limits: [PatternChange("fit=none")].compactMap(\.self)))], at: at(3))
        let found7 = start(&state, gone, at: 3)
        #expect(found7.map(\.jid) == [2, 3, 4])
    }

    @Test("priorities of jobs that wait can be changed while the queue runs")
    func changedPriorities() {
        var state = QueueState(configuration(window: 2))
        let jobs = (1...3).map { job(Int64($0)) } + (4...6).map { job(Int64($0), "plot") }
        let first = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        #expect(first.map(\.jid) == [1, 2])
        let change = QueueSetting(priorities: [PatternChange("plot=5")].compactMap(\.self))
        let found8 = state.take([set(change)], at: at(1))
        #expect(found8.contains(.matchJobs))
        let matched = state.take([.matched(jobs), .allMatched], at: at(1))
        #expect(matched.contains(.recall))
        // Job 1 runs; job 2 comes back unstarted, and is started after the others.
        let running = [QueueFact.report(.started(instanceKey: first[0].instanceKey))]
        let back = [QueueFact.report(.returned(instanceKey: first[1].instanceKey)), .recalled]
        let next = start(&state, matched, at: 1) + start(&state, state.take(running + back, at: at(2)), at: 2)
        #expect(next.map(\.jid) == [4, 5])
    }

    @Test("a retry on this host gets what it asks for, as the ledger has it")
    func retriedWithMore() {
        var state = QueueState(configuration())
        let jobs = [job(1, resources: ["memory": 100]), job(2)]
        let first = start(&state, state.take([.known(jobs), .allKnown], at: at(0)))
        _ = state.take([.report(.ended(instanceKey: first[0].instanceKey, outcome: .failure()))], at: at(1))
        let change = Change(sequence: 1, kind: "retry", time: Timestamp(milliseconds: 0), jid: 1)
        let asked = state.take([.changed([change])], at: at(2))
        #expect(asked.contains(.look([1])))
        let again = start(&state, state.take([.known([job(1, resources: ["memory": 300])])], at: at(2)), at: 2)
        #expect(again.map(\.description.resources) == [["memory": 300]])
    }

    @Test("fewer slots than a job asks for: it waits, and the user is told")
    func tooFewSlots() {
        var state = QueueState(configuration(window: 4))
        _ = start(&state, state.take([.known([job(1, resources: ["slots": 4]), job(2)]), .allKnown], at: at(0)))
        let actions = state.take([set(QueueSetting(parallelism: 2))], at: at(1))
        #expect(
            said(actions) == ["some jobs ask for up to 4 slots: they wait until there are as many (jobmon set -j 4)"])
        let found9 = said(state.take([set(QueueSetting(parallelism: 4))], at: at(2)))
        #expect(found9.isEmpty)
    }

    // MARK: Random schedules

    private static let blocks = 10
    private static let seedsInABlock = 40

    @Test("limits hold when queue and supervisor die at any moment, and each job is done once", arguments: 0..<blocks)
    func survivesDeaths(_ block: Int) {
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            let isCluster = seed % 3 == 0
            var world = QueueWorld(
                seed: seed,
                cluster: ScriptedCluster(slots: 4) { order in
                    let works = order.jid % 5 != 0 || order.retryNumber > 0
                    return ScriptedCluster.Script(
                        startsAfter: Int(order.jid % 2), runsFor: 1 + Int(order.jid % 4),
                        outcome: works ? .success : .failure())
                },
                configuration: configuration(
                    window: 6, limits: ["a=1", "b*=2"], hearsFromMonitor: isCluster, seed: seed),
                jobs: (0..<15).map { index in
                    JobDescription(
                        name: ["a", "b1", "b2"][index % 3], runfile: "/bin/true",
                        resources: ["slots": .int(Int64(1 + index % 2)), "priority": .int(Int64(index % 4))],
                        maxAttempts: 3)
                })
            world.survive { $0.checkLimits() }
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            #expect(world.summary?.ending == .done, "seed \(seed)")
        }
    }
}
