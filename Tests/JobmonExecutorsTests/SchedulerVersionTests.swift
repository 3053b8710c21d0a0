import Foundation
import JobmonSystem
import JobmonTestSupport
import Testing

@testable import JobmonCore
@testable import JobmonExecutors
@testable import JobmonReporting

/// What changed between versions of schedulers, each change in a test that is named after it.
@Suite struct SchedulerVersionTests {
    private static func version(_ text: String) throws -> SchedulerVersion {
        try #require(SchedulerVersion(output: text, of: text.contains("slurm") ? .slurm : .sge))
    }

    private static func slurm(_ number: String) throws -> BatchDialect {
        .slurm(version: try version("slurm \(number)"))
    }

    private static func clusterScheduler(_ number: String) throws -> BatchDialect {
        .sge(version: try version("OCS \(number)"))
    }

    // MARK: Versions

    @Test(
        "a version is the first line that is one",
        arguments: [
            ("slurm 22.05.8\n", "slurm 22.05.8"), ("slurm-wlm 22.05.8\n", "slurm-wlm 22.05.8"),
            ("slurm 25.11.0-0rc1", "slurm 25.11.0-0rc1"),
            ("Welcome to the cluster!\nslurm 26.05.3\n", "slurm 26.05.3"),
            ("SGE 8.1.9\nusage: qstat [options]\n        [-ext]   view additional attributes\n", "SGE 8.1.9"),
            ("OGS/GE 2011.11p1\nusage: qstat [options]\n", "OGS/GE 2011.11p1"),
            ("GE 6.2u5\nusage: qstat [options]\n", "GE 6.2u5"), ("OCS 9.0.6 (build 3)\n", "OCS 9.0.6"),
            ("GCS 9.1.4\n", "GCS 9.1.4"),
        ])
    func versionsAreRead(_ output: String, _ expected: String) throws {
        #expect(try Self.version(output).description == expected)
    }

    @Test(arguments: [
        "", "usage: qstat [options]\n", "sbatch: error: no such option\n", "8.1.9\n", "Lmod 8.7\n", "RHEL 9.4\n",
    ])
    func otherTextsAreNoVersions(_ output: String) {
        for scheduler in ClusterScheduler.allCases {
            #expect(SchedulerVersion(output: output, of: scheduler) == nil)
        }
        // What is another scheduler's is none of this one.
        #expect(SchedulerVersion(output: "SGE 8.1.9\n", of: .slurm) == nil)
    }

    @Test func versionsAreCompared() throws {
        #expect(try Self.version("slurm 25.11.0-0rc1").isAtLeast(25, 11))
        #expect(try Self.version("slurm 26.05.0").isAtLeast(25, 11))
        #expect(try Self.version("slurm 26.05").isAtLeast(26, 5, 0))
        #expect(try !Self.version("slurm 25.05.9").isAtLeast(25, 11))
        #expect(try Self.version("OCS 9.0.0").isClusterScheduler && Self.version("GCS 9.2.0").isClusterScheduler)
        for older in ["SGE 8.1.9", "OGS/GE 2011.11p1", "UGE 8.6.18", "GE 6.2u5"] {
            #expect(try !Self.version(older).isClusterScheduler, "\(older)")
        }
    }

    // MARK: Slurm

    @Test("25.11.0: sacct no longer subtracts 128 from exit codes")
    func slurmShowsWholeExitCodes() throws {
        func tasks(_ number: String, _ file: String) throws -> [String: Outcome] {
            let accounts = try SchedulerOutput(file).accounts("sacct --parsable2")
            let tasks = try Self.slurm(number).readAccounts(accounts)
            return Dictionary(tasks.map { ($0.name, $0.outcome) }, uniquingKeysWith: { first, _ in first })
        }
        let new = try tasks("26.05.3", "slurm-26.05/sacct-terminal.txt")
        #expect(new["exit137"]?.evidence.exitCode == 137 && new["exit137"]?.description == nil)
        #expect(new["fail3"]?.evidence.exitCode == 3 && new["fail3"]?.description == nil)
        #expect(new["selfkill9"]?.evidence.signal == 9)
        let old = try tasks("22.05.8", "slurm-22.05/sacct-terminal.txt")
        // 9:0 is exit code 9 or 137: both are said.
        #expect(old["exit137"]?.description?.hasPrefix("exit code 9 or 137: ") == true)
        #expect(old["fail3"]?.description?.hasPrefix("exit code 3 or 131: ") == true)
        #expect(old["selfkill9"]?.evidence.signal == 9 && old["selfkill9"]?.description == nil)
        #expect(old["ok"]?.status == .complete && old["ok"]?.description == nil)
        // Of an unknown version, the code may stand for two.
        let accounts = try SchedulerOutput("slurm-26.05/sacct-terminal.txt").accounts("sacct --parsable2")
        let unknown = try BatchDialect.slurm.readAccounts(accounts).first { $0.name == "fail3" }
        #expect(unknown?.outcome.description?.hasPrefix("exit code 3 or 131: ") == true)
    }

