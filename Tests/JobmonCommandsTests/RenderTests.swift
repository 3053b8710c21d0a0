import Foundation
import JobmonCommands
import JobmonCore
import JobmonTestSupport
import JobmonWire
import Testing

@Suite struct JobTableTests {
    private static func table(_ jobs: [JobRecord], _ terminal: Terminal) -> String {
        let rows = jobs.map { JobTable.row($0, now: Sample.time.advanced(bySeconds: 5)) }
        var table = TextTable(JobTable.columns, terminal: terminal)
        return table.header(for: rows) + table.lines(rows)
    }

    @Test func showsJobs() {
        #expect(
            Self.table([Sample.failed, Sample.running, Sample.queued], .none) == """
                JID  STATUS   NAME     PARAMS                     TRIES  HOST   TIME  WHY
                  4  FAILED   fit      year=1995 loc=upper egypt    2/2  n7    4m05s  signal 9 (SIGKILL), nothing on stderr
                  5  RUNNING  sleep                                 1/1  n7     5.0s
                  6  QUEUED   a\\e[2Jb                               0/1

                """)
    }

    @Test func saysWhy() {
        var job = Sample.failed
        job.instances.removeLast()
        #expect(job.why == "exit code 1: KeyError: 'x'")
        job.instances[0].error = nil
        #expect(job.why == "exit code 1")
        job.instances[0].error = " \n"
        #expect(job.why == "exit code 1")
        job.status = .queued
        #expect(job.why == "exit code 1")
        job.cancelRequested = true
        #expect(job.why == "to be cancelled")
        job.status = .complete
        #expect(job.why == "")
        var running = Sample.running
        running.instances[0].lateSince = Sample.time
        #expect(running.why == "late: nothing heard of it since 2026-01-31 09:30:00 UTC")
        running.instances[0].status = .unknown
        #expect(running.why == "nothing heard of it since 2026-01-31 09:30:00 UTC")
    }

    @Test func summaries() {
        #expect(Summary.sentence([:]) == "0 jobs")
        #expect(Summary.sentence([.failed: 1, .complete: 1200, .running: 0]) == "1,201 jobs: 1,200 COMPLETE, 1 FAILED")
    }
}

@Suite struct JobDetailsTests {
    private static func text(_ job: JobRecord, again: String = "") -> String {
        JobDetails(job: job, now: Sample.time.advanced(bySeconds: 5), terminal: .none, again: again).text
    }

    @Test func showsAFailedJob() {
        var job = Sample.failed
        job.instances[1].stderrPath = "/r/logs/0/4.1.err"
        #expect(
            Self.text(job, again: " -d /r") == """
                job 4  fit  FAILED  signal 9 (SIGKILL), nothing on stderr
                  command      python model.py --note 'upper egypt'
                  params       year=1995 loc=upper egypt
                  directory    /data
                  environment  SEED=1
                  time limit   2h00m
                  resources    slots=2 memory=4.0 GiB
                  queue        fit
                  submitted    2026-01-31 09:30:00 UTC
                  attempts     2 of 2 used

                attempt 1  FAILED  exit code 1
                  where        local, on n7, process 4242
                  times        2026-01-31 09:30:00 to 2026-01-31 09:31:30 UTC
                  used         1.5s, 0.25s of processor, at most 47.0 MiB of memory
                  instance     11
                  error
                  | KeyError: 'x'

                attempt 2  FAILED  signal 9 (SIGKILL)
                  where        local, on n7, process 4242
                  times        2026-01-31 09:30:00 to 2026-01-31 09:31:30 UTC
                  used         4m05s, 3m20s of processor, 1.0 GiB of memory, 2.0 KiB read, 0 B written
                  stderr       /r/logs/0/4.1.err
                  instance     12
                  error
                  | signal 9 (SIGKILL), nothing on stderr

                next:
                  jobmon logs 4 -d /r    all that its last attempt wrote
                  jobmon retry 4 -d /r   one more attempt

                """)
    }

    @Test func showsARunningJobThatNoQueueOwns() {
        #expect(
            Self.text(Sample.running) == """
                job 5  sleep  RUNNING
                  command      /bin/sleep 9
                  submitted    2026-01-31 09:30:00 UTC
                  attempts     1 of 1 used

                attempt 1  RUNNING
                  where        local, on n7, process 4242
                  times        started 2026-01-31 09:30:00 UTC
                  used         5.0s so far
                  instance     13

                """)
    }

    @Test func showsAJobThatWaits() {
        #expect(
            Self.text(Sample.queued) == """
                job 6  a\\e[2Jb  QUEUED
                  command      exit 3
                               (a line for /bin/sh)
                  queue        fit
                  submitted    2026-01-31 09:30:00 UTC
                  attempts     0 of 1 used

                next:
                  jobmon cancel 6   ends it, or does not start it

                """)
    }

    @Test func cutsALongError() {
        var job = Sample.failed
        job.instances[0].error = (1...40).map { "line \($0)\u{1B}[2J\n" }.joined()
        let text = Self.text(job)
        #expect(text.contains("  | … 10 lines before\n  | line 11\\e[2J\n"))
        #expect(text.contains("  | line 40\\e[2J\n\nattempt 2"))
        #expect(!text.contains("line 10\\e"))
        #expect(text.contains("jobmon errors --full --name fit"))
    }
}

