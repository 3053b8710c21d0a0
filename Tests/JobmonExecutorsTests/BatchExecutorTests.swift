import Foundation
import JobmonCore
import JobmonTestSupport
import JobmonWire
import Testing

@testable import JobmonExecutors

/// The batch engine's reaction to answers that come late, in part, or not at all.
@Suite struct BatchExecutorTests {
    private func withBench(_ name: String = #function, _ body: (BatchBench) async throws -> Void) async throws {
        try await withTestDirectory(name) { path in try await body(try BatchBench(path)) }
    }

    /// Submits instances, all in one array job.
    private func submit(_ bench: BatchBench, _ keys: String...) async throws {
        let answers = try await bench.executor.submit(keys.map { BatchBench.order($0) })
        #expect(answers.count == keys.count)
        // A list that was started before says nothing about them.
        bench.wait(1)
        for answer in answers {
            guard case .taken = answer else {
                Issue.record("not taken: \(answer)")
                continue
            }
        }
    }

    // MARK: The result of one query is not lost by the next command

    @Test("what was found about one instance is kept when the command for the next one fails")
    func verdictsAreKept() async throws {
        try await withBench { bench in
            try await submit(bench, "a", "b", "c")
            for key in ["a", "b", "c"] {
                try bench.begin(key)
                bench.note(key)
            }
            bench.slurm.change { $0.tasks = ["101_3": "RUNNING"] }
            _ = try await bench.executor.observe(["a", "b", "c"])
            bench.wait(100)
            // Each must surely be ended before its absence counts.
            bench.slurm.change { $0.faults["scancel"] = [SlurmInMemory.timeout] }
            let first = try await bench.executor.observe(["a", "b", "c"])
            let unknown = first.filter { if case .unknown = $0.value { true } else { false } }
            #expect(unknown.count == 1 && first["c"] == .running, "\(first)")
            let second = try await bench.executor.observe(["a", "b", "c"])
            #expect(second.count { if case .unknown = $0.value { true } else { false } } == 2, "\(second)")
        }
    }

