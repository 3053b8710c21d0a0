import JobmonCore
import JobmonQueue
import JobmonTestSupport
import Testing

/// The rules of `QueueState`, one at a time.
@Suite struct QueueRulesTests {
    private func state(
        window: Int = 2, policy: RelaunchPolicy = .retry(.init(base: 1, factor: 2, cap: 60, jitter: 0)),
        relaunch: RelaunchRules = .off, haltAfter: Int? = nil, hearsFromMonitor: Bool = false
    ) -> QueueState {
        let generator = SharedGenerator(seed: 1)
        return QueueState(
            QueueState.Configuration(
                executor: "local", policy: policy, relaunch: relaunch, window: window, haltAfter: haltAfter,
                hearsFromMonitor: hearsFromMonitor,
                random: RandomSource { generator.next() }))
    }

    private func at(_ seconds: Double) -> Moment { .seconds(seconds) }

    private func job(
        _ jid: Int64, attempts: Int = 1, _ instances: [InstanceRecord] = [], used: Int? = nil,
        status: Status = .queued, command: JobDescription = JobDescription(runfile: "/bin/true")
    ) -> JobRecord {
        var description = command
        description.maxAttempts = attempts
        return JobRecord(
            jid: jid, queue: "q", jobKey: "k\(jid)", description: description,
            submittedDate: Timestamp(milliseconds: 0), status: status,
            attempts: used ?? instances.count { !$0.returnedAttempt }, cancelRequested: false, instances: instances)
    }

    private func instance(
        _ key: String, _ jid: Int64, _ status: Status, executor: String = "local", cause: Cause? = nil,
        returned: Bool = false
    ) -> InstanceRecord {
        InstanceRecord(
            jobInstanceID: 1, instanceKey: key, jid: jid, retryNumber: 0, executor: executor, executorID: nil,
            status: status, cause: cause, exitCode: nil, signal: nil, host: "n1", bootID: nil, process: nil,
            submittedDate: Timestamp(milliseconds: 0), startedDate: nil, finishedDate: nil, lastSeen: nil,
            lateSince: nil, usage: Usage(), stdoutPath: nil, stderrPath: nil, returnedAttempt: returned, error: nil)
    }

    /// Hands the jobs that `state` prepares over to the executor; returns their orders.
    private func start(_ state: inout QueueState, _ actions: [QueueAction], at now: Double) -> [InstanceOrder] {
        state.start(actions, at: at(now))
    }

    private func ended(_ order: InstanceOrder, _ outcome: Outcome) -> QueueFact {
        .report(.ended(instanceKey: order.instanceKey, outcome: outcome))
    }

