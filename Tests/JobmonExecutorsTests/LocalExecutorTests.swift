import Foundation
import JobmonCore
import JobmonExecutors
import JobmonReporting
import JobmonSystem
import JobmonTestSupport
import Testing

/// The local executor and its supervisor, a real process, with real commands.
struct LocalExecutorTests {
    @Test(.timeLimit(.minutes(20)))
    func fiveHundredCommandsEachWithItsExitCode() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 4)
            var orders: [InstanceOrder] = []
            for number in 0..<500 { orders.append(bench.order("k\(number)", "exit \(number % 7)")) }
            let answers = try await executor.submit(orders)
            #expect(answers == Array(repeating: .taken(executorID: nil), count: 500))
            try await waitUntil("500 ends") { bench.ends.count == 500 }
            for (key, outcome) in bench.ends {
                let code = (Int(key.dropFirst()) ?? -1) % 7
                #expect(outcome.evidence.exitCode == code)
                #expect(outcome.status == (code == 0 ? .complete : .failed))
            }
            await executor.stop(ending: false)
            try await bench.supervisorIsGone()

            // The spool has the same: RUNNING before the outcome, each once, and the process in one of them.
            var facts: [String: [Fact]] = [:]
            for event in bench.spooled { facts[event.fact.instanceKey ?? "?", default: []].append(event.fact) }
            #expect(facts.count == 500)
            for (key, said) in facts {
                var kinds = said.map(\.kind)
                let named = said.filter { fact in
                    switch fact {
                    case .process: true
                    case .outcome(_, let outcome): outcome.process != nil
                    default: false
                    }
                }
                kinds.removeAll { $0 == "process" }
                let isRight = kinds.count == 2 && kinds.first == "running" && named.count == 1
                #expect(isRight, "\(key): \(said)")
            }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func signalsAndCommandsThatAreNotThere() async throws {
        try await withBench { bench in
            let executor = try await bench.executor()
            var missing = bench.order("missing", "/nonexistent/program")
            missing.description.shell = false
            _ = try await executor.submit([
                bench.order("killed", "kill -9 $$"), missing,
                bench.order("nowhere", "true", cwd: "/nonexistent/folder"),
                bench.order("says", "echo out; echo why >&2; exit 3"),
            ])
            #expect(try await bench.end("killed").evidence.signal == 9)
            let notFound = try await bench.end("missing")
            #expect(notFound.cause == .notStarted)
            #expect(notFound.evidence.notStarted?.step == .command)
            let nowhere = try await bench.end("nowhere")
            #expect(nowhere.evidence.notStarted?.step == .directory)
            #expect(nowhere.evidence.notStarted?.path == "/nonexistent/folder")
            #expect(try await bench.end("says").stderr == "why\n")
            await executor.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func whatACommandFindsAroundIt() async throws {
        try await withBench { bench in
            let executor = try await bench.executor()
            let line =
                "echo $JOBMON_DIR $JOBMON_INSTANCE $JOBMON_JID $MINE; pwd; ls /proc/self/fd | wc -l; "
                + "read x || echo no input; awk '{print $5 == $1}' /proc/$$/stat; grep -E 'Sig(Blk|Ign)' /proc/self/status"
            _ = try await executor.submit([
                bench.order("env", line, env: ["MINE": "own words"], cwd: bench.layout.root, logs: true)
            ])
            #expect(try await bench.end("env").status == .complete)
            let out = try String(contentsOfFile: "\(bench.layout.logs)/3/env.out", encoding: .utf8)
            let lines = out.split(separator: "\n").map(String.init)
            #expect(lines.first == "\(bench.layout.root) env 7 own words")
            #expect(lines.dropFirst().first == bench.layout.root)
            // 0, 1, 2, and the descriptor with which ls reads the folder.
            #expect(lines.dropFirst(2).first?.filter { $0 != " " } == "4")
            #expect(lines.contains("no input"))
            #expect(lines.contains("1"), "its own process group")
            // Nothing blocked, nothing ignored.
            let signals = lines.filter { $0.hasPrefix("Sig") }.compactMap { line in
                UInt64(line.drop { $0 != "\t" }.dropFirst(), radix: 16)
            }
            #expect(signals == [0, 0], "\(lines)")
            await executor.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func logsAreKeptAndEmptyOnesRemoved() async throws {
        try await withBench { bench in
            let executor = try await bench.executor()
            _ = try await executor.submit([
                bench.order("quiet", "true", logs: true), bench.order("loud", "echo a; echo b >&2; exit 1", logs: true),
            ])
            #expect(try await bench.end("quiet").status == .complete)
            // The report has no more than that; the spooled event has.
            let spooled = SpoolReader(layout: bench.layout).events(about: ["quiet"]).compactMap { event in
                if case .outcome(_, let outcome) = event.fact { outcome } else { nil }
            }
            #expect(spooled.map { $0.stdoutEmpty && $0.stderrEmpty } == [true])
            for ending in ["out", "err"] {
                #expect(!FileManager.default.fileExists(atPath: "\(bench.layout.logs)/3/quiet.\(ending)"))
            }
            let loud = try await bench.end("loud")
            #expect(!loud.stdoutEmpty && !loud.stderrEmpty)
            #expect(loud.stderr == "b\n")
            #expect(try String(contentsOfFile: "\(bench.layout.logs)/3/loud.out", encoding: .utf8) == "a\n")
            await executor.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func aTimeLimitEndsWhoIgnoresTermAndWhatItLeft() async throws {
        try await withBench { bench in
            let executor = try await bench.executor()
            // The command obeys TERM, its child does not: the end is reported only when the child is gone too.
            let line = "trap 'exit 0' TERM; (trap '' TERM; echo $$ > \(bench.layout.root)/child; exec sleep 60) & wait"
            _ = try await executor.submit([bench.order("limited", bench.marking("limited", line), timeout: 0.3)])
            let outcome = try await bench.end("limited")
            #expect(outcome.cause == .timeout)
            let living = livingProcesses(ofInstances: ["limited"])
            #expect(living?.isEmpty == true)
            await executor.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func cancelEndsWhatRunsAndWhatWaits() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 1)
            _ = try await executor.submit([
                bench.order("runs", "sleep 60"), bench.order("waits", "touch \(bench.layout.root)/ran"),
                bench.order("recalled", "touch \(bench.layout.root)/ran"),
            ])
            try await bench.hasStarted("runs")
            let seen = try await executor.observe(["runs", "waits", "recalled", "unheard"])
            #expect(seen == ["runs": .running, "waits": .waiting, "recalled": .waiting, "unheard": .neverStarted])
            try await executor.cancel(["waits"], returningAttempt: false)
            await executor.recall()
            try await waitUntil("the return") { bench.reports.contains(.returned(instanceKey: "recalled")) }
            try await executor.cancel(["runs", "unheard"], returningAttempt: true)
            let waits = try await bench.end("waits")
            #expect(waits.status == .cancelled && !waits.returnsAttempt)
            let runs = try await bench.end("runs")
            #expect(runs.status == .cancelled && runs.returnsAttempt)
            await executor.stop(ending: false)
            #expect(!FileManager.default.fileExists(atPath: "\(bench.layout.root)/ran"))
        }
    }

    @Test(
        "when the queue's process leaves, what runs continues and what waits is not started", .timeLimit(.minutes(20)))
    func leavesWhatRuns() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 1)
            let root = bench.layout.root
            _ = try await executor.submit([
                bench.order("runs", "while [ ! -e \(root)/gate ]; do sleep 0.01; done"),
                bench.order("waits", "touch \(root)/ran"),
            ])
            await executor.leave()
            // Not even what the queue hands over in its last moment.
            _ = try await executor.submit([bench.order("late", "touch \(root)/ran")])
            let seen = try await executor.observe(["runs", "waits", "late"])
            #expect(seen == ["runs": .running, "waits": .neverStarted, "late": .neverStarted])
            try Data().write(to: URL(fileURLWithPath: "\(root)/gate"))
            #expect(try await bench.end("runs").status == .complete)
            #expect(!FileManager.default.fileExists(atPath: "\(root)/ran"))
        }
    }

    @Test("a cancelled instance is over when all its processes are gone", .timeLimit(.minutes(20)))
    func cancelledIsOverWhenAllIsGone() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 4)
            let root = bench.layout.root
            // Three generations, each in its own session. The last ones ignore TERM, and one has another environment.
            let line =
                "setsid sh -c 'setsid sh -c \"trap : TERM; echo \\$\\$ >>\(root)/pids; while :; do sleep 0.1; done\" & wait' & "
                + "env -i PATH=$PATH setsid sh -c 'trap : TERM; echo $$ >>\(root)/pids; while :; do sleep 0.1; done' & wait"
            let keys = (0..<4).map { "job\($0)" }
            _ = try await executor.submit(keys.map { bench.order($0, line) })
            func pids() -> [Int32] {
                let text = (try? String(contentsOfFile: "\(root)/pids", encoding: .utf8)) ?? ""
                return text.split(separator: "\n").compactMap { Int32($0) }
            }
            try await waitUntil("all are up") { pids().count == 8 }
            try await executor.cancel(keys, returningAttempt: true)
            for key in keys {
                #expect(try await bench.end(key).status == .cancelled)
            }
            #expect(pids().allSatisfy { ProcessTable.process($0) == nil })
            await executor.stop(ending: false)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func stoppingEndsAllWithinTheGrace() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 2)
            _ = try await executor.submit([
                bench.order("heeds", "sleep 60"), bench.order("ignores", "trap '' TERM; sleep 60; sleep 60"),
                bench.order("waits", "true"),
            ])
            try await bench.hasStarted("heeds")
            try await bench.hasStarted("ignores")
            let begun = ContinuousClock.now
            await executor.stop(ending: true)
            #expect(ContinuousClock.now - begun < .seconds(12))
            let ends = try await waitFor("both ends") { bench.ends.count == 2 ? bench.ends : nil }
            #expect(ends.values.allSatisfy { $0.status == .cancelled && $0.returnsAttempt })
            #expect(bench.reports.contains(.returned(instanceKey: "waits")))
            try await bench.supervisorIsGone()
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func moreSlotsStartMore() async throws {
        try await withBench { bench in
            let executor = try await bench.executor(slots: 1)
            let stop = "\(bench.layout.root)/stop"
            _ = try await executor.submit(
                (0..<3).map { bench.order("s\($0)", "until [ -e \(stop) ]; do sleep 0.05; done") })
            try await bench.hasStarted("s0")
            #expect(try await executor.observe(["s1"])["s1"] == .waiting)
            executor.setSlots(3)
            try await bench.hasStarted("s2")
            _ = FileManager.default.createFile(atPath: stop, contents: nil)
            try await waitUntil("the ends") { bench.ends.count == 3 }
            await executor.stop(ending: false)
        }
    }

    @Test func noExecutableIsAClearProblem() async throws {
        try await withBench { bench in
            var configuration = LocalExecutor.Configuration(
                layout: bench.layout, queue: "q", slots: 1, host: "h", bootID: nil)
            configuration.executable = "/nonexistent/jobmon"
            configuration.patience = 0.5
            let problem = await #expect(throws: Problem.self) {
                _ = try await LocalExecutor.start(configuration) { _ in [:] }
            }
            #expect(problem?.message.contains("/nonexistent/jobmon") == true)
        }
    }
}
