import Foundation
import JobmonCore
import JobmonExecutors
import JobmonReporting
import JobmonSystem
import JobmonTestSupport
import Testing

/// What is left when a queue or a supervisor dies, and that no instance is alive twice then.
struct SupervisorDeathTests {
    @Test(.timeLimit(.minutes(20)))
    func withoutItsQueueItLetsCommandsFinishAndStartsNone() async throws {
        try await withBench { bench in
            var executor: LocalExecutor? = try await bench.executor(slots: 1)
            let go = "\(bench.layout.root)/go"
            _ = try await executor?.submit([
                bench.order("runs", "until [ -e \(go) ]; do sleep 0.05; done; exit 4"),
                bench.order("waits", "touch \(bench.layout.root)/ran"),
            ])
            try await bench.hasStarted("runs")
            // The queue is gone: its connection ends without a stop.
            executor = nil
            try await bench.supervisorNoticesThatItIsAlone()
            let pid = try bench.supervisor()
            _ = FileManager.default.createFile(atPath: go, contents: nil)
            try await bench.supervisorIsGone()
            try await waitUntil("the supervisor's process is over") { ProcessTable.process(pid) == nil }
            #expect(!FileManager.default.fileExists(atPath: "\(bench.layout.root)/ran"))
            let outcomes = bench.spooled.compactMap { event -> Outcome? in
                if case .outcome(.key("runs"), let outcome) = event.fact { outcome } else { nil }
            }
            #expect(outcomes.map(\.evidence.exitCode) == [4])

            // The next queue learns of both from the records.
            let next = try await bench.executor()
            let seen = try await next.observe(["runs", "waits"])
            #expect(seen["waits"] == .neverStarted)
            guard case .ended(let outcome) = seen["runs"] else {
                Issue.record("runs: \(String(describing: seen["runs"]))")
                return
            }
            #expect(outcome.evidence.exitCode == 4)
            await next.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func theNextQueueTakesItOver() async throws {
        try await withBench { bench in
            var executor: LocalExecutor? = try await bench.executor(slots: 1)
            let go = "\(bench.layout.root)/go"
            _ = try await executor?.submit([bench.order("runs", "until [ -e \(go) ]; do sleep 0.05; done")])
            try await bench.hasStarted("runs")
            let pid = try bench.supervisor()
            executor = nil
            let next = try await bench.executor(slots: 2)
            #expect(try bench.supervisor() == pid)
            #expect(try await next.observe(["runs"]) == ["runs": .running])
            _ = try await next.submit([bench.order("more", "exit 5")])
            #expect(try await bench.end("more").evidence.exitCode == 5)
            _ = FileManager.default.createFile(atPath: go, contents: nil)
            #expect(try await bench.end("runs").status == .complete)
            await next.stop(ending: false)
            try await bench.supervisorIsGone()
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func ofAKilledSupervisorNothingLivesOn() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 3)
            // A child in its own session is found by its environment; one in the group ends with the group.
            let lines = [
                "sleep 1000",
                "setsid sleep 1000 & env -i PATH=$PATH setsid sh -c 'echo $$ >\(bench.layout.root)/far; exec sleep 1000' & "
                    + "exec sleep 1000",
                "trap '' TERM HUP; sleep 1000; sleep 1000",
            ]
            var orders = lines.enumerated().map { bench.order("r\($0)", bench.marking("r\($0)", $1)) }
            orders.append(bench.order("waits", "true"))
            _ = try await executor.submit(orders)
            for key in ["r0", "r1", "r2"] { try await bench.hasStarted(key) }
            try await waitUntil("the marks") { (0..<3).allSatisfy { bench.marks("r\($0)") == 1 } }
            let far = try await waitFor("the one with another environment") {
                let text = try? String(contentsOfFile: "\(bench.layout.root)/far", encoding: .utf8)
                return text.flatMap { Int32($0.dropLast()) }
            }
            kill(try bench.supervisor(), SIGKILL)
            try await waitUntil("word of its loss") { bench.wasLost }
            let keys = ["r0", "r1", "r2", "waits"]
            let seen = try await executor.observe(keys)
            #expect(seen["waits"] == .neverStarted)
            for key in keys.dropLast() {
                guard case .ended(let outcome) = seen[key] else {
                    Issue.record("\(key): \(String(describing: seen[key]))")
                    continue
                }
                #expect(outcome.status == .failed && outcome.cause == .lost && outcome.returnsAttempt)
            }
            // By now a second one may start beside nobody.
            #expect(livingProcesses(ofInstances: keys)?.isEmpty == true)
            #expect(ProcessTable.process(far) == nil)
            _ = try await executor.submit([
                bench.order("waits", "exit 6"), bench.order("again", bench.marking("r1", "true")),
            ])
            #expect(try await bench.end("waits").evidence.exitCode == 6)
            #expect(try await bench.end("again").status == .complete)
            #expect(!bench.anyTwice)
            await executor.stop(ending: false)
        }
    }

    /// Kills at random moments during many short commands. Whatever is reported as over or never started may be run
    /// again at once, and no command ever meets another one of its job.
    @Test(.timeLimit(.minutes(20)))
    func randomKillsRunNothingTwiceAtOnce() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 4)
            let jobs = 100
            var open: [String: Int] = [:]
            for number in 0..<jobs { open["job\(number)"] = 0 }
            func key(_ job: String, _ attempt: Int) -> String { "\(job)/\(attempt)" }
            func order(_ job: String, _ attempt: Int) -> InstanceOrder {
                bench.order(key(job, attempt), bench.marking(job, "sleep 0.05"))
            }
            _ = try await executor.submit(open.map { order($0.key, $0.value) })
            var random = SystemRandomNumberGenerator()
            for _ in 0..<8 {
                let losses = bench.reports.count(where: { if case .lost = $0 { true } else { false } })
                let before = bench.ends.count
                let wanted = Int.random(in: 1...4, using: &random)
                // The ends of the others came with an earlier supervisor, and were found on record.
                let left = open.map { key($0.key, $0.value) }
                try await waitUntil("some ends") {
                    let ends = bench.ends
                    return ends.count >= before + wanted || left.allSatisfy { ends[$0] != nil }
                }
                kill(try bench.supervisor(), SIGKILL)
                try await waitUntil("word of its loss") {
                    bench.reports.count(where: { if case .lost = $0 { true } else { false } }) > losses
                }
                let ends = bench.ends
                let unfinished = open.filter { ends[key($0.key, $0.value)]?.status != .complete }
                let seen = try await executor.observe(unfinished.map { key($0.key, $0.value) })
                var again: [InstanceOrder] = []
                for (job, attempt) in unfinished {
                    switch seen[key(job, attempt)] {
                    case .neverStarted: again.append(order(job, attempt))
                    case .ended(let outcome) where outcome.status == .complete: open[job] = nil
                    case .ended(let outcome):
                        #expect(outcome.cause == .lost, "\(outcome)")
                        open[job] = attempt + 1
                        again.append(order(job, attempt + 1))
                    default: Issue.record("\(job): \(String(describing: seen[key(job, attempt)]))")
                    }
                }
                _ = try await executor.submit(again)
            }
            let wanted = open.map { key($0.key, $0.value) }
            try await waitUntil("all ends") {
                let ends = bench.ends
                return wanted.allSatisfy { ends[$0] != nil }
            }
            await executor.stop(ending: false)
            #expect(!bench.anyTwice)
            for number in 0..<jobs { #expect(bench.marks("job\(number)") >= 1) }
            for number in 0..<jobs { #expect(bench.marks("job\(number)") <= (open["job\(number)"] ?? 8) + 1) }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func aHeldLockThatNobodyAnswersForIsWaitedFor() async throws {
        try await withBench { bench in
            // As seen from another host: the lock is held, and no socket can be reached.
            var lock = try FileLock.acquire(bench.layout.supervisorLock(bench.queue))
            #expect(lock != nil)
            let said = Collected()
            let starting = Task { try await bench.executor(say: { said.add($0) }) }
            try await waitUntil("a word about it") { said.lines.contains { $0.contains("waiting") } }
            #expect(ProcessTable.process(try bench.supervisor())?.pid == getpid())
            lock = nil
            let executor = try await starting.value
            _ = try await executor.submit([bench.order("k", "true")])
            #expect(try await bench.end("k").status == .complete)
            await executor.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func anInstanceOfAnotherHostIsNotJudged() async throws {
        try await withTestDirectory { path in
            let bench = try Bench(path)
            var configuration = LocalExecutor.Configuration(
                layout: bench.layout, queue: "q", slots: 1, host: HostIdentity.host, bootID: HostIdentity.bootID)
            configuration.executable = Executable.path
            let executor = try await LocalExecutor.start(configuration) { _ in
                [
                    "foreign": KnownInstance(started: true, host: "some.other.host", bootID: "b"),
                    "before": KnownInstance(started: true, host: HostIdentity.host, bootID: "an earlier boot"),
                ]
            }
            let seen = try await executor.observe(["foreign", "before"])
            #expect(seen["foreign"] == nil)
            guard case .ended(let outcome) = seen["before"] else {
                Issue.record("\(seen)")
                return
            }
            #expect(outcome.cause == .lost && outcome.returnsAttempt)
            await executor.stop(ending: false)
        }
    }
}
