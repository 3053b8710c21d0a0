import JobmonCore
import Testing

/// Relaunch rules: how they are written, and what they decide.
@Suite struct RelaunchTests {
    private static let gib: Int64 = 1 << 30

    private func sizes(
        memory: Int64? = nil, runtime: Double? = nil, timeout: Double? = nil, given: Int64? = nil,
        partition: String? = nil
    ) -> RelaunchSizes {
        RelaunchSizes(
            requested: RequestedResources(memory: memory, runtime: runtime), timeout: timeout, memoryGiven: given,
            partition: partition)
    }

    private func history(_ ends: [(Cause, RelaunchDecision?, String?)]) -> RelaunchHistory {
        var history = RelaunchHistory()
        for (cause, decision, host) in ends {
            history.note(
                cause: cause, returnedAttempt: decision?.returnsAttempt ?? false, host: host, decision: decision)
        }
        return history
    }

    // MARK: Text

    @Test(
        "a rule reads what it writes",
        arguments: [
            "oom:3,mem=1.5x", "time_limit:2,time=2x", "exit:0", "exit=75:5", "E3:1", "signal:1,elsewhere",
            "lost:5", "oom:1,mem=1.25x,time=1.5x", "missing_output:1", "node_failure:0",
        ])
    func text(_ text: String) throws {
        #expect(try RelaunchRule(text).description == text)
        let rules = try RelaunchRules(texts: [text])
        #expect(try RelaunchRules(rules.json) == rules)
    }

    @Test("names may be long, and factors bare")
    func spellings() throws {
        #expect(try RelaunchRule("out_of_memory:1,mem=1.5").description == "oom:1,mem=1.5x")
    }

    @Test(
        "what is no rule is named",
        arguments: [
            ("oomm:1", "did you mean \"oom\"?"), ("oom", "is no retry rule"), ("oom:-1", "is no number of retries"),
            ("oom:1001", "is no number of retries"), ("oom:1,mem=0.5x", "is below 1"), ("oom:1,mem=x", "is no factor"),
            ("oom:1,mem=1e9x", "is above 100"), ("oom:1,cpu=2x", "is not understood"), ("exit=0:1", "is no cause"),
            ("exit=256:1", "is no cause"), ("cancelled:1", "is no cause"), ("submit_failed:2", "is no cause"),
            ("oom:1,mem=2x,mem=3x", "two factors"), ("", "is no retry rule"), ("3:1", "is no cause"),
            ("E0:1", "is no cause"),
            ("oom:1,mem=nan", "is no factor"),
        ])
    func refused(_ text: String, _ reason: String) {
        do {
            let rule = try RelaunchRule(text)
            Issue.record("\(text) was read as \(rule)")
        } catch {
            #expect(error.message.contains(reason), "\(error)")
        }
    }

    @Test("two rules about the same failures are refused")
    func twice() {
        do {
            _ = try RelaunchRules(texts: ["oom:1", "out_of_memory:2"])
            Issue.record("it was taken")
        } catch {
            #expect(error.message.contains("two retry rules are about oom"))
        }
    }

    // MARK: Decisions

