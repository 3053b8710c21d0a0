import JobmonCore
import Testing

@testable import JobmonExecutors

/// The output of Slurm 22.05, and its meaning. The texts are real.
struct SlurmDialectTests {
    private let slurm = BatchDialect.slurm

    private func failed(_ complaint: String, _ status: Int = 1) -> CommandResult {
        CommandResult(status: status, output: "", complaint: complaint)
    }

    @Test func submits() throws {
        let request = try ClusterRequest(
            [
                "slots": 4, "memory": 3_000_000_000, "runtime": .double(90), "project": "p", "partition": "long.q",
                "hold": "12,13", "gpus": 1, "queue_options": "--qos 'a b'",
            ], reserved: slurm.reserved)
        let job = BatchSubmission(
            batch: "key", name: "fit.a.b", count: 20, request: request, directory: "/mon", log: "/mon/log",
            script: "/mon/s.sh")
        let command = try slurm.submit(job, SchedulerTraits())
        #expect(
            command == [
                "sbatch", "--parsable", "--no-requeue", "--kill-on-invalid-dep=yes", "--comment=jobmon:key",
                "--job-name=fit.a.b", "--array=1-20", "--chdir=/mon", "--export=ALL", "--output=/mon/log",
                "--error=/mon/log", "--open-mode=append", "--nodes=1", "--cpus-per-task=4", "--mem=2862M", "--time=2",
                "--account=p", "--partition=long.q", "--gpus=1", "--dependency=afterany:12:13", "--qos", "a b",
                "/mon/s.sh",
            ])
        #expect(slurm.timeLimit(90) == 120)
        for (options, isOne) in [("--qos=n", true), ("-N 2", false), ("--ntasks=64", false), ("-n64", false)] {
            let request = try ClusterRequest(["queue_options": .string(options)], reserved: slurm.reserved)
            let job = BatchSubmission(
                batch: "key", name: "n", count: 1, request: request, directory: "/", log: "/l", script: "/s")
            #expect(try slurm.submit(job, SchedulerTraits()).contains("--nodes=1") == isOne, "\(options)")
        }
    }

    @Test func readsSubmits() {
        #expect(slurm.readSubmit(CommandResult(status: 0, output: "123\n")) == .job("123"))
        #expect(slurm.readSubmit(CommandResult(status: 0, output: "123;cluster\n")) == .job("123"))
        let refused =
            "sbatch: error: invalid partition specified: nosuch.q\n"
            + "sbatch: error: Batch job submission failed: Invalid partition name specified\n"
        #expect(
            slurm.readSubmit(failed(refused))
                == .refused(
                    "invalid partition specified: nosuch.q; Batch job submission failed: "
                        + "Invalid partition name specified"))
        #expect(
            slurm.readSubmit(failed("sbatch: error: Invalid --time specification\n", 255))
                == .refused("Invalid --time specification"))
        for text in [
            "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
            "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received",
        ] {
            guard case .unclear = slurm.readSubmit(failed(text)) else {
                Issue.record("\(text): may have been taken")
                continue
            }
        }
        for text in [
            "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
            "sbatch: error: Batch job submission failed: Protocol authentication error",
        ] {
            guard case .notNow = slurm.readSubmit(failed(text)) else {
                Issue.record("\(text): was not taken, and may be later")
                continue
            }
        }
        let policy =
            "sbatch: error: Batch job submission failed: "
            + "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"
        for text in [
            "sbatch: error: Slurm job queue full, sleeping and retrying",
            "sbatch: Slurm job queue full, sleeping and retrying\n"
                + "sbatch: error: Batch job submission failed: Unable to create job record, try again",
        ] {
            guard case .tooMany(let why) = slurm.readSubmit(failed(text)), why.contains("job queue full") else {
                Issue.record("\(text): fewer may be taken")
                continue
            }
        }
        let silent = CommandResult(
            status: 143, output: "", complaint: "sbatch: Slurm temporarily unable to accept job, sleeping and retrying",
            gaveUpAfter: 60)
        #expect(
            slurm.readSubmit(silent)
                == .unclear(
                    "sbatch did not answer within 60 s; until then it said: "
                        + "Slurm temporarily unable to accept job, sleeping and retrying"))
        for limit in ["QOSMaxSubmitJobPerUserLimit", "AssocMaxSubmitJobLimit", "AssocGrpSubmitJobsLimit"] {
            guard case .tooMany(let why) = slurm.readSubmit(failed("sbatch: error: \(limit)\n\(policy)")) else {
                Issue.record("\(limit): fewer may be taken")
                continue
            }
            #expect(why.hasPrefix(limit))
        }
        // Old versions do not say which limit it is.
        guard case .tooMany = slurm.readSubmit(failed(policy)) else {
            Issue.record("\(policy): fewer may be taken")
            return
        }
        for limit in ["QOSMaxWallDurationPerJobLimit", "AssocMaxCpuPerJobLimit", "QOSMaxMemoryPerJob"] {
            guard case .refused(let why) = slurm.readSubmit(failed("sbatch: error: \(limit)\n\(policy)")) else {
                Issue.record("\(limit): will never be taken")
                continue
            }
            #expect(why.hasPrefix(limit))
        }
    }

    @Test func readsLists() throws {
        let text = """
            21_2|PENDING|JobArrayTaskLimit|jobmon:k
            21_1|RUNNING|None|jobmon:k
            21_4|COMPLETING|None|jobmon:k
            77|RUNNING|None|(null)
            78_1|RUNNING|None|somebody's | own
            21_5|COMPLETED|None|jobmon:k

            """
        let tasks = try slurm.readList(CommandResult(status: 0, output: text))
        #expect(tasks.map(\.numbers) == [[2...2], [1...1], [4...4]])
        #expect(tasks.map(\.standing) == [.waiting, .running, .running])
        #expect(tasks.allSatisfy { $0.job == "21" && $0.mark == "k" })
        for text in [
            "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
            "slurm_load_jobs error: Socket timed out on send/recv operation",
        ] {
            #expect(throws: ExecutorError.self) { try slurm.readList(failed(text)) }
        }
    }

    @Test func readsAccounts() throws {
        let text = """
            41_0|fit|COMPLETED|0:0|2026-11-24T22:33:44|2026-11-24T22:33:45|1||00:01:00|100M|50
            41_0.batch|batch|COMPLETED|0:0|2026-11-24T22:33:44|2026-11-24T22:33:45|1|64324K|||50.batch
            41_2|fit|FAILED|3:0|2026-11-24T22:33:44|2026-11-24T22:33:44|0||00:01:00|100M|52
            41_3|fit|FAILED|0:9|2026-11-24T22:33:44|2026-11-24T22:33:44|0||00:01:00|100M|53
            41_4|fit|CANCELLED by 0|0:0|2026-11-24T22:33:44|2026-11-24T22:33:48|4||00:01:00|100M|54
            41_5|fit|TIMEOUT|0:0|2026-11-24T22:33:44|2026-11-24T22:34:48|64||00:01:00|100M|55
            41_6|fit|OUT_OF_MEMORY|0:125|2026-11-24T22:33:44|2026-11-24T22:33:48|4||00:01:00|100M|56
            41_7|fit|NODE_FAIL|0:0|2026-11-24T22:33:44|2026-11-24T22:33:48|4||00:01:00|100M|57
            41_8|fit|FAILED|0:0|2026-11-24T22:33:44|Unknown|4||00:01:00|100M|58
            41_9|fit|PREEMPTED|0:0|2026-11-24T23:59:58|2026-11-25T00:00:08|10||00:01:00|100M|59
            41_[12,16,18-19%1]|fit|CANCELLED by 0|0:0|None|2026-11-24T22:34:42|0||00:01:00|100M|41

            """
        let tasks = try slurm.readAccounts(CommandResult(status: 0, output: text))
        #expect(tasks.count == 10)
        #expect(tasks.map(\.outcome.status.label).prefix(3) == ["COMPLETE", "FAILED", "FAILED"])
        #expect(tasks[0].outcome.usage.maxrss == 65_867_776)
        #expect(tasks[0].outcome.usage.memoryPeak == MemoryPeak(bytes: 65_867_776, source: .scheduler))
        #expect(tasks[1].outcome.usage.memoryPeak == nil)
        #expect(tasks.map(\.ownNumber).prefix(2) == ["50", "52"])
        #expect(tasks[1].outcome.evidence.exitCode == 3 && tasks[1].outcome.cause == .exit)
        #expect(tasks[2].outcome.evidence.signal == 9 && tasks[2].outcome.cause == .signal)
        // A failure without a code is not a success.
        #expect(
            tasks[3...].map(\.outcome.cause) == [
                .cancelled, .timeLimit, .outOfMemory, .nodeFailure, .lost, .preempted, .cancelled,
            ])
        #expect(
            tasks[3...5].map(\.outcome.evidence.scheduler?.said) == [
                "CANCELLED by 0", "TIMEOUT, Timelimit=00:01:00", "OUT_OF_MEMORY, ReqMem=100M",
            ])
        #expect(tasks.map(\.isFinal) == [true, true, true, true, true, true, true, false, true, true])
        #expect(tasks.filter(\.isPresumed).map(\.numbers) == [[7...7]])
        #expect(tasks[9].numbers == [12...12, 16...16, 18...19])
        #expect(tasks[9].outcome.description?.contains("before it started") == true)
        #expect(try slurm.readAccounts(CommandResult(status: 0, output: "")).isEmpty)
        #expect(throws: ExecutorError.self) {
            try slurm.readAccounts(
                failed("sacct: error: slurm_persist_conn_open_without_init: Connection refused\n"))
        }
        #expect(throws: ExecutorError.self) {
            try slurm.readAccounts(failed("Slurm accounting storage is disabled\n"))
        }
    }

    @Test("the memory of a job is that of its batch script; of steps of srun, which may run together, it is a part")
    func readsMemoryOfSteps() throws {
        func peak(_ steps: String...) throws -> MemoryPeak? {
            let job = "7|fit|COMPLETED|0:0|2026-11-24T22:33:44|2026-11-24T22:33:45|1||00:01:00|100M|7\n"
            let lines = steps.map { step -> String in
                let parts = step.split(separator: "=")
                let times = "2026-11-24T22:33:44|2026-11-24T22:33:45|1"
                return "7.\(parts[0])|x|COMPLETED|0:0|\(times)|\(parts[1])|||7.\(parts[0])\n"
            }
            let answer = CommandResult(status: 0, output: job + lines.joined())
            return try slurm.readAccounts(answer).first?.outcome.usage.memoryPeak
        }
        #expect(try peak("batch=10K", "extern=90K") == MemoryPeak(bytes: 10_240, source: .scheduler))
        #expect(
            try peak("batch=10K", "0=40K", "1=30K") == MemoryPeak(bytes: 40_960, source: .scheduler, bound: .atLeast))
        #expect(try peak("extern=90K") == nil)
    }

    @Test func readsCancels() {
        #expect(slurm.readCancel(CommandResult(status: 0, output: "")) == nil)
        #expect(
            slurm.readCancel(failed("scancel: error: Kill job error on job id 1: Invalid job id specified\n")) == nil)
        #expect(
            slurm.readCancel(
                failed("scancel: error: Kill job error on job id 1: Socket timed out on send/recv operation\n", 140))
                != nil)
    }

    @Test func readsTraits() {
        var traits = SchedulerTraits()
        slurm.readTraits(
            [CommandResult(status: 0, output: "MaxArraySize            = 101\nMaxJobCount = 7\n")], &traits)
        #expect(traits.maxTasks == 100)
    }
}