    @Test("26.05.0: the ends of jobs in accounting mean what they meant before")
    func slurmStates() throws {
        let accounts = try SchedulerOutput("slurm-26.05/sacct-terminal.txt").accounts("sacct --parsable2")
        let tasks = try Self.slurm("26.05.3").readAccounts(accounts)
        func cause(_ name: String) -> Cause? { tasks.first { $0.name == name }?.outcome.cause }
        #expect(cause("oom") == .outOfMemory && cause("oomchild") == .outOfMemory && cause("timeout") == .timeLimit)
        #expect(cause("cancelrun") == .cancelled && cause("cancelpend") == .cancelled)
        #expect(cause("nodefail") == .nodeFailure && cause("requeue") == .requeued)
        let pending = tasks.filter { $0.name == "held" || $0.name == "arr" }
        #expect(pending.count == 2 && pending.allSatisfy { !$0.isFinal })
    }

    @Test("26.05.0: the cgroup of a job is named after its SLUID; it is read from /proc/self/cgroup")
    func slurmCgroup() {
        // documented: cgroup/v2 of 26.05.0
        let folder = "/system.slice/slurmstepd.scope/sAXHM8HGB34R00/step_batch/user/task_0"
        let own = Cgroup.own("memory", list: "0::\(folder)\n")
        #expect(own.map(\.folder) == ["/sys/fs/cgroup\(folder)"])
        // documented: --enable-multiple-slurmd
        let other = "/system.slice/node1_slurmstepd.scope/job_7/step_0/user/task_0"
        #expect(Cgroup.own("memory", list: "0::\(other)\n").map(\.folder) == ["/sys/fs/cgroup\(other)"])
    }

    @Test("25.11.0: StdErr is empty unless it was set")
    func slurmEmptyStdErr() throws {
        let text = try SchedulerOutput("slurm-26.05/requeue.txt").recorded("scontrol -o show job 316")
        #expect(text.output.contains(" StdErr= "))
        let job = SlurmJobText(text.output)
        #expect(job.state == "PENDING" && job.reason == "BeginTime" && job.isRequeued(since: 0))
        #expect(try Self.slurm("26.05.3").readConfirmation(text, "requeue", 1) == .goneFromArray)
    }

    @Test("23.02.0: another text for a kill for memory")
    func slurmMemoryKills() throws {
        let lines = try SchedulerOutput("slurm-26.05/job-outputs.txt").lines.filter { $0.contains("oom") }
        let kills = lines.filter { $0.contains("StepId=") }
        #expect(kills.count == 4 && kills.allSatisfy { SlurmLine.isMemoryKill($0) && SlurmLine.tellsEnd($0) })
        // documented: slurmstepd before 23.02
        let old =
            "slurmstepd-n1: error: Detected 1 oom-kill event(s) in StepId=7.batch. Some of your processes may have "
            + "been killed by the cgroup out-of-memory handler."
        #expect(SlurmLine.isMemoryKill(old[...]))
    }

    @Test("25.05: more endings of the line that says why a job was ended")
    func slurmEndings() throws {
        let lines = try SchedulerOutput("slurm-26.05/job-outputs.txt").lines.filter { $0.contains("*** JOB") }
        #expect(lines.contains { $0.contains("DUE to SIGNAL Terminated") })
        #expect(lines.contains { $0.contains("DUE TO JOB REQUEUE") })
        #expect(lines.count == 6 && lines.allSatisfy { SlurmLine.tellsEnd($0) })
        // documented: slurmstepd of 25.05
        let failure =
            "[2026-11-28T16:36:59.074] error: *** STEP 308.0 ON node2 CANCELLED AT 2026-11-28T16:36:59 "
            + "DUE TO TASK FAILURE ***"
        #expect(SlurmLine.tellsEnd(failure[...]))
    }