    @Test("the files of an array job stay until the ends of all its tasks are recorded")
    func filesStay() async throws {
        try await withTestDirectory("filesStay") { path in
            let bench = try BatchBench(path)
            try await submit(bench, "a", "b")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                for task in 1...2 {
                    slurm.accounts["101_\(task)"] = "FAILED|3:0|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
                }
            }
            try bench.begin("a")
            try bench.begin("b")
            _ = try await bench.executor.observe(["a", "b"])
            bench.wait(10)
            let found = try await bench.executor.observe(["a", "b"])
            guard case .ended(let outcome)? = found["a"] else {
                Issue.record("not ended: \(found)")
                return
            }
            #expect(outcome.evidence.exitCode == 3)
            // The queue may die now: the next one finds the same.
            bench.executor.forget(["a"])
            let next = try BatchBench(path, after: bench)
            next.slurm.change { slurm in bench.slurm.change { slurm = $0 } }
            next.wait(1)
            _ = try await next.executor.observe(["b"])
            next.wait(10)
            let again = try await next.executor.observe(["b"])
            #expect(again["b"] == .ended(outcome), "\(again)")
            next.executor.forget(["a", "b"])
            #expect(try next.manifests().isEmpty)
            #expect(!next.exists(next.layout.fence("a")) && !next.exists(next.layout.fence("b")))
        }
    }

    // MARK: Started or not

    @Test("an instance that accounting ends before its start can no longer start; one that starts now is not ended")
    func endedBeforeItBegan() async throws {
        try await withBench { bench in
            try await submit(bench, "a", "b")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                for task in 1...2 {
                    slurm.accounts["101_\(task)"] = "NODE_FAIL|0:0|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
                }
            }
            // Its wrapper is at its start: it has its fence, but has reported nothing yet.
            try bench.begin("b")
            let found = try await bench.executor.observe(["a", "b"])
            guard case .ended(let outcome)? = found["a"] else {
                Issue.record("not ended: \(found)")
                return
            }
            #expect(outcome.cause == .nodeFailure)
            #expect(try String(contentsOfFile: bench.layout.fence("a"), encoding: .utf8) == "given up\n")
            #expect(found["b"] == .running)
            // It is heard of: the node is not gone.
            bench.note("b")
            bench.wait(30)
            #expect(try await bench.executor.observe(["b"])["b"] == .running)
            bench.wait(121)
            guard case .ended(let late)? = try await bench.executor.observe(["b"])["b"] else {
                Issue.record("silent for two minutes, and a node failure on record")
                return
            }
            #expect(late.cause == .nodeFailure)
        }
    }

    @Test("an instance that is heard of after the scheduler's record of its end is not over")
    func heardAfterwards() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            try bench.begin("a")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                slurm.accounts["101_1"] = "TIMEOUT|0:0|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
            }
            _ = try await bench.executor.observe(["a"])
            bench.wait(10)
            bench.note("a")
            #expect(try await bench.executor.observe(["a"])["a"] == .running)
            bench.wait(121)
            guard case .ended(let outcome)? = try await bench.executor.observe(["a"])["a"] else {
                Issue.record("silent for two minutes, and over by the accounts")
                return
            }
            #expect(outcome.cause == .timeLimit)
        }
    }

    @Test("a report that arrived while the list was made does not keep it running")
    func heardMeanwhile() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            try bench.begin("a")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                slurm.accounts["101_1"] = "FAILED|0:9|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
                // It starts and is killed before the list is read; the report of its start comes a little later.
                slurm.meanwhile = { program in
                    guard program == "squeue" else { return }
                    bench.wait(8)
                    bench.note("a", seen: -2)
                }
            }
            _ = try await bench.executor.observe(["a"])
            bench.slurm.change { $0.meanwhile = { _ in } }
            bench.wait(10)
            guard case .ended(let outcome)? = try await bench.executor.observe(["a"])["a"] else {
                Issue.record("its record is final, and nothing was heard since")
                return
            }
            #expect(outcome.evidence.signal == 9)
        }
    }

    @Test("a started instance of an array job with an unknown id is given up too, once it is surely over")
    func unknownID() async throws {
        try await withBench { bench in
            bench.slurm.change { $0.faults["sbatch"] = [SlurmInMemory.timeout] }
            await #expect(throws: ExecutorError.self) { try await bench.executor.submit([BatchBench.order("a")]) }
            bench.wait(1)
            try bench.begin("a")
            bench.note("a")
            _ = try await bench.executor.observe(["a"])
            bench.wait(30)
            guard case .unknown? = try await bench.executor.observe(["a"])["a"] else {
                Issue.record("nobody has a record of it")
                return
            }
            bench.wait(200)
            #expect(try await bench.executor.observe(["a"])["a"] == .gone)
        }
    }

    @Test("the next process also knows who requested an end")
    func wishesAreKept() async throws {
        for whole in [true, false] {
            try await withTestDirectory("wishes") { path in
                let bench = try BatchBench(path)
                try await submit(bench, "a", "b", "c")
                let wanted = whole ? ["a", "b", "c"] : ["a"]
                try await bench.executor.cancel(wanted, returningAttempt: true)
                let command = try #require(bench.slurm.calls("scancel").last)
                #expect(command.dropFirst(2) == (whole ? ["101"] : ["101_1"]))
                let next = try BatchBench(path, after: bench)
                next.slurm.change { slurm in
                    bench.slurm.change { slurm = $0 }
                    slurm.tasks = [:]
                    for task in 1...3 {
                        slurm.accounts["101_\(task)"] = "CANCELLED by 1|0:0|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
                    }
                }
                for key in ["a", "b", "c"] { try next.begin(key) }
                next.wait(1)
                _ = try await next.executor.observe(["a", "c"])
                next.wait(10)
                let found = try await next.executor.observe(["a", "c"])
                for (key, returns) in [("a", true), ("c", whole)] {
                    guard case .ended(let outcome)? = found[key] else {
                        Issue.record("not ended: \(found)")
                        continue
                    }
                    #expect(outcome.status == .cancelled && outcome.returnsAttempt == returns, "\(key): \(outcome)")
                }
                next.executor.forget(["a", "b", "c"])
                #expect(try next.manifests().isEmpty)
            }
        }
    }

    @Test("to end ten thousand instances takes one command and one mark per array job")
    func endsMany() async throws {
        try await withBench { bench in
            bench.slurm.change { $0.maxArraySize = 1001 }
            let keys = (1...3000).map { "k\($0)" }
            _ = try await bench.executor.submit(keys.map { BatchBench.order($0) })
            try await bench.executor.cancel(keys, returningAttempt: true)
            #expect(bench.slurm.calls("scancel").count == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.layout.fences).isEmpty)
            #expect(try bench.manifests().filter { $0.hasSuffix(".cancel") }.count == 3)
        }
    }

    @Test("silence does not count while no monitor listens, nor for the same time after one has come")
    func silence() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            try bench.begin("a")
            bench.note("a")
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                slurm.accounts["101_1"] = "NODE_FAIL|0:0|2026-11-25T10:00:00|2026-11-25T10:00:01|1|"
            }
            _ = try await bench.executor.observe(["a"])
            bench.monitorGoes()
            bench.wait(300)
            #expect(try await bench.executor.observe(["a"])["a"] == .running)
            bench.monitorComes()
            bench.wait(60)
            #expect(try await bench.executor.observe(["a"])["a"] == .running)
            bench.wait(61)
            guard case .ended? = try await bench.executor.observe(["a"])["a"] else {
                Issue.record("a monitor listened for two minutes, and heard nothing")
                return
            }
        }
    }

    @Test("no answer from the accounting does not mean that there is no record")
    func accountingAway() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            bench.slurm.change { $0.tasks = [:] }
            _ = try await bench.executor.observe(["a"])
            bench.wait(100)
            bench.slurm.change {
                $0.faults["sacct"] = [CommandResult(status: 1, output: "", complaint: "Connection refused")]
            }
            guard case .ended(let outcome)? = try await bench.executor.observe(["a"])["a"] else {
                Issue.record("it is gone, and never began")
                return
            }
            // With a record of an end by hand it would be CANCELLED, which cannot be determined here.
            #expect(outcome.status == .failed && outcome.cause == .lost && outcome.returnsAttempt, "\(outcome)")
        }
    }

    @Test("an instance that waited and is missing from its array without a record was cancelled")
    func cancelledByHand() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            bench.slurm.change { $0.tasks = [:] }
            _ = try await bench.executor.observe(["a"])
            bench.wait(100)
            guard case .ended(let outcome)? = try await bench.executor.observe(["a"])["a"] else {
                Issue.record("it is gone, and never began")
                return
            }
            #expect(outcome.status == .cancelled && outcome.cause == .cancelled, "\(outcome)")
        }
    }

    @Test("it is known whether the wrapper or the queue claimed an instance")
    func claims() async throws {
        try await withBench { bench in
            let files = BatchFiles(layout: bench.layout, executable: "jobmon")
            #expect(files.claimant("a") == .nobody)
            let (first, again) = (try files.claim("a"), try files.claim("a"))
            #expect(first && again, "ours already")
            #expect(files.claimant("a") == .queue)
            try bench.begin("b")
            #expect(files.claimant("b") == .wrapper)
            let theirs = try files.claim("b")
            #expect(!theirs)
            try Data().write(to: URL(fileURLWithPath: bench.layout.fence("c")))
            #expect(files.claimant("c") == .wrapper, "one that is just being made")
        }
    }

    // MARK: Submissions

    @Test("more tasks than the user's limit: half, then half again, and the rest later")
    func halves() async throws {
        try await withBench { bench in
            bench.slurm.change { $0.most = 5 }
            let keys = (1...12).map { "k\($0)" }
            var answers = try await bench.executor.submit(keys.map { BatchBench.order($0) })
            func taken() -> Int { answers.count { if case .taken = $0 { true } else { false } } }
            #expect(taken() == 5, "\(answers)")
            for case .notNow(let why) in answers { #expect(why.contains("AssocMaxSubmitJobLimit")) }
            #expect(bench.slurm.calls("sbatch").count <= 10)
            // Nothing has changed: that costs one command.
            let before = bench.slurm.calls("sbatch").count
            answers = try await bench.executor.submit(keys.dropFirst(5).map { BatchBench.order($0) })
            #expect(taken() == 0 && bench.slurm.calls("sbatch").count == before + 1)
            bench.slurm.change { slurm in
                slurm.tasks = [:]
                slurm.most = 100
            }
            answers = try await bench.executor.submit(keys.dropFirst(5).map { BatchBench.order($0) })
            #expect(taken() == 7)
        }
    }

    @Test("without the scheduler's limits nothing is submitted, and they are queried again")
    func noTraits() async throws {
        try await withBench { bench in
            bench.slurm.change { $0.faults["scontrol"] = [SlurmInMemory.timeout] }
            await #expect(throws: ExecutorError.self) { try await bench.executor.submit([BatchBench.order("a")]) }
            #expect(bench.slurm.calls("sbatch").isEmpty)
            #expect(try await bench.executor.observe(["a"])["a"] == .neverStarted)
            try await submit(bench, "a")
        }
    }

    @Test("a cancel of an unclear submission fails, and is done once it is known whether it was taken")
    func cancelledUnclear() async throws {
        try await withBench { bench in
            bench.slurm.change { $0.faults["sbatch"] = [SlurmInMemory.timeout] }
            await #expect(throws: ExecutorError.self) { try await bench.executor.submit([BatchBench.order("a")]) }
            await #expect(throws: ExecutorError.self) {
                try await bench.executor.cancel(["a"], returningAttempt: false)
            }
            #expect(bench.exists(bench.layout.cancelMark("a")), "its wrapper would not know")
            // It was taken.
            guard let tasks = try bench.manifests().first(where: { $0.hasSuffix(".tasks") }) else {
                Issue.record("no manifest")
                return
            }
            let batch = tasks.split(separator: ".")[0]
            bench.slurm.change { slurm in
                slurm.jobs[900] = ("a", "jobmon:\(batch)")
                slurm.tasks["900_1"] = "PENDING"
            }
            bench.wait(1)
            #expect(try await bench.executor.observe(["a"])["a"] == .waiting)
            try await bench.executor.cancel(["a"], returningAttempt: false)
            #expect(bench.slurm.calls("scancel").last?.contains("900_1") == true)
            let manifest = URL(fileURLWithPath: "\(bench.layout.manifests)/\(tasks)")
            let name = try TaskManifest(Array(Data(contentsOf: manifest))).name
            #expect(bench.slurm.calls("scancel").last?.contains("--name=\(name)") == true)
        }
    }

    @Test("a scheduler that answers slowly is asked less often")
    func slowAnswers() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            bench.slurm.change { $0.meanwhile = { program in if program == "squeue" { bench.wait(5) } } }
            for (seconds, lists) in [(0.0, 1), (30, 1), (30, 1), (60, 2)] {
                bench.wait(seconds)
                #expect(try await bench.executor.observe(["a"])["a"] == .waiting)
                #expect(bench.slurm.calls("squeue").count == lists, "after \(seconds) s more")
            }
        }
    }

    @Test("a slow scheduler that did not take a cancel is asked anew, whatever its last answer")
    func slowAndAway() async throws {
        try await withBench { bench in
            try await submit(bench, "a")
            bench.slurm.change { $0.meanwhile = { program in if program == "squeue" { bench.wait(5) } } }
            _ = try await bench.executor.observe(["a"])
            bench.slurm.change { slurm in
                slurm.faults["scancel"] = [SlurmInMemory.timeout]
                slurm.faults["squeue"] = [SlurmInMemory.timeout]
            }
            await #expect(throws: ExecutorError.self) {
                try await bench.executor.cancel(["a"], returningAttempt: false)
            }
            await #expect(throws: ExecutorError.self) { try await bench.executor.observe(["a"]) }
        }
    }

    // MARK: Leftovers of an earlier process

    @Test("an invalid manifest is ignored with a message; an unreadable folder is an error")
    func damagedManifests() async throws {
        try await withTestDirectory("damaged") { path in
            let bench = try BatchBench(path)
            try await submit(bench, "a")
            let bad = "\(bench.layout.manifests)/bad.tasks"
            try Data("jobmon tasks 1 1000000\nnonsense".utf8).write(to: URL(fileURLWithPath: bad))
            let next = try BatchBench(path)
            var said: [ExecutorReport] = []
            for await batch in next.executor.reports() {
                said = batch
                break
            }
            guard case .remark(let text)? = said.first else {
                Issue.record("nothing was said of it: \(said)")
                return
            }
            #expect(text.contains("bad.tasks is ignored"))
            #expect(next.exists(bad))
            try FileManager.default.removeItem(atPath: bench.layout.manifests)
            try Data().write(to: URL(fileURLWithPath: bench.layout.manifests))
            let files = BatchFiles(layout: bench.layout, executable: "")
            #expect(throws: Problem.self) { try files.left(queue: "bench", executor: "slurm") { _ in } }
        }
    }

    // MARK: Requests

    @Test("options that identify jobs are reserved, and numbers have limits")
    func requests() throws {
        func failure(_ resources: JSONObject, _ dialect: BatchDialect = .slurm) -> String? {
            do throws(FieldError) {
                _ = try ClusterRequest(resources, reserved: dialect.reserved)
                return nil
            } catch { return "\(error)" }
        }
        for options in ["--array=1-3", "-J mine", "-Jmine", "--comment x", "--comm=x", "-a1-3", "--requeue"] {
            #expect(failure(["queue_options": .string(options)])?.contains("must not contain") == true, "\(options)")
        }
        #expect(failure(["queue_options": "--qos=long --constraint='a b' -N 1 -t 10 --reservation=r"]) == nil)
        for options in ["-N mine", "-t 1-3", "-sync y", "-ac a=b"] {
            #expect(
                failure(["queue_options": .string(options)], .sge)?.contains("must not contain") == true, "\(options)")
        }
        #expect(failure(["queue_options": "-l h_vmem=4G -a 202612010000 -M me@here -p -5"], .sge) == nil)
        #expect(failure(["memory": .int(1 << 51)])?.contains("1 PiB") == true)
        #expect(failure(["memory": .int(0)]) != nil)
        #expect(failure(["runtime": .double(1e300)])?.contains("ten years") == true)
        #expect(failure(["slots": .int(1 << 21)])?.contains("a million") == true)
        #expect(failure(["slots": .int(0)]) != nil)
    }

    @Test("states of other Slurm versions: what is over is left to the accounting, the rest runs or waits")
    func states() throws {
        let text = ["RESV_DEL_HOLD", "SPECIAL_EXIT", "REQUEUE_FED", "SIGNALING", "STAGE_OUT", "NEW_WORD", "REVOKED"]
            .enumerated().map { "21_\($0.offset + 1)|\($0.element)|None|jobmon:k\n" }.joined()
        let tasks = try BatchDialect.slurm.readList(CommandResult(status: 0, output: text))
        #expect(tasks.map(\.standing) == [.waiting, .waiting, .waiting, .running, .running, .running])
        // Jobs that partitions hide are ours too.
        #expect(BatchDialect.slurm.list.contains("--all"))
    }
}
