import JobmonCommands
import JobmonCore
import JobmonViews
import Testing

/// The sentences of `jobmon explain`.
@Suite struct ExplanationTests {
    private static let now = Timestamp(milliseconds: 1_769_851_800_000)

    private func instance(
        _ status: Status, _ cause: Cause? = nil, exitCode: Int? = nil, signal: Int? = nil, error: String? = nil,
        executor: String = "local", doubt: String? = nil, place: ClusterPlace? = nil
    ) -> InstanceRecord {
        InstanceRecord(
            jobInstanceID: 7, instanceKey: "k", jid: 3, retryNumber: 0, executor: executor, executorID: "12_1",
            status: status, cause: cause, exitCode: exitCode, signal: signal, host: "n7", bootID: nil, process: nil,
            submittedDate: Self.now, startedDate: Self.now, finishedDate: Self.now, lastSeen: Self.now, lateSince: nil,
            usage: Usage(wallclock: 61, maxrss: 3 << 30), stdoutPath: nil, stderrPath: nil, returnedAttempt: false,
            error: error, doubt: doubt, place: place)
    }

    private func explain(
        _ status: Status, _ instances: [InstanceRecord], attempts: Int = 1, maxAttempts: Int = 1,
        resources: JSONObject = ["memory": 4_294_967_296, "runtime": .double(60)],
        _ surroundings: Explanation.Surroundings = Explanation.Surroundings()
    ) -> Explanation {
        var description = JobDescription(name: "fit", runfile: "fit", timeout: 60, resources: resources)
        description.maxAttempts = maxAttempts
        let job = JobRecord(
            jid: 3, queue: "q", jobKey: "k", description: description, submittedDate: Self.now, status: status,
            attempts: attempts, cancelRequested: false, instances: instances)
        return Explanation(job, surroundings, again: "", now: Self.now, time: { _ in "noon" })
    }