    @Test("23.02.0: fields of sacct got other names, and asking for an old one is an error")
    func slurmFields() throws {
        let wanted = [AccountedBatch(job: "7", name: "fit", intended: Timestamp(milliseconds: 0), numbers: [1])]
        for number in ["20.11.9", "22.05.8", "26.05.3"] {
            let command = try Self.slurm(number).account(wanted, Timestamp(milliseconds: 0)).joined(separator: " ")
            for name in ["Reserved", "ResvCPU", "AllocGRES", "Restarts", "SLUID", "StdOut"] {
                #expect(!command.contains(name))
            }
            // Without a time, sacct searches all that was ever recorded.
            #expect(command.contains("--starttime=now-2days"))
        }
    }

    @Test("23.11.4: sacct exits with 1 for every error, which is no answer")
    func slurmAccountingErrors() throws {
        let result = try SchedulerOutput("slurm-26.05/fault-dbd-down.txt").recorded("sacct -X")
        #expect(result.status == 1)
        #expect(throws: ExecutorError.self) { try Self.slurm("26.05.3").readAccounts(result) }
        // A job that it does not know is an answer.
        let missing = try SchedulerOutput("slurm-26.05/query-missing.txt").recorded("sacct -n -P -j 999999")
        #expect(try Self.slurm("26.05.3").readAccounts(missing).isEmpty)
    }

    @Test("23.11.0, 24.11, 26.05: JSON changes with each version, and is never asked for")
    func nothingAsksForJSON() throws {
        let wanted = [AccountedBatch(job: "7", name: "fit", intended: Timestamp(milliseconds: 0), numbers: [1])]
        let dialects = [try Self.slurm("22.05.8"), try Self.slurm("26.05.3"), try Self.clusterScheduler("9.1.2")]
        for dialect in dialects {
            let commands =
                [dialect.list, dialect.nodes, dialect.confirm("7"), dialect.hosts(nil)] + dialect.limits
                + [dialect.account(wanted, Timestamp(milliseconds: 0))]
            #expect(!commands.joined().contains { $0.contains("--json") || $0.contains("-fmt") })
        }
    }

    @Test("24.05.0 and before: squeue --json ignores filters; lists are asked for as text, with fields")
    func slurmLists() throws {
        let list = try SchedulerOutput("slurm-26.05/squeue.txt").recorded("squeue --noheader --all --array")
        let tasks = try Self.slurm("26.05.3").readList(list)
        #expect(tasks.map(\.job) == ["233"] && tasks.map(\.standing) == [.waiting])
        #expect(tasks.first?.mark == "7bff480b-b96f-4d22-870f-ba4b741d9589")
    }

    @Test("25.11: EXPEDITING and any other word that is not known means that a job is not over")
    func slurmUnknownStates() throws {
        // documented: state flags of 25.11
        let rows = ["EXPEDITING", "LATER_THAN_THIS_BUILD"].enumerated().map { "7_\($0 + 1)|\($1)|None|jobmon:k\n" }
        let tasks = try Self.slurm("25.11.0").readList(CommandResult(status: 0, output: rows.joined()))
        #expect(tasks.count == 2 && tasks.allSatisfy { $0.standing == .running })
        for end in ["Unknown", "2026-11-24T22:33:45"] {
            let account = "7_1|fit|EXPEDITING|0:0|2026-11-24T22:33:44|\(end)|1||00:01:00|100M|7\n"
            let task = try Self.slurm("25.11.0").readAccounts(CommandResult(status: 0, output: account)).first
            #expect(task?.isFinal == false)
        }
    }

    @Test("26.05: the controller away, and requests that are refused, in its words")
    func slurmRefusals() throws {
        let slurm = try Self.slurm("26.05.3")
        let away = try SchedulerOutput("slurm-26.05/fault-controller-down.txt")
        guard case .notNow = slurm.readSubmit(try away.recorded("sbatch --parsable --wrap true")) else {
            Issue.record("it was not taken, and may be later")
            return
        }
        #expect(throws: ExecutorError.self) { try slurm.readList(try away.recorded("squeue -h -j 416")) }
        #expect(!slurm.readProbe(try away.recorded("scontrol ping")))
        #expect(slurm.readCancel(try away.recorded("scancel --name=f 416")) != nil)
        let bad = try SchedulerOutput("slurm-26.05/submit-bad.txt")
        for command in ["sbatch --parsable -p nosuch.q", "sbatch --parsable -t 5-00", "sbatch --parsable -t notatime"] {
            guard case .refused(let why) = slurm.readSubmit(try bad.recorded(command)), !why.isEmpty else {
                Issue.record("\(command) will never be taken")
                continue
            }
        }
    }