    @Test("memory grows once by default, time once, and then the job's own retries count")
    func defaults() {
        let rules = RelaunchRules.defaults
        let first = rules.decision(
            on: RelaunchFailure(cause: .outOfMemory), after: RelaunchHistory(), sizes: sizes(memory: Self.gib))
        #expect(first?.next == .again && first?.memory?.to == Self.gib * 3 / 2 && first?.runtime == nil)
        let second = rules.decision(
            on: RelaunchFailure(cause: .outOfMemory), after: history([(.outOfMemory, first, nil)]),
            sizes: sizes(memory: Self.gib * 3 / 2))
        #expect(second?.next == .retries)
        let slow = rules.decision(
            on: RelaunchFailure(cause: .timeLimit), after: history([(.outOfMemory, first, nil)]),
            sizes: sizes(memory: Self.gib, runtime: 100))
        #expect(slow?.next == .again && slow?.runtime?.to == 150 && slow?.memory == nil)
        for cause in [Cause.exit, .signal, .missingOutput, .reportedError, .timeout, .notStarted] {
            #expect(
                rules.decision(on: RelaunchFailure(cause: cause), after: RelaunchHistory(), sizes: sizes()) == nil)
        }
        for cause in Cause.allCases {
            #expect(
                RelaunchRules.off.decision(
                    on: RelaunchFailure(cause: cause, host: "n1"), after: RelaunchHistory(), sizes: sizes()) == nil)
        }
    }

    @Test("a given rule is the only one for its failures, and ends the job when it is used up")
    func given() throws {
        let rules = try RelaunchRules(texts: ["exit=75:2", "exit:0"])
        var ends: [(Cause, RelaunchDecision?, String?)] = []
        for expected in [RelaunchDecision.Next.again, .again, .stop] {
            let decision = rules.decision(
                on: RelaunchFailure(cause: .exit, exitCode: 75), after: history(ends), sizes: sizes())
            #expect(decision?.next == expected)
            ends.append((.exit, decision, nil))
        }
        let other = rules.decision(
            on: RelaunchFailure(cause: .exit, exitCode: 1), after: RelaunchHistory(), sizes: sizes())
        #expect(other?.next == .stop && other?.rule == "exit:0")
        #expect(
            rules.decision(on: RelaunchFailure(cause: .signal), after: RelaunchHistory(), sizes: sizes()) == nil)
    }

    @Test(
        "the more precise rule counts, whatever the order",
        arguments: [["exit:0", "exit=75:2", "E3:1"], ["E3:1", "exit=75:2", "exit:0"]])
    func precision(_ texts: [String]) throws {
        let rules = try RelaunchRules(texts: texts)
        #expect(rules.rule(for: RelaunchFailure(cause: .exit, exitCode: 75, group: 3))?.rule.description == "E3:1")
        #expect(rules.rule(for: RelaunchFailure(cause: .exit, exitCode: 75, group: 1))?.rule.description == "exit=75:2")
        #expect(rules.rule(for: RelaunchFailure(cause: .exit, exitCode: 1))?.rule.description == "exit:0")
    }

    @Test("a group of errors is a cause like any other")
    func group() throws {
        let rules = try RelaunchRules(texts: ["E3:1", "exit:2"])
        #expect(rules.namesGroups)
        let failure = RelaunchFailure(cause: .exit, exitCode: 1, group: 3)
        #expect(rules.decision(on: failure, after: RelaunchHistory(), sizes: sizes())?.rule == "E3:1")
        let other = RelaunchFailure(cause: .exit, exitCode: 1, group: 4)
        #expect(rules.decision(on: other, after: RelaunchHistory(), sizes: sizes())?.rule == "exit:2")
    }

    @Test("growth ends at the smaller limit, and says so")
    func limits() throws {
        var rules = try RelaunchRules(
            texts: ["oom:9,mem=2x"], limits: RelaunchLimits(memory: 3 * Self.gib))
        let failure = RelaunchFailure(cause: .outOfMemory)
        let grown = rules.decision(on: failure, after: RelaunchHistory(), sizes: sizes(memory: 2 * Self.gib))
        #expect(grown?.memory?.to == 3 * Self.gib && grown?.next == .again)
        let full = rules.decision(on: failure, after: RelaunchHistory(), sizes: sizes(memory: 3 * Self.gib))
        #expect(full?.next == .stop && full?.remark == "its memory, 3.0 GiB, is not below the limit (--max-memory)")
        rules.partitions = ["short": RelaunchLimits(memory: Self.gib), "": RelaunchLimits(memory: 9 * Self.gib)]
        let partition = rules.decision(
            on: failure, after: RelaunchHistory(), sizes: sizes(memory: Self.gib, partition: "short"))
        #expect(partition?.remark == "its memory, 1.0 GiB, is not below the limit of the partition short")
        #expect(
            rules.decision(on: failure, after: RelaunchHistory(), sizes: sizes(memory: 2 * Self.gib))?.memory?.to
                == 3 * Self.gib)
        // A default rule leaves it to the job's own retries.
        let usual = RelaunchRules(limits: RelaunchLimits(memory: Self.gib))
        #expect(
            usual.decision(on: failure, after: RelaunchHistory(), sizes: sizes(memory: Self.gib))?.next == .retries)
    }

    @Test("without a request, what it was given grows; without that, the job is tried again as it was")
    func unknownSize() {
        let failure = RelaunchFailure(cause: .outOfMemory)
        let given = RelaunchRules.defaults.decision(
            on: failure, after: RelaunchHistory(), sizes: sizes(given: 2 * Self.gib))
        #expect(given?.memory?.to == 3 * Self.gib)
        let unknown = RelaunchRules.defaults.decision(on: failure, after: RelaunchHistory(), sizes: sizes())
        #expect(unknown?.next == .again && unknown?.memory == nil && unknown?.remark != nil)
    }

    @Test("jobmon's own time limit grows where that is the cause")
    func timeout() throws {
        let rules = try RelaunchRules(texts: ["timeout:1,time=3x"])
        let decision = rules.decision(
            on: RelaunchFailure(cause: .timeout), after: RelaunchHistory(), sizes: sizes(runtime: 50, timeout: 10))
        #expect(decision?.timeout?.to == 30 && decision?.runtime == nil)
    }

    @Test("what a host did gives the attempt back, three times in a row, elsewhere")
    func hosts() {
        let rules = RelaunchRules.defaults
        var ends: [(Cause, RelaunchDecision?, String?)] = []
        for number in 1...3 {
            let failure = RelaunchFailure(cause: .preempted, host: "n\(number)")
            let decision = rules.decision(on: failure, after: history(ends), sizes: sizes())
            #expect(
                decision?.next == .again && decision?.returnsAttempt == true && decision?.avoids == "n\(number)")
            ends.append((.preempted, decision, "n\(number)"))
        }
        let fourth = rules.decision(
            on: RelaunchFailure(cause: .preempted, host: "n4"), after: history(ends), sizes: sizes())
        #expect(fourth?.next == .retries && fourth?.returnsAttempt == false)
        // An end of its own in between begins the row anew.
        ends.append((.exit, nil, "n4"))
        #expect(
            rules.decision(on: RelaunchFailure(cause: .lost), after: history(ends), sizes: sizes())?.returnsAttempt
                == true)
    }

    @Test("a job that took down three hosts is stopped")
    func threeHosts() {
        let rules = RelaunchRules.defaults
        var ends: [(Cause, RelaunchDecision?, String?)] = []
        for host in ["n1", "n2"] {
            let decision = rules.decision(
                on: RelaunchFailure(cause: .nodeFailure, host: host), after: history(ends), sizes: sizes())
            #expect(decision?.next == .again)
            ends.append((.nodeFailure, decision, host))
        }
        let third = rules.decision(
            on: RelaunchFailure(cause: .nodeFailure, host: "n3"), after: history(ends), sizes: sizes())
        #expect(third?.next == .stop && third?.remark?.contains("n1, n2, n3") == true)
    }

    @Test("a change replaces rules about the same failures, and leaves the others")
    func change() throws {
        let rules = try RelaunchRules(
            texts: ["exit:2", "oom:3,mem=2x"], limits: RelaunchLimits(memory: Self.gib, runtime: 10))
        var change = try RelaunchRules(texts: ["E3:1", "exit:0"], limits: RelaunchLimits(runtime: 20))
        #expect(rules.changed(by: change).texts == ["E3:1", "exit:0", "oom:3,mem=2x"])
        #expect(rules.changed(by: change).limits == RelaunchLimits(memory: Self.gib, runtime: 20))
        #expect(rules.changed(by: change).usesDefaults)
        change.usesDefaults = false
        #expect(!rules.changed(by: change).usesDefaults)
    }

    @Test("the rules of a job come before those of its queue")
    func ownRules() throws {
        let ofQueue = try RelaunchRules(texts: ["exit:2"])
        let own = try RelaunchRules(texts: ["exit:5"])
        var resources = JSONObject()
        resources[RelaunchRules.resource] = own.jobResource
        let both = ofQueue.preceded(by: RelaunchRules(ofJob: resources))
        #expect(both.rule(for: RelaunchFailure(cause: .exit, exitCode: 1))?.rule.attempts == 5)
        // Also before a more precise one of the queue.
        let precise = try RelaunchRules(texts: ["E1:1"]).preceded(by: RelaunchRules(ofJob: resources))
        #expect(precise.rule(for: RelaunchFailure(cause: .exit, exitCode: 1, group: 1))?.rule.attempts == 5)
        resources[RelaunchRules.resource] = RelaunchRules.off.jobResource
        #expect(ofQueue.preceded(by: RelaunchRules(ofJob: resources)).texts == ["none", "exit:2"])
        #expect(RelaunchRules(ofJob: [:]) == nil)
    }

    @Test("a decision reads what it writes, and is told in words")
    func decision() throws {
        let decision = RelaunchDecision(
            rule: "oom:3,mem=1.5x", next: .again, returnsAttempt: true,
            memory: .init(from: Self.gib, to: Self.gib * 3 / 2), runtime: .init(from: 60, to: 90),
            timeout: .init(from: 1, to: 2), avoids: "n1", remark: "so")
        #expect(try RelaunchDecision(decision.json) == decision)
        #expect(
            decision.words
                == "another attempt with 1.5 GiB of memory instead of 1.0 GiB and a time limit of 1m30s instead of "
                + "1m00s and a time limit of 2.0s instead of 1.0s, not on n1 (rule oom:3,mem=1.5x); so")
        #expect(RelaunchDecision(rule: "exit:0", next: .stop).words == "no other attempt (rule exit:0)")
    }
}
