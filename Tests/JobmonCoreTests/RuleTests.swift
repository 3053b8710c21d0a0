import JobmonCore
import Testing

@Suite struct CauseTests {
    @Test(
        arguments: [
            (Evidence(exitCode: 0), Status.complete, nil),
            (Evidence(exitCode: 1), .failed, .exit),
            (Evidence(exitCode: 137), .failed, .exit),
            (Evidence(exitCode: 137, oomKills: 0), .failed, .exit),
            (Evidence(exitCode: 137, oomKills: 1), .failed, .outOfMemory),
            (Evidence(exitCode: 1, oomKills: 1), .failed, .exit),
            (Evidence(exitCode: 0, oomKills: 1), .complete, nil),
            (
                Evidence(exitCode: 0, missingOutput: MissingOutput(path: "a", isEmpty: false)), .failed,
                .missingOutput
            ),
            (Evidence(exitCode: 0, reportedError: "FATAL"), .failed, .reportedError),
            (
                Evidence(
                    exitCode: 0, missingOutput: MissingOutput(path: "a", isEmpty: true), reportedError: "FATAL"),
                .failed, .reportedError
            ),
            (Evidence(exitCode: 3, reportedError: "FATAL"), .failed, .exit),
            (
                Evidence(signal: 15, timedOut: true, missingOutput: MissingOutput(path: "a", isEmpty: false)),
                .failed, .timeout
            ),
            (Evidence(signal: 9), .failed, .signal),
            (Evidence(signal: 9, oomKills: 2), .failed, .outOfMemory),
            (Evidence(signal: 9, oomKills: 2, oomShared: true), .failed, .signal),
            (Evidence(exitCode: 137, oomKills: 2, oomShared: true), .failed, .exit),
            (Evidence(signal: 11, oomKills: 2), .failed, .signal),
            (Evidence(signal: 15, timedOut: true), .failed, .timeout),
            (Evidence(signal: 9, timedOut: true, oomKills: 1), .failed, .timeout),
            (Evidence(exitCode: 0, timedOut: true), .failed, .timeout),
            (Evidence(signal: 15, cancelled: true), .cancelled, .cancelled),
            (Evidence(signal: 15, timedOut: true, cancelled: true), .cancelled, .cancelled),
            // The scheduler's statement explains the command's result; an end that we caused takes precedence.
            (Evidence(signal: 15, scheduler: SchedulerWord("TIMEOUT", cause: .timeLimit)), .failed, .timeLimit),
            (Evidence(exitCode: 0, scheduler: SchedulerWord("TIMEOUT", cause: .timeLimit)), .failed, .timeLimit),
            (Evidence(signal: 15, scheduler: SchedulerWord("deleted", cause: .cancelled)), .cancelled, .cancelled),
            (Evidence(exitCode: 3, scheduler: SchedulerWord("FAILED")), .failed, .exit),
            (
                Evidence(signal: 15, timedOut: true, scheduler: SchedulerWord("", cause: .preempted)), .failed, .timeout
            ),
            (Evidence(scheduler: SchedulerWord("NODE_FAIL", cause: .nodeFailure)), .failed, .nodeFailure),
            (Evidence(exitCode: 0, scheduler: SchedulerWord("", cause: .requeued)), .failed, .requeued),
            (Evidence(), .failed, .lost),
            (
                Evidence(
                    exitCode: 127, cancelled: true,
                    notStarted: StartFailure(step: .command, path: "x", errno: 2, reason: "")), .failed, .notStarted
            ),
        ] as [(Evidence, Status, Cause?)]) func theStrongestEvidenceDecides(
            _ evidence: Evidence, _ status: Status, _ cause: Cause?
        )
    {
        let decided = Cause.decide(evidence)
        #expect(decided.status == status)
        #expect(decided.cause == cause)
        #expect(Outcome(evidence: evidence).cause == cause)
    }

    @Test func whatTheSchedulerStartsOnceMoreIsNoAttempt() {
        let evidence = Evidence(exitCode: 255, scheduler: SchedulerWord("PENDING", cause: .requeued))
        #expect(Outcome(evidence: evidence).returnsAttempt)
        #expect(!Outcome(evidence: Evidence(signal: 15)).returnsAttempt)
        let open = Outcome(status: .unknown, evidence: Evidence(signal: 15), stderr: "x")
        #expect(open.isOpen && open.closed(by: SchedulerWord("TIMEOUT", cause: .timeLimit)).cause == .timeLimit)
        #expect(open.closed(by: nil).cause == .signal && open.closed(by: nil).stderr == "x")
    }