    @Test("26.05: a start has an id of its own")
    func slurmStarts() throws {
        let lines = try SchedulerOutput("slurm-26.05/env-batch-array.txt").lines
        let variables = Dictionary(
            lines.compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }, uniquingKeysWith: { first, _ in first })
        let job = try #require(ClusterJob.current(of: .slurm) { variables[$0] })
        #expect(job.executorID == "321_4" && job.stamp == "sAXHM8HGB34R00")
        #expect(job.place.allocated["sluid"] == "sAXHM8HGB34R00")
        #expect(job.place.allocated["memory"] == .int(200 << 20))
    }

    // MARK: Open Cluster Scheduler

    @Test("9.0.0: accounting is a file of JSON lines")
    func jsonLines() throws {
        let scheduler = try Self.clusterScheduler("9.0.0")
        let tasks = try scheduler.readAccounts(try SchedulerOutput("ocs-9.0/accounting-9.0.0.jsonl").documented)
        #expect(tasks.map(\.numbers) == (1...6).map { [$0...$0] })
        #expect(tasks.allSatisfy { $0.job == "24" && $0.name == "fit.a1b2c3.0123456789ab" })
        #expect(tasks.map(\.outcome.cause) == [nil, .exit, .signal, .timeLimit, .outOfMemory, .notStarted])
        #expect(tasks[0].outcome.status == .complete && tasks[0].outcome.usage.wallclock == 5)
        #expect(tasks[0].outcome.usage.memoryPeak == MemoryPeak(bytes: 41_943_040, source: .scheduler))
        #expect(tasks[1].outcome.evidence.exitCode == 3 && tasks[2].outcome.evidence.signal == 9)
        #expect(
            tasks[3].outcome.evidence.scheduler?.said
                == "37 : qmaster enforced h_rt, h_cpu, or h_vmem limit (h_rt=600, ru_wallclock=601)")
        #expect(tasks[4].outcome.evidence.scheduler?.said.contains("h_vmem=300M, maxvmem=432373956") == true)
        #expect(tasks[5].outcome.description == "Grid Engine: 28 : changing into working directory")
        // A line that is half written is not read yet; one that cannot be read is no answer.
        let text = try SchedulerOutput("ocs-9.0/accounting-9.0.0.jsonl").documented.output
        #expect(try scheduler.readAccounts(CommandResult(status: 0, output: String(text.dropLast(40)))).count == 5)
        #expect(throws: ExecutorError.self) {
            try scheduler.readAccounts(CommandResult(status: 0, output: String(text.dropLast(40)) + "\n"))
        }
    }

    @Test("9.0.0: the file is searched for the jobs; where it cannot be read, qacct is asked")
    func jsonLinesAreSearched() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("jobmon-\(UUID().uuidString)")
        let common = folder.appendingPathComponent("cell/common")
        try FileManager.default.createDirectory(at: common, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = common.appendingPathComponent("accounting.jsonl")
        let lines = try SchedulerOutput("ocs-9.0/accounting-9.0.0.jsonl").documented.output
        let others = lines.replacing("\"job_number\":24,", with: "\"job_number\":240,")
            .replacing("a1b2c3", with: "ffffff")
        try Data((others + lines).utf8).write(to: file)
        let scheduler = try Self.clusterScheduler("9.0.0")
        func found(_ batches: [AccountedBatch]) async throws -> [AccountedTask] {
            let command = scheduler.account(batches, Timestamp(milliseconds: 0))
            let variables = ["SGE_ROOT=\(folder.path)", "SGE_CELL=cell"]
            return try scheduler.readAccounts(try await ProcessRunner().run(["env"] + variables + command, within: 10))
        }
        func batch(_ job: String?, _ name: String = "fit.a1b2c3.0123456789ab") -> AccountedBatch {
            AccountedBatch(job: job, name: name, intended: Timestamp(milliseconds: 0), numbers: [1, 2])
        }
        #expect(try await found([batch("24")]).count == 6)
        let other = batch("7", "other.a1b2c3.0123456789ab")
        #expect(try await found([batch("24"), other]).map(\.job) == Array(repeating: "24", count: 6))
        #expect(try await found([batch(nil)]).map(\.job) == Array(repeating: "24", count: 6))
        #expect(try await found([other]).isEmpty)
        // A file that has other bytes than text, after a crash, is searched too.
        try Data(Array(others.utf8) + [0, 0, 0, 10] + Array(lines.utf8)).write(to: file)
        #expect(try await found([batch("24")]).count == 6)
        try FileManager.default.removeItem(at: file)
        // There is no qacct here: that it was not found is no answer.
        await #expect(throws: ExecutorError.self) { try await found([batch("24")]) }
    }

    @Test("9.0.6: what was measured is called eusage; parts of parallel jobs are no records of the job")
    func renamedUsage() throws {
        let tasks = try Self.clusterScheduler("9.0.6")
            .readAccounts(try SchedulerOutput("ocs-9.0/accounting-9.0.6.jsonl").documented)
        #expect(tasks.map(\.numbers) == [[1...1], [2...2], [7...7]])
        #expect(tasks[0].outcome.usage.memoryPeak?.bytes == 41_943_040 && tasks[0].outcome.usage.cpu == 0.087)
    }

    @Test("up to 9.2: exit code 0 of a parallel job that ran nothing is not believed")
    func parallelJobsThatRanNothing() throws {
        let tasks = try Self.clusterScheduler("9.0.6")
            .readAccounts(try SchedulerOutput("ocs-9.0/accounting-9.0.6.jsonl").documented)
        let last = try #require(tasks.last)
        #expect(last.outcome.status == .failed && last.outcome.cause == .nodeFailure && last.isPresumed)
    }

    @Test("9.0.0: qacct writes no units, other dates, and other fields")
    func qacctWithoutUnits() throws {
        let tasks = try Self.clusterScheduler("9.0.0").readAccounts(try SchedulerOutput("ocs-9.0/qacct.txt").documented)
        #expect(tasks.map(\.outcome.cause) == [nil, .exit, .timeLimit, .outOfMemory, .notStarted])
        #expect(tasks[0].outcome.usage.wallclock == 5 && tasks[0].outcome.usage.cpu == 0.087)
        #expect(tasks[0].outcome.usage.memoryPeak?.bytes == 41_943_040)
        // It has the limits in the command line of the submission; there is no category.
        #expect(tasks[2].outcome.evidence.scheduler?.said.hasSuffix("(h_rt=600, ru_wallclock=601)") == true)
    }

    @Test("9.0.0: qstat writes other dates")
    func qstatDates() throws {
        let text = try SchedulerOutput("ocs-9.0/qstat.txt").documented.output
        #expect(GridEngineWrapper.state(of: "24", task: 1, in: text) == "r")
        #expect(GridEngineWrapper.state(of: "24", task: 2, in: text) == "dr")
        #expect(GridEngineWrapper.state(of: "25", task: nil, in: text) == "s")
        #expect(GridEngineWrapper.state(of: "24", task: 3, in: text) == nil)
    }

    @Test("9.1: labels of qstat -j have _ for the blank")
    func qstatLabels() throws {
        let answer = try SchedulerOutput("ocs-9.1/qstat-j.txt").documented
        let limits = GridEngineLimits(job: answer.output, queue: "", task: 1, node: "n1", slots: 1)
        #expect(limits.seconds("h_rt") == 600)
        let word = limits.exceeded("SIGUSR2")
        #expect(word?.cause == .outOfMemory && word?.said.contains("(300M, maxvmem 412.344M)") == true)
        let scheduler = try Self.clusterScheduler("9.1.0")
        #expect(
            scheduler.readExplanations(answer)
                == ["24": "can't chdir to /nonexistent/dir: No such file or directory"])
        #expect(try scheduler.readConfirmation(answer, "fit.a1b2c3.0123456789ab", 1) == .present)
        #expect(
            scheduler.examination?.readWaiting(answer)
                == "queue instance \"all.q@n1\" dropped because it is full; All queues dropped because of overload or full"
        )
    }

    @Test("9.1.2: accounting names who deleted a job", arguments: ["ocs-9.1/accounting.jsonl", "ocs-9.1/qacct.txt"])
    func deletedBy(_ file: String) throws {
        let tasks = try Self.clusterScheduler("9.1.2").readAccounts(try SchedulerOutput(file).documented)
        #expect(tasks[0].outcome.status == .cancelled && tasks[0].outcome.cause == .cancelled)
        #expect(tasks[0].outcome.evidence.scheduler?.said.hasSuffix("deleted by ada@login1") == true)
        #expect(tasks[1].outcome.cause == .timeLimit)
        #expect(tasks[1].outcome.evidence.scheduler?.said.contains("execd@n1 (h_rt=600, ru_wallclock=600)") == true)
        guard tasks.count > 2 else { return }
        #expect(tasks[2].outcome.cause == .outOfMemory && tasks[3].outcome.cause == .timeLimit)
        #expect(tasks[4].outcome.status == .complete)
    }

    @Test("numbers are read in any form: with units, as doubles, with exponents")
    func numbersInAnyForm() throws {
        func peak(_ text: String) throws -> Int64? {
            let record =
                "====\njobname fit\njobnumber 7\ntaskid 1\nstart_time x\nfailed 0\nexit_status 0\nru_minflt 9\n"
            let answer = CommandResult(status: 0, output: "\(record)maxrss \(text)\n")
            return try BatchDialect.sge.readAccounts(answer).first?.outcome.usage.memoryPeak?.bytes
        }
        // documented: qacct of Univa Grid Engine 8.6
        #expect(try peak("8.5M") == 8_912_896 && peak("0.000") == nil)
        #expect(try peak("41943040.0") == 41_943_040 && peak("1e300") == nil)
        #expect(SGEAccounts.number("8.7e-05") == 0.000087 && SGEAccounts.number("3s") == 3)
    }

    @Test("9.1.2: who deleted a job may be nobody, or a daemon for another reason than a limit")
    func deletedByNobody() throws {
        func outcome(_ deleter: String, _ failed: String, _ status: Int) throws -> Outcome? {
            let record =
                "====\njobname fit\njobnumber 7\ntaskid 1\nstart_time x\nfailed \(failed)\nexit_status \(status)\n"
                + "ru_minflt 9\nru_wallclock 5\ndeleted_by \(deleter)\n"
            let answer = CommandResult(status: 0, output: record)
            return try Self.clusterScheduler("9.1.2").readAccounts(answer).first?.outcome
        }
        #expect(try outcome("NONE", "0", 3)?.cause == .exit && outcome("NONE", "0", 3)?.evidence.scheduler == nil)
        #expect(try outcome("ada@n1", "0", 3)?.cause == .cancelled)
        #expect(try outcome("NONE", "100", 137)?.cause == .signal)
        #expect(try outcome("qmaster@head", "100", 137)?.cause == .signal)
    }

    @Test("9.0.1: a job that the scheduler does not show right after its submission is not over")
    func absentAtFirst() async throws {
        try await withTestDirectory("absent") { path in
            let bench = try BatchBench(path)
            bench.monitorComes()
            _ = try await bench.executor.submit([BatchBench.order("a")])
            bench.slurm.change { $0.tasks = [:] }
            for _ in 0..<3 {
                #expect(try await bench.executor.observe(["a"]) == ["a": .waiting])
                bench.wait(15)
            }
        }
    }

    // MARK: The engine

    @Test("the version is asked for once, and what is read from then on is read by it")
    func engineAsksForTheVersion() async throws {
        try await withTestDirectory("version") { path in
            let bench = try BatchBench(path)
            bench.slurm.change { $0.version = "25.11.4" }
            _ = try await bench.executor.submit([BatchBench.order("a")])
            #expect(await bench.executor.version()?.description == "slurm 25.11.4")
            bench.slurm.change { $0.version = "22.05.8" }
            #expect(await bench.executor.version()?.description == "slurm 25.11.4")
            let code = try bench.executor.dialect.readAccounts(
                CommandResult(
                    status: 0, output: "7_1|f|FAILED|137:0|2026-11-24T22:33:44|2026-11-24T22:33:45|1||00:01:00|1M|7\n"))
            #expect(code.first?.outcome.evidence.exitCode == 137 && code.first?.outcome.description == nil)
        }
    }
}