@Suite struct ActionWordTests {
    @Test func saysWhatBecame() {
        var job = Sample.failed
        job.status = .queued
        job.description.maxAttempts = 3
        #expect(JobAction(.retry).outcome(job) == "job 4: queued for another attempt (2 of 3 used)")
        job.status = .complete
        #expect(JobAction(.retry).outcome(job) == "job 4: is COMPLETE already")
        #expect(JobAction(.cancel).outcome(job) == "job 4: is over already (COMPLETE)")
        job.status = .cancelled
        #expect(JobAction(.cancel).outcome(job) == "job 4: cancelled")
        job.status = .running
        #expect(JobAction(.cancel).outcome(job) == "job 4: to be cancelled (RUNNING now); its queue ends it")
    }
}

@Suite struct CapturedOutputTests {
    @Test(.timeLimit(.minutes(3))) func printsBytesAsTheyAre() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/4.0.out"
            let bytes: [UInt8] = [0xFF, 0x00, 0x1B, 0x0A, 0x61]
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            var instance = Sample.instance(1, jid: 4, status: .complete)
            instance.stdoutPath = path
            let out = "\(directory)/copy"
            let descriptor = open(out, O_RDWR | O_CREAT, 0o600)
            defer { close(descriptor) }
            let found = try CapturedOutput(instance: instance).write(
                .out, to: Output(descriptor: descriptor), announcing: false)
            #expect(found == .printed)
            let copied = try Data(contentsOf: URL(fileURLWithPath: out))
            #expect(Array(copied) == bytes)
        }
    }

    @Test(arguments: [
        ("", 3, ""), ("a\nb\nc\nd\n", 2, "c\nd\n"), ("a\nb\nc", 2, "b\nc"), ("a\n", 5, "a\n"), ("\n\n\n", 2, "\n\n"),
    ]) func printsTheLastLines(_ text: String, _ lines: Int, _ expected: String) async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/4.0.err"
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            var instance = Sample.instance(1, jid: 4, status: .complete)
            instance.stderrPath = path
            let printed = try written {
                _ = try CapturedOutput(instance: instance, tail: lines).write(.err, to: $0, announcing: false)
            }
            #expect(printed == expected)
        }
    }

    /// Lines that lie further from the end than is read at once.
    @Test func printsTheLastLinesOfALargeFile() async throws {
        try await withTestDirectory { directory in
            var instance = Sample.instance(1, jid: 4, status: .complete)
            instance.stderrPath = "\(directory)/4.0.err"
            let many = String(repeating: "x\n", count: 100_000)
            let long = String(repeating: "x", count: 200_000)
            for (text, lines, expected) in [
                (many + "end\n", 2, "x\nend\n"), (many, 99_999, String(many.dropFirst(2))), (long, 1, long),
            ] {
                try text.write(toFile: "\(directory)/4.0.err", atomically: false, encoding: .utf8)
                let printed = try written {
                    _ = try CapturedOutput(instance: instance, tail: lines).write(.err, to: $0, announcing: false)
                }
                #expect(printed.utf8.elementsEqual(expected.utf8))
            }
        }
    }

    @Test func saysWhyThereIsNothing() async throws {
        try await withTestDirectory { directory in
            func expect(_ instance: InstanceRecord, _ wanted: CapturedOutput.Found) throws {
                var found = CapturedOutput.Found.printed
                _ = try written {
                    found = try CapturedOutput(instance: instance).write(.err, to: $0, announcing: false)
                }
                #expect(found == wanted)
            }
            let name = "stderr of job 4, attempt 1"
            var instance = Sample.instance(1, jid: 4, status: .failed, error: "kept\nend\n")
            try expect(instance, .nothing("\(name): empty, or not captured (--no-logs)"))
            instance.stdoutPath = "/x"
            try expect(instance, .nothing("\(name): empty"))
            instance.executor = "exec"
            try expect(
                instance,
                .nothing("\(name): not captured: under `jobmon exec` it stays where the command writes it"))
            instance.stderrPath = "\(directory)/gone"
            try expect(instance, .gone("\(name): the file is gone: \(directory)/gone"))
            let kept = try written { try CapturedOutput(instance: instance).writeKeptEnd(to: $0) }
            #expect(kept == "kept\nend\n")
            let end = try written { try CapturedOutput(instance: instance, tail: 1).writeKeptEnd(to: $0) }
            #expect(end == "end\n")
            instance.status = .running
            try expect(instance, .nothing("\(name): nothing yet"))
            instance.stderrPath = directory
            try expect(instance, .gone("\(name): not a file: \(directory)"))
        }
    }

    @Test func findsTheAttempt() throws {
        #expect(try Logs.instance(of: Sample.failed, attempt: nil).jobInstanceID == 12)
        #expect(try Logs.instance(of: Sample.failed, attempt: 1).jobInstanceID == 11)
        #expect(throws: CommandFailure(.failed, "job 4 has no attempt 3: it has 2 attempts")) {
            try Logs.instance(of: Sample.failed, attempt: 3)
        }
        #expect(throws: CommandFailure(.failed, "job 6 was not tried yet: it is QUEUED")) {
            try Logs.instance(of: Sample.queued, attempt: nil)
        }
    }
}