    @Test("jobs start in the order of their jid, up to the window")
    func ordersByJid() {
        var state = state(window: 2)
        let actions = state.take([.known([job(7), job(3), job(5)]), .allKnown], at: at(0))
        let orders = start(&state, actions, at: 0)
        #expect(orders.map(\.jid) == [3, 5])
        #expect(
            state.take([ended(orders[0], .success)], at: at(1)).contains {
                if case .prepare(let next) = $0 { next.map(\.jid) == [7] } else { false }
            })
    }

    @Test("a job that is not part of the run is not started, counted or waited for")
    func leavesOthers() {
        var state = state()
        var actions = state.take([.known([job(2)]), .left([job(1), job(3)]), .allKnown], at: at(0))
        let orders = start(&state, actions, at: 0)
        #expect(orders.map(\.jid) == [2])
        // A retry of another job does not concern this run either.
        actions = state.take(
            [
                .changed([Change(sequence: 1, kind: "retry", time: Timestamp(milliseconds: 0), jid: 1)]),
                ended(orders[0], .success), .report(.unacknowledged(0)),
            ], at: at(1))
        guard case .finished(let summary)? = actions.last else {
            Issue.record("not finished: \(actions)")
            return
        }
        #expect(summary.counts.total == 1 && summary.counts.complete == 1)
        #expect(summary.left.queued == 2 && summary.left.open == 2)
        #expect(state.sanityCheck().isEmpty)
    }

    @Test("a live instance of another job keeps its slot, is recorded, and is neither awaited nor started again")
    func followsOthers() {
        var state = state(window: 2)
        let lost = job(1, attempts: 3, [instance("live", 1, .running)], status: .running)
        var actions = state.take([.known([job(2), job(3)]), .left([lost]), .allKnown], at: at(0))
        #expect(actions.contains(.observe(["live"])))
        actions = state.take([.observed(["live"], ["live": .running])], at: at(0))
        actions = state.take([.report(.ended(instanceKey: "live", outcome: .failure()))], at: at(1))
        #expect(
            !actions.contains { if case .prepare(let orders) = $0 { orders.contains { $0.jid == 1 } } else { false } })
        #expect(state.currentCounts.failed == 0 && state.currentCounts.total == 2)
        #expect(state.sanityCheck().isEmpty, "\(state.sanityCheck())")
    }

    @Test("a stop ends the jobs of the run, and spares live ones of other jobs")
    func stopSparesOthers() {
        var state = state(window: 3)
        let other = job(1, [instance("live", 1, .running)], status: .running)
        let begun = state.take([.known([job(2)]), .left([other]), .allKnown], at: at(0))
        let orders = start(&state, begun, at: 0)
        _ = state.take([.observed(["live"], ["live": .running])], at: at(0))
        _ = state.take([.report(.started(instanceKey: orders[0].instanceKey))], at: at(0))
        let actions = state.take([.stop], at: at(1))
        #expect(actions.contains(.cancel([orders[0].instanceKey])), "\(actions)")
        #expect(actions.contains(.stopExecutor(ending: false)), "\(actions)")
    }

    @Test("an instance that was unclear at the stop is ended as soon as it is found alive")
    func stopEndsWhatIsFound() {
        var state = state(window: 3)
        let other = job(1, [instance("other", 1, .running)], status: .running)
        let own = job(2, [instance("own", 2, .running)], status: .running)
        // The third one, which runs, keeps the queue running until it is over.
        let begun = state.take([.known([own, job(3)]), .left([other]), .allKnown], at: at(0))
        let orders = start(&state, begun, at: 0)
        #expect(orders.map(\.jid) == [3])
        #expect(state.take([.stop], at: at(1)).contains(.cancel([orders[0].instanceKey])))
        let actions = state.take([.observed(["other", "own"], ["other": .running, "own": .running])], at: at(1))
        #expect(actions.contains(.cancel(["own"])), "\(actions)")
    }

    @Test("an executor that could not be asked about what is over by now is asked until it is back")
    func asksAgain() {
        var state = state(window: 1)
        let begun = state.take([.known([job(1), job(2)]), .allKnown], at: at(0))
        var orders: [InstanceOrder] = []
        for case .prepare(let prepared) in begun { orders = prepared }
        _ = state.take([.prepared(orders)], at: at(0))
        // It took the instance, which has ended before the answer to the submit was given up.
        var actions = state.take(
            [ended(orders[0], .success), .report(.unacknowledged(0)), .submitUnclear(orders, "no answer")], at: at(1))
        #expect(actions.contains { if case .wakeAt = $0 { true } else { false } }, "\(actions)")
        actions = state.take([.woke], at: at(60))
        #expect(actions.contains(.observe([])), "\(actions)")
        actions = state.take([.observed([], [:])], at: at(61))
        #expect(start(&state, actions, at: 61).map(\.jid) == [2])
    }

    // MARK: Relaunch rules

    @Test("the next attempt asks for what the ledger has, and its word ends a job that has retries left, said once")
    func takesTheLedgersWord() throws {
        var state = state(relaunch: .defaults)
        let command = JobDescription(runfile: "/bin/true", resources: ["memory": .int(1 << 30)])
        let jobs = (1...2).map { job($0, attempts: 5, command: command) }
        var orders = start(&state, state.take([.known(jobs), .allKnown], at: at(0)), at: 0)
        let killed = Outcome(status: .failed, cause: .outOfMemory)
        _ = state.take(orders.map { ended($0, killed) }, at: at(1))
        #expect(state.currentCounts.unclear == 2)
        var grown = command
        grown.resources = ["memory": .int(3 << 29)]
        var seen = instance(orders[0].instanceKey, 1, .failed, cause: .outOfMemory)
        seen.relaunch = RelaunchDecision(rule: "oom:1,mem=1.5x", next: .again)
        var other = instance(orders[1].instanceKey, 2, .failed, cause: .outOfMemory)
        other.relaunch = RelaunchDecision(rule: "oom:1,mem=1.5x", next: .stop, remark: "full")
        let actions = state.take(
            [.known([job(1, attempts: 6, [seen], command: grown), job(2, attempts: 5, [other], command: command)])],
            at: at(2))
        #expect(state.currentCounts.retrying == 1 && state.currentCounts.failed == 1)
        #expect(actions.count { if case .say = $0 { true } else { false } } == 1)
        orders = start(&state, state.take([.woke], at: at(9)), at: 9)
        #expect(orders.map { RequestedResources($0.description.resources).memory } == [3 << 29])
        #expect(state.sanityCheck().isEmpty, "\(state.sanityCheck())")
    }

    @Test("fewer retries end what waits for one, and a limit of failures that is passed halts at once")
    func setsLess() {
        var state = state(window: 1)
        let begun = state.take([.known([job(1, attempts: 3), job(2)]), .allKnown], at: at(0))
        let orders = start(&state, begun, at: 0)
        _ = state.take([ended(orders[0], .failure())], at: at(1))
        #expect(state.currentCounts.retrying == 1)
        func change(_ setting: QueueSetting) -> QueueFact {
            .changed([Change(sequence: 1, kind: "set", time: Timestamp(milliseconds: 0), queue: "q", setting: setting)])
        }
        _ = state.take([change(QueueSetting(retries: 0))], at: at(1))
        #expect(state.currentCounts.retrying == 0 && state.currentCounts.failed == 1)
        let actions = state.take([change(QueueSetting(halt: 1))], at: at(1))
        #expect(actions.contains(.recall), "\(actions)")
        #expect(state.sanityCheck().isEmpty, "\(state.sanityCheck())")
    }

    @Test("where a group decides, the ledger's word is waited for")
    func waitsForLedger() throws {
        var state = state(relaunch: try RelaunchRules(texts: ["E3:1"]))
        let orders = start(&state, state.take([.known([job(1)]), .allKnown], at: at(0)), at: 0)
        let actions = state.take([ended(orders[0], .failure()), .report(.unacknowledged(0))], at: at(1))
        #expect(actions.contains(.look([1])) && state.currentCounts.unclear == 1)
        #expect(!actions.contains { if case .observe = $0 { true } else { false } })
        var seen = instance(orders[0].instanceKey, 1, .failed, cause: .exit)
        seen.relaunch = RelaunchDecision(rule: "E3:1", next: .again)
        _ = state.take([.known([job(1, attempts: 2, [seen])])], at: at(2))
        #expect(state.currentCounts.retrying == 1)
        #expect(state.sanityCheck().isEmpty, "\(state.sanityCheck())")
    }

    @Test("in a cluster, the next attempt avoids the host that failed")
    func avoidsHost() throws {
        var state = state(relaunch: .defaults, hearsFromMonitor: true)
        var orders = start(&state, state.take([.known([job(1)]), .allKnown], at: at(0)), at: 0)
        let failed = Change(
            sequence: 1, kind: "failed", time: Timestamp(milliseconds: 0), jid: 1, instanceKey: orders[0].instanceKey,
            status: .failed)
        #expect(state.take([.changed([failed])], at: at(1)).contains(.look([1])))
        var seen = instance(orders[0].instanceKey, 1, .failed, cause: .nodeFailure, returned: true)
        seen.relaunch = RelaunchDecision(rule: "node_failure:3", next: .again, returnsAttempt: true, avoids: "n1")
        orders = start(&state, state.take([.known([job(1, [seen])])], at: at(2)), at: 2)
        #expect(orders.count == 1)
        #expect(orders.first?.description.resources[JobDescription.avoidedHosts] == .array([.string("n1")]))
    }

    @Test("nothing is submitted before its creation is recorded")
    func recordsFirst() throws {
        var state = state()
        let actions = state.take([.known([job(1)]), .allKnown], at: at(0))
        #expect(!actions.contains { if case .submit = $0 { true } else { false } })
        guard case .prepare(let orders)? = actions.first(where: { if case .prepare = $0 { true } else { false } })
        else {
            Issue.record("nothing was prepared")
            return
        }
        let order = try #require(orders.first)
        #expect(
            !state.take([.notPrepared(order, Problem(.unavailable, "the disk is full"))], at: at(0)).contains {
                if case .submit = $0 { true } else { false }
            })
        // Tried again under the same key: the first try may have reached the ledger.
        #expect(state.take([.woke], at: at(2)).contains(.prepare([order])))
    }

    @Test("a failed job is tried again after its delay and not before; then it has failed")
    func retriesWithBackoff() {
        var state = state()
        let first = start(&state, state.take([.known([job(1, attempts: 2)]), .allKnown], at: at(0)), at: 0)
        let actions = state.take([ended(first[0], .failure())], at: at(10))
        #expect(actions.contains(.wakeAt(11)))
        #expect(state.take([.woke], at: at(10.5)).isEmpty || state.currentCounts.queued == 1)
        let second = start(&state, state.take([.woke], at: at(11)), at: 11)
        #expect(second.map(\.retryNumber) == [1])
        let last = state.take([ended(second[0], .failure(exitCode: 3)), .report(.unacknowledged(0))], at: at(12))
        guard case .finished(let summary)? = last.last else {
            Issue.record("not finished: \(last)")
            return
        }
        #expect(summary.counts.failed == 1)
        #expect(summary.failures.first?.exitCode == 3)
        #expect(summary.failures.first?.attempts == 2)
        #expect(summary.failures.first?.headline == "Error: it broke")
    }

    @Test("whenIdle is answered once all known jobs are over and acknowledged, and the queue stays open")
    func tellsWhenIdle() {
        var state = state()
        let first = start(&state, state.take([.known([job(1)])], at: at(0)), at: 0)
        #expect(state.take([.tellWhenIdle(1)], at: at(0)).isEmpty)
        // Its outcome is not acknowledged yet.
        #expect(state.take([ended(first[0], .failure())], at: at(1)).allSatisfy { !$0.isIdle })
        let told = state.take([.report(.unacknowledged(0))], at: at(1))
        guard case .idle(1, let summary)? = told.last else {
            Issue.record("not told: \(told)")
            return
        }
        #expect(summary.counts.failed == 1 && summary.failures.map(\.jid) == [1])
        #expect(state.take([.woke], at: at(2)).isEmpty)
        // Asked again without new jobs: answered at once. Then there are more jobs.
        #expect(state.take([.tellWhenIdle(2)], at: at(3)).contains { $0.isIdle })
        let more = state.take([.known([job(2)]), .tellWhenIdle(3)], at: at(4))
        #expect(!more.contains { $0.isIdle })
        _ = start(&state, more, at: 4)
    }

    @Test("with the simple policy a failed job is not tried again")
    func simplePolicy() {
        var state = state(policy: .simple)
        let first = start(&state, state.take([.known([job(1, attempts: 5)]), .allKnown], at: at(0)), at: 0)
        _ = state.take([ended(first[0], .failure())], at: at(1))
        #expect(state.currentCounts.failed == 1)
    }

    @Test("a lost attempt is given back three times in a row, and then counts")
    func countsLosses() {
        var state = state()
        var orders = start(&state, state.take([.known([job(1)]), .allKnown], at: at(0)), at: 0)
        let lost = Outcome(status: .failed, cause: .lost, returnsAttempt: true)
        for round in 1...4 {
            let key = orders[0].instanceKey
            _ = state.take([.report(.lost("killed"))], at: at(Double(round)))
            let actions = state.take([.observed([key], [key: .ended(lost)])], at: at(Double(round)))
            let recorded = actions.compactMap { action -> Bool? in
                guard case .record(let events) = action, case .outcome(_, let outcome)? = events.first?.fact else {
                    return nil
                }
                return outcome.returnsAttempt
            }
            #expect(recorded == [round <= 3], "round \(round)")
            if round <= 3 { orders = start(&state, actions, at: Double(round)) }
        }
        #expect(state.currentCounts.failed == 1)
    }

    @Test("an answer from before the executor's loss is stale for live instances: they are observed again")
    func staleAnswers() {
        var state = state()
        let known = job(1, attempts: 3, [instance("a", 1, .running)], status: .running)
        #expect(state.take([.known([known]), .allKnown], at: at(0)).contains(.observe(["a"])))
        // The answer was on its way when the executor's process died; the report of its loss was faster.
        #expect(!state.take([.report(.lost("killed"))], at: at(1)).contains(.observe(["a"])))
        let again = state.take([.observed(["a"], ["a": .running])], at: at(1))
        #expect(again.contains(.observe(["a"])) || state.take([.woke], at: at(1)).contains(.observe(["a"])))
        #expect(state.currentCounts.running == 0)
        let lost = Outcome(status: .failed, cause: .lost, returnsAttempt: true)
        _ = state.take([.observed(["a"], ["a": .ended(lost)])], at: at(2))
        #expect(state.currentCounts.unclear == 0)
    }

    @Test("an instance in an unknown state is waited for, not started again")
    func waitsForTheUnclear() {
        var state = state()
        let actions = state.take(
            [.known([job(1, attempts: 3, [instance("a", 1, .running)], status: .running)]), .allKnown], at: at(0))
        #expect(actions.contains(.observe(["a"])))
        var later = state.take([.unobservable(["a"], "no answer")], at: at(1))
        #expect(later.contains { if case .say = $0 { true } else { false } })
        later = state.take([.woke], at: at(100))
        #expect(later.contains(.observe(["a"])))
        #expect(!later.contains { if case .prepare = $0 { true } else { false } })
        #expect(state.currentCounts.unclear == 1)
    }

    @Test("an instance of another executor is waited for, and its end is read from the ledger")
    func waitsForOthers() {
        var state = state()
        let foreign = instance("a", 1, .running, executor: "slurm")
        let actions = state.take([.known([job(1, attempts: 2, [foreign], status: .running)]), .allKnown], at: at(0))
        #expect(!actions.contains { if case .observe = $0 { true } else { false } })
        let change = Change(
            sequence: 1, kind: "failed", time: Timestamp(milliseconds: 0), jid: 1, instanceKey: "a", status: .failed)
        #expect(state.take([.changed([change])], at: at(1)).contains(.look([1])))
        let done = instance("a", 1, .failed, executor: "slurm", cause: .exit)
        _ = state.take([.known([job(1, attempts: 2, [done])])], at: at(2))
        #expect(state.currentCounts.queued == 1)
    }

    @Test("what never started continues under the same key, and its creation is not recorded again")
    func handsOn() {
        var state = state()
        _ = state.take([.known([job(1, [instance("a", 1, .submitted)], status: .submitted)]), .allKnown], at: at(0))
        let actions = state.take([.observed(["a"], ["a": .neverStarted])], at: at(0))
        #expect(
            actions.contains { if case .submit(let orders) = $0 { orders.map(\.instanceKey) == ["a"] } else { false } })
        #expect(!actions.contains { if case .prepare = $0 { true } else { false } })
    }

    @Test("a gone instance is fenced before the next one starts; its late COMPLETE ends the newer one")
    func fences() throws {
        var state = state(policy: .retry(.init(base: 0, jitter: 0)))
        let orders = start(&state, state.take([.known([job(1, attempts: 2)]), .allKnown], at: at(0)), at: 0)
        let old = orders[0].instanceKey
        _ = state.take([.report(.lost("killed"))], at: at(1))
        let gone = state.take([.observed([old], [old: .gone])], at: at(1))
        #expect(gone.contains(.writeFence(old)))
        #expect(!gone.contains { if case .prepare = $0 { true } else { false } })
        let fenced = state.take([.fenced(old)], at: at(2))
        let younger = try #require(
            start(&state, fenced, at: 2).first ?? start(&state, state.take([.woke], at: at(3)), at: 3).first)
        #expect(younger.instanceKey != old)
        let late = Change(
            sequence: 1, kind: "complete", time: Timestamp(milliseconds: 0), jid: 1, instanceKey: old, status: .complete
        )
        #expect(state.take([.changed([late])], at: at(4)).contains(.cancel([younger.instanceKey])))
        _ = state.take([ended(younger, .cancelled(returning: true)), .report(.unacknowledged(0))], at: at(5))
        #expect(state.currentCounts.complete == 1)
        #expect(state.sanityCheck().isEmpty)
    }

    @Test("after the limit of failures nothing more starts, and what has not started is recalled")
    func halts() {
        var state = state(window: 1, haltAfter: 1)
        let orders = start(&state, state.take([.known([job(1), job(2), job(3)]), .allKnown], at: at(0)), at: 0)
        let actions = state.take([ended(orders[0], .failure())], at: at(1))
        #expect(actions.contains(.recall))
        #expect(!actions.contains { if case .prepare = $0 { true } else { false } })
        // Announced only when nothing can start any more.
        #expect(!actions.contains { if case .say = $0 { true } else { false } })
        let recalled = state.take([.recalled], at: at(1))
        #expect(recalled.contains { if case .say(let text) = $0 { text.contains("--halt 1") } else { false } })
        #expect(recalled.contains(.stopExecutor(ending: false)))
        let last = state.take([.report(.unacknowledged(0))], at: at(2))
        guard case .finished(let summary)? = last.last else {
            Issue.record("not finished: \(last)")
            return
        }
        #expect(summary.ending == .halted)
        #expect(summary.counts.queued == 2)
    }

    @Test("a cancelled job that has not started is over; a running one is ended first")
    func cancels() {
        var state = state(window: 1)
        let orders = start(&state, state.take([.known([job(1), job(2)]), .allKnown], at: at(0)), at: 0)
        func cancel(_ jid: Int64) -> QueueFact {
            .changed([Change(sequence: 1, kind: "cancel", time: Timestamp(milliseconds: 0), jid: jid)])
        }
        _ = state.take([cancel(2)], at: at(1))
        #expect(state.currentCounts.cancelled == 1)
        #expect(state.take([cancel(1)], at: at(1)).contains(.cancel([orders[0].instanceKey])))
        #expect(state.currentCounts.cancelled == 1)
        _ = state.take([ended(orders[0], .cancelled(returning: true))], at: at(2))
        #expect(state.currentCounts.cancelled == 2)
    }

    @Test("{jid} and {attempt} are replaced in each attempt, and quoted for a shell")
    func fillsAttempts() {
        var state = state()
        let command = JobDescription(runfile: "fit", args: ["{jid}", "{attempt}", "{other}", "awk '{print}'"])
        let orders = start(&state, state.take([.known([job(12, command: command)]), .allKnown], at: at(0)), at: 0)
        #expect(orders[0].description.args == ["12", "1", "{other}", "awk '{print}'"])
        #expect(CommandTemplate.fill("a {x} {", quoting: true) { _ in "it's" } == "a 'it'\\''s' {")
        #expect(CommandTemplate.fill("{{x}}", quoting: false) { $0 == "x" ? "1" : nil } == "{1}")
    }

    @Test("delays double up to their maximum, and jitter stays within its share")
    func delays() {
        let policy = RelaunchPolicy.retry(.init(base: 1, factor: 2, cap: 10, jitter: 0.25))
        #expect([1, 2, 3, 4, 5, 1_000_000].map { policy.delay(failures: $0, unit: 0.5) } == [1, 2, 4, 8, 10, 10])
        #expect(policy.delay(failures: 1, unit: 0) == 0.75)
        #expect(RelaunchPolicy.simple.delay(failures: 1, unit: 0) == nil)
    }

    @Test("a million jobs: each fact costs the same")
    func isFast() {
        var state = state(window: 1000)
        var actions = state.take([.known((1...200_000).map { job(Int64($0)) }), .allKnown], at: at(0))
        var ends = 0
        let clock = ContinuousClock()
        let spent = clock.measure {
            for turn in 0..<20 {
                let orders = start(&state, actions, at: Double(turn))
                ends += orders.count
                actions = state.take(orders.map { ended($0, .success) }, at: at(Double(turn)))
            }
        }
        #expect(ends == 20_000)
        // In a debug build on a busy machine. A scan of all jobs for each fact would take hours.
        #expect(spent < .seconds(30))
    }
}

extension QueueAction {
    fileprivate var isIdle: Bool { if case .idle = self { true } else { false } }
}
