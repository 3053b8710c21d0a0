import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Testing

/// Thousands of random schedules with deaths at any time.
@Suite struct QueueScheduleTests {
    private static let blocks = 20
    private static let seedsInABlock = 40

    private func configuration(
        _ seed: UInt64, policy: RelaunchPolicy, relaunch: RelaunchRules = .off, hearsFromMonitor: Bool = false
    ) -> QueueState.Configuration {
        let generator = SharedGenerator(seed: seed)
        return QueueState.Configuration(
            executor: "local", policy: policy, relaunch: relaunch, window: 4,
            hearsFromMonitor: hearsFromMonitor,
            random: RandomSource { generator.next() })
    }

    private func jobs(_ count: Int, maxAttempts: Int) -> [JobDescription] {
        (0..<count).map { _ in JobDescription(runfile: "/bin/true", maxAttempts: maxAttempts) }
    }

    /// Every job completes at the latest with the second attempt that ends by itself.
    private static let fails: @Sendable (InstanceOrder) -> ScriptedCluster.Script = { order in
        let works = order.jid % 3 != 0 || order.retryNumber > 0
        return ScriptedCluster.Script(
            startsAfter: Int(order.jid % 2), runsFor: 1 + Int(order.jid % 4), outcome: works ? .success : .failure())
    }

    @Test("queue and supervisor die at any moment: each job is done once, none is forgotten", arguments: 0..<blocks)
    func survivesDeaths(_ block: Int) { surviveDeaths(block, hearsFromMonitor: false) }

    @Test("the same if starts and ends are reported by the monitor only", arguments: 0..<blocks)
    func survivesDeathsInACluster(_ block: Int) { surviveDeaths(block, hearsFromMonitor: true) }