    @Test(
        "an attempt that somebody else ended may have needed more memory",
        arguments: [
            (Evidence(exitCode: 0), false), (Evidence(exitCode: 1), false), (Evidence(signal: 11), false),
            (Evidence(exitCode: 139), false), (Evidence(signal: 9), true), (Evidence(exitCode: 137), true),
            (Evidence(signal: 15), true), (Evidence(signal: 9, oomKills: 1), true),
            (Evidence(exitCode: 0, oomKills: 1), false), (Evidence(exitCode: 0, timedOut: true), true),
            (Evidence(exitCode: 1, cancelled: true), true),
            (Evidence(exitCode: 1, scheduler: SchedulerWord("TIMEOUT", cause: .timeLimit)), true),
        ] as [(Evidence, Bool)])
    func whatIsCutShort(_ evidence: Evidence, _ isCutShort: Bool) {
        var outcome = Outcome(evidence: evidence)
        outcome.usage.memoryPeak = MemoryPeak(bytes: 7, source: .rss, bound: .atMost)
        #expect(outcome.isCutShort == isCutShort)
        #expect(outcome.judgedUsage.memoryPeak?.bound == (isCutShort ? MemoryPeak.Bound.atLeast : .atMost))
        #expect(outcome.judgedUsage.memoryPeak?.bytes == 7)
    }

    @Test func anEndThatIsStillOpenIsNotCutShort() {
        #expect(!Outcome(status: .unknown, cause: .signal, evidence: Evidence(signal: 15)).isCutShort)
        #expect(Outcome(status: .failed, cause: .lost).isCutShort)
    }

    @Test func theMemoryThatIsShown() {
        var usage = Usage()
        #expect(usage.memory?.bytes == nil)
        usage.maxrss = 5
        #expect(usage.memory?.bytes == 5 && usage.memory?.bound == nil)
        usage.maxrssAtMost = true
        #expect(usage.memory?.bound == .atMost)
        usage.memoryPeak = MemoryPeak(bytes: 3, source: .pss)
        #expect(usage.memory?.bytes == 3 && usage.memory?.bound == nil)
        usage.memoryPeak?.bound = .atLeast
        #expect(usage.memory?.bound == .atLeast)
    }

    @Test func theExitCodeOfAStartThatFailed() {
        #expect(StartFailure(step: .command, path: "", errno: 2, reason: "").exitCode == 127)
        #expect(StartFailure(step: .command, path: "", errno: 13, reason: "").exitCode == 126)
        #expect(StartFailure(step: .directory, path: "", errno: 2, reason: "").exitCode == 126)
    }
}