    @Test func signal9AloneIsNotMemory() {
        let plain = explain(.failed, [instance(.failed, .signal, signal: 9)], .init(oomKills: 0))
        #expect(plain.why == "signal 9 (SIGKILL) ended it, which somebody sent from outside")
        #expect(plain.certainty == .unknown)
        #expect(plain.evidence == ["jobmon did not send it, nor did the kernel for memory"])
        let shared = explain(
            .failed, [instance(.failed, .signal, signal: 9)], .init(oomKills: 1, remarks: ["oom_shared": true]))
        #expect(shared.certainty == .likely && shared.why.contains("perhaps for its memory"))
        #expect(shared.evidence.first?.contains("in which other work ran too") == true)
        let exit = explain(.failed, [instance(.failed, .exit, exitCode: 137, error: "Killed")])
        #expect(
            exit.evidence.last == "137 means that signal 9 ended a process of it; nothing shows that it was for memory")
    }

    @Test func memoryIsSaidWithItsEvidence() {
        let killed = explain(
            .failed, [instance(.failed, .outOfMemory, signal: 9)],
            .init(oomKills: 1, remarks: ["memory_limit": 3_221_225_472]))
        #expect(killed.why == "it was killed for its memory" && killed.certainty == .certain)
        #expect(
            killed.evidence == [
                "the kernel killed a process of it for memory while it ran", "its cgroup was limited to 3.0 GiB",
                "its largest process used 3.0 GiB, and 4.0 GiB were requested",
            ])
        #expect(killed.next.first?.hasSuffix("one more attempt with more memory: jobmon retry 3 --memory 1.5x") == true)
        let slurm = explain(
            .failed, [instance(.failed, .outOfMemory, exitCode: 1, executor: "slurm")],
            .init(remarks: ["scheduler": "OUT_OF_MEMORY, ReqMem=4G"]))
        #expect(slurm.evidence.first == "Slurm said: OUT_OF_MEMORY, ReqMem=4G")
        let inferred = explain(
            .failed, [instance(.failed, .outOfMemory, exitCode: 1, executor: "sge")],
            .init(remarks: ["scheduler": "SIGUSR2: no limit but its h_vmem", "scheduler_inferred": true]))
        #expect(inferred.certainty == .likely && slurm.certainty == .certain)
        // What was not requested, the scheduler gave.
        let given = explain(
            .failed,
            [
                instance(
                    .failed, .outOfMemory, signal: 9, executor: "slurm",
                    place: ClusterPlace(queue: "q", allocated: ["memory": 104_857_600]))
            ], resources: [:], .init(oomKills: 1))
        #expect(given.evidence.last == "its largest process used 3.0 GiB, and Slurm gave it 100.0 MiB")
        #expect(given.next.first?.hasSuffix("one more attempt: jobmon retry 3") == true)
        var measured = instance(.failed, .outOfMemory, signal: 9)
        measured.usage.memoryPeak = MemoryPeak(bytes: 4 << 30, source: .cgroup, bound: .atLeast)
        #expect(
            explain(.failed, [measured], .init(oomKills: 1)).evidence.last
                == "its processes used at least 4.0 GiB together, and 4.0 GiB were requested")
    }

    @Test func whatGotNoMemoryWithinALimitSaysSoAndIsLikely() {
        let limited = Explanation.Surroundings(remarks: ["address_space_limit": 314_572_800])
        let python = explain(
            .failed, [instance(.failed, .exit, exitCode: 1, error: "MemoryError", executor: "sge")], limited)
        #expect(python.why == "it got no more memory: MemoryError" && python.certainty == .likely)
        #expect(
            python.evidence == [
                "the command ended with exit code 1",
                "the address space of each of its processes was limited to 300.0 MiB (h_vmem of Grid Engine)",
                "its largest process used 3.0 GiB, and 4.0 GiB were requested",
            ])
        let aborted = explain(
            .failed, [instance(.failed, .signal, signal: 6, error: "Error: std::bad_alloc")], limited)
        #expect(aborted.why == "it got no more memory: Error: std::bad_alloc")
        #expect(aborted.evidence.first == "the command ended with signal 6 (SIGABRT)")
        #expect(aborted.evidence.dropFirst().first?.hasSuffix("limited to 300.0 MiB (ulimit -v)") == true)
        // Without a limit it may be the machine's memory, and a limit alone is no reason.
        let free = explain(.failed, [instance(.failed, .exit, exitCode: 1, error: "MemoryError")])
        #expect(free.why == "MemoryError" && free.evidence == ["the command ended with exit code 1"])
        let other = explain(.failed, [instance(.failed, .exit, exitCode: 1, error: "no data")], limited)
        #expect(other.why == "no data" && other.evidence == ["the command ended with exit code 1"])
        // Memory that a program asks for in vain is often not checked.
        let fault = explain(.failed, [instance(.failed, .signal, signal: 11)], limited)
        #expect(fault.certainty == .certain && fault.evidence.last?.contains("300.0 MiB") == true)
    }

    @Test func limitsAreSaidWithTheirAmounts() {
        let own = explain(.failed, [instance(.failed, .timeout, signal: 15)])
        #expect(own.why == "jobmon ended it, since its time limit of 1m00s passed")
        #expect(own.evidence == ["it ran for 1m01s"])
        let other = explain(
            .failed, [instance(.failed, .timeLimit, signal: 15, executor: "slurm")],
            .init(remarks: ["scheduler": "TIMEOUT, Timelimit=00:01:00"]))
        #expect(other.why == "Slurm ended it, since its time limit passed")
        #expect(
            other.evidence == [
                "Slurm said: TIMEOUT, Timelimit=00:01:00", "it ran for 1m01s, and 1m00s were requested",
            ])
        #expect(other.next.first?.hasSuffix("one more attempt with more time: jobmon retry 3 --runtime 2x") == true)
        let warned = explain(
            .failed, [instance(.failed, .timeLimit, signal: 15, executor: "sge")], resources: [:],
            .init(remarks: ["scheduler": "SIGUSR2: its h_rt of 60 s is over"]))
        #expect(warned.why == "Grid Engine ended it, since its time limit passed")
        #expect(
            warned.evidence == ["Grid Engine sent SIGUSR2: its h_rt of 60 s is over", "it ran for 1m01s"])
    }

    @Test func whatHappensNextIsSaid() {
        let failed = explain(.failed, [instance(.failed, .exit, exitCode: 1, error: "no data")])
        #expect(failed.why == "no data" && failed.evidence == ["the command ended with exit code 1"])
        #expect(failed.next == ["nothing by itself: 1 of 1 attempt used; one more attempt: jobmon retry 3"])
        let queued = explain(
            .queued, [instance(.failed, .exit, exitCode: 1, error: "no data")], maxAttempts: 3, .init(isQueueRun: true))
        #expect(queued.why == "it waits for its next attempt")
        #expect(queued.evidence.first == "attempt 1 failed: no data")
        #expect(queued.next == ["attempt 2 (1 of 3 attempts used) starts by itself after a wait (--backoff)"])
        let idle = explain(.queued, [], attempts: 0, .init(isQueueRun: false))
        #expect(idle.why == "nobody runs its queue q now")
        #expect(idle.next == ["attempt 1 (0 of 1 attempt used) starts when its queue is run: jobmon run --queue q"])
        let full = explain(.queued, [], attempts: 0, .init(isQueueRun: true, running: 8, before: 30_000))
        #expect(
            full.evidence == ["8 jobs of its queue run now", "queued before it and waiting too: more than 20,000 jobs"])
        let waiting = explain(.submitted, [instance(.submitted, executor: "slurm")])
        #expect(waiting.why == "it waits in Slurm as 12_1, since noon")
        #expect(waiting.next == ["Slurm starts it; why it waits there: squeue -l -j 12_1"])
    }

    @Test func doubtIsNoCertainty() {
        let doubtful = explain(.complete, [instance(.complete, exitCode: 0, doubt: "ERROR 1: no layer")])
        #expect(doubtful.certainty == .unknown && doubtful.evidence == ["ERROR 1: no layer"])
        #expect(explain(.complete, [instance(.complete, exitCode: 0)]).why == "it is complete: exit code 0")
    }
}