    private func surviveDeaths(_ block: Int, hearsFromMonitor: Bool) {
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            var world = QueueWorld(
                seed: seed, cluster: ScriptedCluster(slots: 2, script: Self.fails),
                configuration: configuration(
                    seed, policy: .retry(.init(base: 0.5)), hearsFromMonitor: hearsFromMonitor),
                jobs: jobs(12, maxAttempts: 3))
            world.survive()
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            for job in world.ledger.records {
                // A job may be lost so often that its attempts run out; nothing else fails it.
                let losses = job.instances.count { $0.cause == .lost }
                #expect(job.status == .complete || losses > QueueState.returnedLosses, "seed \(seed), job \(job.jid)")
            }
            #expect(world.summary?.ending == .done, "seed \(seed)")
        }
    }

    /// Job 3 is killed for its memory until it has enough; job 6 always ends with 75, job 9 with 1; the others complete.
    private static let grows: @Sendable (InstanceOrder) -> ScriptedCluster.Script = { order in
        var outcome = Outcome.success
        switch order.jid {
        case 3:
            let memory = RequestedResources(order.description.resources).memory ?? 0
            if memory < 4 << 30 { outcome = Outcome(status: .failed, cause: .outOfMemory) }
        case 6: outcome = Outcome(evidence: Evidence(exitCode: 75))
        case 9: outcome = Outcome(evidence: Evidence(exitCode: 1))
        default: break
        }
        return ScriptedCluster.Script(
            startsAfter: Int(order.jid % 2), runsFor: 1 + Int(order.jid % 4), outcome: outcome)
    }

    @Test(
        "relaunch rules hold whoever dies: as many attempts as they say, each with the right size",
        arguments: 0..<blocks, [false, true])
    func keepsRules(_ block: Int, _ hearsFromMonitor: Bool) throws {
        let rules = try RelaunchRules(texts: ["oom:5,mem=2x", "exit=75:2", "exit:0"])
        let gib: Int64 = 1 << 30
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            var described = jobs(9, maxAttempts: 4)
            for index in described.indices { described[index].resources = ["memory": .int(gib)] }
            var world = QueueWorld(
                seed: seed, cluster: ScriptedCluster(slots: 2, script: Self.grows),
                configuration: configuration(
                    seed, policy: .retry(.init(base: 0.5)), relaunch: rules, hearsFromMonitor: hearsFromMonitor),
                jobs: described)
            for _ in 0..<Int.random(in: 50...500, using: &world.random) {
                switch Int.random(in: 0..<150, using: &world.random) {
                case 0: world.killQueue(supervisorToo: false)
                case 1: world.toggleReach()
                default: world.step()
                }
            }
            world.finish()
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            for job in world.ledger.records {
                let ends = job.instances.filter { !$0.returnedAttempt }
                switch job.jid {
                case 3:
                    #expect(job.status == .complete && ends.count == 3, "seed \(seed): \(ends.count)")
                    #expect(ends.map(\.requested.memory) == [gib, 2 * gib, 4 * gib], "seed \(seed)")
                case 6: #expect(job.status == .failed && ends.count == 3, "seed \(seed): \(ends.count)")
                case 9: #expect(job.status == .failed && ends.count == 1, "seed \(seed): \(ends.count)")
                default: #expect(job.status == .complete, "seed \(seed), job \(job.jid)")
                }
            }
        }
    }

    @Test("an executor that forgets what ran: fences, late ends, and never two at once", arguments: 0..<blocks)
    func survivesForgetting(_ block: Int) {
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            var world = QueueWorld(
                seed: seed, cluster: ScriptedCluster(slots: 2, loss: .forgets, script: Self.fails),
                configuration: configuration(seed, policy: .retry(.init(base: 0.5))),
                jobs: jobs(9, maxAttempts: 4))
            for _ in 0..<Int.random(in: 50...500, using: &world.random) {
                switch Int.random(in: 0..<200, using: &world.random) {
                case 0: world.loseSupervisor()
                case 1: world.killQueue(supervisorToo: Bool.random(using: &world.random))
                case 2: world.toggleReach()
                default: world.step()
                }
            }
            world.finish()
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            #expect(world.summary?.ending == .done, "seed \(seed)")
            #expect(world.ledger.records.allSatisfy { $0.status == .complete || $0.status == .failed }, "seed \(seed)")
        }
    }

    @Test("jobs are cancelled and retried at any moment: the user's last request holds", arguments: 0..<blocks)
    func obeysTheUser(_ block: Int) {
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            var world = QueueWorld(
                seed: seed, cluster: ScriptedCluster(slots: 2, script: Self.fails),
                configuration: configuration(seed, policy: .retry(.init(base: 0.5))),
                jobs: jobs(9, maxAttempts: 2))
            for _ in 0..<Int.random(in: 50...500, using: &world.random) where world.summary == nil {
                let jid = Int64.random(in: 1...9, using: &world.random)
                switch Int.random(in: 0..<100, using: &world.random) {
                case 0, 1: world.ledger.cancel(jid)
                case 2: world.ledger.retry(jid)
                case 3: world.killQueue(supervisorToo: false)
                default: world.step()
                }
            }
            world.finish()
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            for job in world.ledger.records where job.cancelRequested {
                #expect(job.status == .cancelled || job.status == .complete, "seed \(seed), job \(job.jid)")
            }
        }
    }

    @Test("a stop at any moment records all, returns the attempts, and the next queue continues", arguments: 0..<blocks)
    func stopsAnywhere(_ block: Int) {
        for seed in UInt64(block * Self.seedsInABlock)..<UInt64((block + 1) * Self.seedsInABlock) {
            var world = QueueWorld(
                seed: seed, cluster: ScriptedCluster(slots: 2, script: Self.fails),
                configuration: configuration(seed, policy: .retry(.init(base: 0.5))),
                jobs: jobs(12, maxAttempts: 2))
            for _ in 0..<Int.random(in: 0...150, using: &world.random) where world.summary == nil { world.step() }
            if world.summary == nil {
                world.feed([.stop])
                world.finish()
                #expect(world.summary?.ending == .stopped, "seed \(seed)")
                for job in world.ledger.records {
                    let open = job.instances.filter { !$0.status.isFinal }
                    #expect(open.isEmpty, "seed \(seed): job \(job.jid) is left \(job.status)")
                }
                world.killQueue(supervisorToo: false)
            }
            world.finish()
            let wrong = world.verdict()
            #expect(wrong.isEmpty, "seed \(seed)")
            #expect(world.ledger.records.allSatisfy { $0.status == .complete }, "seed \(seed)")
        }
    }
}
