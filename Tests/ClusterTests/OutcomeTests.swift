import Foundation
import JobmonTestSupport
import Testing

/// Outcomes of jobs on real clusters: each job has one outcome, with the right cause, which is what the job itself did.
@Suite(.serialized, .enabled(if: !Rig.up.isEmpty, Rig.why)) struct OutcomeTests {
    @Test("success, exit code, signal, our time limit, command not found", .timeLimit(.minutes(20)), arguments: Rig.up)
    func ends(_ rig: Rig) async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "good", "command": "echo $JOBMON_JID >> \#(mon.path)/marks"}"#,
                #"{"name": "bad", "command": "echo it broke >&2; exit 3"}"#,
                #"{"name": "killed", "command": "kill -PIPE $$"}"#,
                #"{"name": "late", "command": ["sleep", "60"], "timeout": 1}"#,
                #"{"name": "missing", "command": ["no-such-command"]}"#,
                #"{"name": "homeless", "command": ["true"], "cwd": "/no/such/folder"}"#,
                #"{"name": "ninety-nine", "command": "exit 99"}"#,
            ])
            let run = try await Executable.run(rig.arguments(mon.path, ["-f", file]))
            #expect(run.status == 1, "\(run.stderr)")
            let jobs = try await mon.jobs()
            #expect(jobs["good"]?.status == "COMPLETE")
            #expect(mon.marks() == ["\(jobs["good"]?.jid ?? 0)"])
            #expect(jobs["bad"]?.last?.cause == "exit" && jobs["bad"]?.last?.exitCode == 3)
            #expect(jobs["bad"]?.last?.error == "it broke\n")
            #expect(jobs["killed"]?.last?.cause == "signal" && jobs["killed"]?.last?.signal == 13)
            #expect(jobs["late"]?.last?.cause == "timeout")
            #expect(jobs["missing"]?.last?.cause == "not_started")
            #expect(jobs["missing"]?.last?.error == "command not found: no-such-command")
            #expect(jobs["homeless"]?.last?.error?.contains("/no/such/folder") == true)
            // Grid Engine would start it again.
            #expect(jobs["ninety-nine"]?.last?.exitCode == 99 && jobs["ninety-nine"]?.instances.count == 1)
            for job in jobs.values {
                #expect(job.last?.executor == rig.rawValue && job.last?.executorID?.isEmpty == false, "\(job)")
            }
            #expect(try mon.leftovers() == [])
        }
    }

    @Test("the scheduler's time limit, obeyed and ignored", .timeLimit(.minutes(20)), arguments: Rig.up)
    func timeLimit(_ rig: Rig) async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "heeds", "command": ["sleep", "300"], "runtime": 4}"#,
                #"{"name": "deaf", "command": "trap '' TERM; while :; do sleep 1; done", "runtime": 4}"#,
            ])
            let run = try Running(Executable.path, rig.arguments(mon.path, ["-f", file]), stdin: "")
            for name in ["heeds", "deaf"] {
                let job = try await mon.wait(for: name, "runs") { $0.status == "RUNNING" }
                // Slurm's unit is the minute; its administrator can make the end come sooner.
                guard rig == .slurm, let id = job.last?.executorID else { continue }
                try await rig.command("scontrol", "update", "JobId=\(id)", "EndTime=now")
            }
            #expect(try await run.finished().status == 1, "\(run.stderr)")
            for (name, job) in try await mon.jobs() {
                #expect(job.status == "FAILED" && job.last?.cause == "time_limit", "\(name): \(job)")
            }
        }
    }

    @Test("more memory than requested", .enabled(if: Rig.up.contains(.slurm), Rig.why), .timeLimit(.minutes(20)))
    func memoryLimit() async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "greedy", "command": ["python3", "-c", "bytearray(400 << 20)"], "memory": "100M"}"#,
                #"{"name": "modest", "command": ["python3", "-c", "bytearray(20 << 20)"], "memory": "200M"}"#,
            ])
            let run = try await Executable.run(Rig.slurm.arguments(mon.path, ["-f", file]))
            #expect(run.status == 1, "\(run.stderr)")
            let jobs = try await mon.jobs()
            #expect(jobs["modest"]?.status == "COMPLETE")
            #expect(jobs["greedy"]?.last?.cause == "out_of_memory", "\(String(describing: jobs["greedy"]))")
        }
    }

    @Test("ended by hand while it runs and while it waits", .timeLimit(.minutes(20)), arguments: Rig.up)
    func endedByHand(_ rig: Rig) async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "runs", "command": ["sleep", "300"], "max_attempts": 3}"#,
                #"{"name": "other", "command": ["sleep", "5"]}"#,
                #"{"name": "waits", "command": ["sleep", "300"], "queue_options": "\#(rig.waitingOptions)"}"#,
                #"{"name": "waits too", "command": ["sleep", "300"], "queue_options": "\#(rig.waitingOptions)"}"#,
            ])
            let run = try Running(Executable.path, rig.arguments(mon.path, ["-f", file]), stdin: "")
            for name in ["waits", "waits too"] {
                let job = try await mon.wait(for: name, "is there") { $0.last?.executorID != nil }
                try await rig.end(job.last?.executorID ?? "?")
            }
            let running = try await mon.wait(for: "runs", "runs") { $0.status == "RUNNING" }
            try await rig.end(running.last?.executorID ?? "?")
            #expect(try await run.finished().status == 1, "\(run.stderr)")
            let jobs = try await mon.jobs()
            #expect(jobs["other"]?.status == "COMPLETE")
            for name in ["runs", "waits", "waits too"] {
                let job = jobs[name]
                #expect(job?.status == "CANCELLED" && job?.instances.count == 1, "\(name): \(String(describing: job))")
                #expect(job?.last?.cause == "cancelled", "\(name): \(String(describing: job))")
            }
        }
    }

    @Test("an array with one failing task: that one is tried again", .timeLimit(.minutes(20)), arguments: Rig.up)
    func relaunches(_ rig: Rig) async throws {
        try await withCluster { mon in
            let command = "echo {n} >> \(mon.path)/marks; [ {n} != 4 ] || [ $(grep -c 4 \(mon.path)/marks) -ge 2 ]"
            let run = try await Executable.run(
                rig.arguments(
                    mon.path, ["--each", "n=1..8", "--retries", "2", "--name", "n{n}", "--", "sh", "-c", command]))
            #expect(run.status == 0, "\(run.stderr)")
            #expect(mon.marks().sorted() == ["1", "2", "3", "4", "4", "5", "6", "7", "8"])
            let jobs = try await mon.jobs()
            #expect(jobs.values.allSatisfy { $0.status == "COMPLETE" } && jobs.count == 8)
            #expect(jobs["n4"]?.instances.map(\.status) == ["FAILED", "COMPLETE"])
        }
    }

    @Test(
        "what a cluster cannot give: its own reason, no second try, others continue", .timeLimit(.minutes(20)),
        arguments: Rig.up)
    func refused(_ rig: Rig) async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "good", "command": ["true"]}"#,
                #"{"name": "queue", "command": ["true"], "partition": "nosuch.q", "max_attempts": 3}"#,
                #"{"name": "project", "command": ["true"], "project": "nosuch", "max_attempts": 3}"#,
                #"{"name": "memory", "command": ["true"], "memory": "999G", "max_attempts": 3}"#,
                #"{"name": "slots", "command": ["true"], "slots": 999, "max_attempts": 3}"#,
                #"{"name": "option", "command": ["true"], "queue_options": "--nosuch", "max_attempts": 3}"#,
            ])
            let run = try await Executable.run(rig.arguments(mon.path, ["-f", file]))
            #expect(run.status == 1, "\(run.stderr)")
            let jobs = try await mon.jobs()
            #expect(jobs["good"]?.status == "COMPLETE")
            let words =
                rig == .slurm
                ? [
                    "queue": "invalid partition specified: nosuch.q", "project": "Invalid account",
                    "memory": "Memory specification can not be satisfied", "slots": "More processors requested",
                    "option": "unrecognized option '--nosuch'",
                ]
                : [
                    "queue": "unknown queue \"nosuch.q\"", "project": "the requested project \"nosuch\" does not exist",
                    "memory": "no suitable queues", "slots": "no suitable queues",
                    "option": "invalid option argument \"--nosuch\"",
                ]
            for (name, sentence) in words {
                let job = jobs[name]
                #expect(job?.status == "FAILED" && job?.instances.count == 1, "\(name): \(String(describing: job))")
                #expect(
                    job?.last?.cause == "submit_failed" && job?.last?.error?.contains(sentence) == true,
                    "\(String(describing: job))")
            }
        }
    }

    @Test(
        "the scheduler's files take a job's output, and the end of stderr is still its error",
        .timeLimit(.minutes(20)), arguments: Rig.up)
    func schedulersFiles(_ rig: Rig) async throws {
        try await withCluster { mon in
            let (out, errors) = rig == .slurm ? ("own.%a.out", "own.%a.err") : ("own.$TASK_ID.out", "own.$TASK_ID.err")
            let run = try await Executable.run(
                rig.arguments(
                    mon.path,
                    [
                        "--job-stdout", "\(mon.path)/\(out)", "--job-stderr", "\(mon.path)/\(errors)",
                        "--queue-options", rig == .slurm ? "--nice=3" : "-p -3", "--name", "own", "--", "sh", "-c",
                        "echo said; echo broke >&2; exit 5",
                    ]))
            #expect(run.status == 1, "\(run.stderr)")
            #expect(mon.marks("own.1.out") == ["said"])
            #expect(mon.marks("own.1.err") == ["broke"])
            let last = try await mon.jobs()["own"]?.last
            #expect(last?.exitCode == 5 && last?.error == "broke\n", "\(String(describing: last))")
        }
    }
}