@Suite struct StateMachineTests {
    /// The whole table: every pair of a status and a reported status.
    @Test func theWholeTable() {
        let rows: [(Status?, [Status: InstanceStateMachine.Answer])] = [
            (nil, [.submitted: .moves]),
            (
                .submitted,
                [
                    .submitted: .repeats, .running: .moves, .complete: .moves, .failed: .moves, .cancelled: .moves,
                    .unknown: .moves,
                ]
            ),
            (
                .running,
                [
                    .submitted: .repeats, .running: .repeats, .complete: .moves, .failed: .moves, .cancelled: .moves,
                    .unknown: .moves,
                ]
            ),
            (
                .unknown,
                [
                    .submitted: .repeats, .running: .moves, .complete: .moves, .failed: .moves, .cancelled: .moves,
                    .unknown: .repeats,
                ]
            ),
            (.complete, [.submitted: .repeats, .running: .fills, .complete: .repeats]),
            (.failed, [.submitted: .repeats, .running: .fills, .failed: .repeats]),
            (.cancelled, [.submitted: .repeats, .running: .fills, .cancelled: .repeats]),
            (.queued, [:]),
        ]
        for (current, answers) in rows {
            for said in Status.allCases {
                let expected = answers[said] ?? .contradicts
                #expect(
                    InstanceStateMachine.answer(current: current, said: said) == expected, "\(current as Any), \(said)")
            }
        }
    }

    @Test func nothingLeavesAnEnd() {
        #expect(InstanceStateMachine.edges.allSatisfy { !$0.from.isFinal })
        #expect(InstanceStateMachine.edges.count == 13)
    }

    @Test func idsAndLabelsAreThoseOf2017() {
        let fixed: [(Int, String)] = [(1, "SUBMITTED"), (2, "RUNNING"), (3, "FAILED"), (4, "COMPLETE"), (5, "UNKNOWN")]
        for (id, label) in fixed { #expect(Status(rawValue: id)?.label == label) }
        for status in Status.allCases { #expect(Status(label: status.label.lowercased()) == status) }
        #expect(Status(label: "DONE") == nil)
    }
}

@Suite struct JobStandingTests {
    private static func standing(
        _ latest: Status?, used: Int = 1, of max: Int = 1, cancel: Bool = false, complete: Bool = false,
        returned: Bool = false
    ) -> Status {
        JobStanding(
            attempts: used, maxAttempts: max, cancelRequested: cancel, anyComplete: complete, latest: latest,
            latestReturnedAttempt: returned
        ).status
    }

    @Test func theTable() {
        #expect(Self.standing(nil, used: 0) == .queued)
        #expect(Self.standing(nil, used: 0, cancel: true) == .cancelled)
        for alive in [Status.submitted, .running, .unknown] {
            #expect(Self.standing(alive) == alive)
            #expect(Self.standing(alive, cancel: true) == alive)
            #expect(Self.standing(alive, used: 2, of: 2, complete: true) == .complete)
        }
        #expect(Self.standing(.complete, complete: true) == .complete)
        #expect(Self.standing(.failed) == .failed)
        #expect(Self.standing(.failed, of: 2) == .queued)
        #expect(Self.standing(.failed, used: 2, of: 2) == .failed)
        #expect(Self.standing(.failed, of: 2, cancel: true) == .cancelled)
        #expect(Self.standing(.failed, used: 2, of: 2, complete: true) == .complete)
        #expect(Self.standing(.failed, used: 0, returned: true) == .queued)
        #expect(Self.standing(.cancelled) == .cancelled)
        #expect(Self.standing(.cancelled, of: 3) == .cancelled)
        #expect(Self.standing(.cancelled, used: 0, returned: true) == .queued)
        #expect(Self.standing(.cancelled, used: 0, cancel: true, returned: true) == .cancelled)
    }
}

@Suite struct DirectoryLayoutTests {
    @Test func namesAreSafe() {
        #expect(DirectoryLayout.fileName("fit-1_a.b") == "fit-1_a.b")
        #expect(DirectoryLayout.fileName("../etc") == "%2E.%2Fetc")
        #expect(DirectoryLayout.fileName("a b%é\n\0") == "a%20b%25%C3%A9%0A%00")
        #expect(DirectoryLayout.fileName(".") == "%2E")
        #expect(DirectoryLayout.fileName("..") == "%2E.")
    }

    /// Different texts have different names, even long ones that differ only at their ends, and none is too long.
    @Test func differentTextsHaveDifferentNames() {
        var random = SeededRandom(seed: 13)
        var names: [String: [UInt8]] = [:]
        for turn in 0..<20000 {
            let text: String
            switch turn % 4 {
            case 0: text = random.text()
            case 1: text = String(repeating: "x", count: 200) + random.text()
            case 2: text = random.text() + String(repeating: "%", count: 60) + random.text()
            default: text = "%\(String(UInt8.random(in: 0...255, using: &random), radix: 16))~\(random.next() % 100)"
            }
            let name = DirectoryLayout.fileName(text)
            #expect(name.utf8.count <= 128)
            #expect(!name.contains("/") && name != "." && name != "..")
            if let other = names[name] { #expect(other == Array(text.utf8)) }
            names[name] = Array(text.utf8)
        }
        #expect(names.count > 10000)
    }

    @Test func everythingLiesInTheRoot() {
        let layout = DirectoryLayout(root: "/data/run//")
        #expect(layout.root == "/data/run")
        #expect(layout == DirectoryLayout(root: "/data/run"))
        #expect(layout.log(jid: 12345, retry: 2, .err) == "/data/run/logs/12/12345.2.err")
        #expect(layout.queueLock("a/b") == "/data/run/run/queue.a%2Fb.lock")
        #expect(DirectoryLayout(root: "/").root == "/")
    }

    @Test func hashesAreFixed() {
        // Published values of FNV-1a.
        #expect(FNV1a.hash("".utf8) == 0xCBF2_9CE4_8422_2325)
        #expect(FNV1a.hash("foobar".utf8) == 0x8594_4171_F739_67E8)
    }
}
