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
                JID  STATUS   NAME     PARAMS                     TRIES  HOST   TIME     EXIT      MEM  WHY
                  4  FAILED   fit      year=1995 loc=upper egypt    2/2  n7    4m05s  SIGKILL  1.0 GiB  signal 9 (SIGKILL), nothing on stderr
                  5  RUNNING  sleep                                 1/1  n7     5.0s
                  6  QUEUED   a\\e[2Jb                               0/1

                """)
    }

    @Test("the peak of all processes is shown before that of the largest one, with its bound")
    func showsThePeakOfAllProcesses() {
        var job = Sample.failed
        for (bound, sign, words) in [
            (nil, "", ""), (.atLeast, ">", "at least "), (.atMost, "<", "at most "),
        ] as [(MemoryPeak.Bound?, String, String)] {
            job.instances[1].usage.memoryPeak = MemoryPeak(bytes: 3 << 30, source: .pss, bound: bound)
            #expect(job.instances[1].memory == "\(sign)3.0 GiB")
            let details = JobDetails(job: job, now: Sample.time, terminal: .none, again: "").text
            #expect(details.contains("3m20s of CPU time, \(words)3.0 GiB of memory, 2.0 KiB read"), "\(details)")
        }
        #expect(job.instances[0].memory == "<47.0 MiB")
    }

    @Test(
        "at 80 columns, 40 characters of each error fit: equal columns go, others shrink, then the error goes below"
    )
    func fitsTheTerminal() {
        let long = "ValueError: no data for the year and the place that were asked for"
        func failed(_ jid: Int64, _ change: (inout JobRecord) -> Void = { _ in }) -> JobRecord {
            var job = Sample.failed
            job.jid = jid
            job.instances[1].signal = nil
            job.instances[1].exitCode = 1
            job.instances[1].cause = .exit
            job.instances[1].error = long
            change(&job)
            return job
        }
        let same = Self.table([failed(1), failed(2)], Terminal(columns: 80))
        #expect(
            same == """
                JID  STATUS  NAME  WHY
                  1  FAILED  fit   exit code 1: ValueError: no data for the year and the place …
                  2  FAILED  fit   exit code 1: ValueError: no data for the year and the place …

                """, "\(same)")
        let names = Self.table(
            [
                failed(1), failed(2) { $0.description.name = "a name that is long" },
                failed(3) { $0.description.params = ["year": 1996] },
            ], Terminal(columns: 80))
        let all = names.split(separator: "\n")
        #expect(all.allSatisfy { DisplayWidth.of(String($0)) <= 80 }, "\(names)")
        #expect(
            all.count == 4 && all.dropFirst().allSatisfy { $0.contains("exit code 1: ValueError: no data for the") })
        // All columns differ: the reason has a line of its own.
        let below = Self.table(
            [
                failed(1), Sample.running,
                failed(123_456) {
                    $0.description.name = "a name that is long"; $0.instances[1].host = "another host"
                    $0.instances[1].usage.wallclock = 7; $0.attempts = 1
                    $0.description.params = ["year": 1996]
                },
            ], Terminal(columns: 80))
        let lines = below.split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= 80 }, "\(below)")
        #expect(lines.count == 6 && !lines[0].contains("WHY"), "\(below)")
        #expect(
            lines.filter { $0.hasPrefix("        exit code 1: ValueError: no data for the year and the") }.count == 2)
    }

    @Test("at any width no line is wider, and from 60 columns on no reason is cut")
    func fitsAnyTerminal() {
        for columns in 20...160 {
            let text = Self.table([Sample.failed, Sample.running, Sample.queued], Terminal(columns: columns))
            let lines = text.split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= columns }, "\(columns): \(text)")
            if columns >= 60 { #expect(text.contains("signal 9 (SIGKILL), nothing on stderr"), "\(columns): \(text)") }
        }
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
        #expect(running.why == "late: no report since 2026-01-31 09:30:00 UTC")
        running.instances[0].status = .unknown
        #expect(running.why == "no report since 2026-01-31 09:30:00 UTC")
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
                  used         1.5s, 0.25s of CPU time, at most 47.0 MiB of memory
                  instance     11
                  error
                  | KeyError: 'x'

                attempt 2  FAILED  signal 9 (SIGKILL)
                  where        local, on n7, process 4242
                  times        2026-01-31 09:30:00 to 2026-01-31 09:31:30 UTC
                  used         4m05s, 3m20s of CPU time, 1.0 GiB of memory, 2.0 KiB read, 0 B written
                  stderr       /r/logs/0/4.1.err
                  instance     12
                  error
                  | signal 9 (SIGKILL), nothing on stderr

                next:
                  jobmon logs 4 -d /r    all output of the last attempt
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
                               (a shell line, run by bash, or by sh if there is no bash)
                  queue        fit
                  submitted    2026-01-31 09:30:00 UTC
                  attempts     0 of 1 used

                next:
                  jobmon cancel 6   end it, or do not start it

                """)
    }

    @Test("a progress bar is shown in its last state")
    func progressBars() {
        var job = Sample.failed
        job.instances[1].error = "  1%|\r 50%|#\r100%|##\r\nKeyError: 'x'\r\n"
        #expect(Self.text(job).contains("  error\n  | 100%|##\n  | KeyError: 'x'\n"))
    }

    @Test func cutsALongError() {
        var job = Sample.failed
        job.instances[0].error = (1...40).map { "line \($0)\u{1B}[2J\n" }.joined()
        let text = Self.text(job)
        #expect(text.contains("  | … 10 earlier lines\n  | line 11\\e[2J\n"))
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
        #expect(JobAction(.retry).outcome(job) == "job 4: is already COMPLETE")
        #expect(JobAction(.cancel).outcome(job) == "job 4: is already over (COMPLETE)")
        job.status = .cancelled
        #expect(JobAction(.cancel).outcome(job) == "job 4: cancelled")
        job.status = .running
        #expect(JobAction(.cancel).outcome(job) == "job 4: to be cancelled (RUNNING now); its queue ends it")
    }
}

@Suite struct CapturedOutputTests {
    @Test(.timeLimit(.minutes(20))) func printsBytesAsTheyAre() async throws {
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

    /// Lines that are further from the end than one read.
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
                .nothing("\(name): not captured: `jobmon exec` leaves it where the command writes it"))
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
        #expect(try LogsCommand.instance(of: Sample.failed, attempt: nil).jobInstanceID == 12)
        #expect(try LogsCommand.instance(of: Sample.failed, attempt: 1).jobInstanceID == 11)
        #expect(throws: CommandFailure(.failed, "job 4 has no attempt 3: it has 2 attempts")) {
            try LogsCommand.instance(of: Sample.failed, attempt: 3)
        }
        #expect(throws: CommandFailure(.failed, "job 6 has no attempt yet: it is QUEUED")) {
            try LogsCommand.instance(of: Sample.queued, attempt: nil)
        }
    }
}

@Suite struct JobOrderTests {
    private func sorted(_ by: String) throws -> [Int64] {
        let order = try JobOrder(by)
        return [Sample.running, Sample.queued, Sample.failed].sorted { order.areInOrder($0, $1, now: Sample.time) }
            .map(\.jid)
    }

    @Test func columns() throws {
        #expect(try sorted("jid") == [4, 5, 6] && sorted("-jid") == [6, 5, 4])
        #expect(try sorted("status") == [4, 6, 5] && sorted("name") == [6, 4, 5])
        // Jobs without a value are last in both directions.
        #expect(try sorted("time") == [5, 4, 6] && sorted("-time") == [4, 5, 6])
        #expect(try sorted("tries,-jid") == [6, 5, 4] && sorted("host,-jid") == [5, 4, 6])
    }

    @Test(arguments: ["tiem", "", "jid,", "-"]) func badColumns(_ text: String) {
        #expect(throws: CommandFailure.self) { try JobOrder(text) }
    }
}

@Suite struct JobNumbersTests {
    @Test func reads() {
        func all(_ words: String...) -> [Int64]? {
            let numbers = words.map { JobNumberArgument(argument: $0) }
            return numbers.contains(nil) ? nil : JobNumberArgument.all(numbers.compactMap { $0 })
        }
        #expect(all("4") == [4] && all("3-5", "4", "9") == [3, 4, 5, 9])
        for wrong in ["", "0", "-3", "5-3", "1-", "a", "1-2-3", "1-999999999", "1.5"] {
            #expect(all(wrong) == nil, "\(wrong)")
        }
    }
}

@Suite struct ShownTimeTests {
    @Test func isUTCOffTerminals() {
        #expect(ShownTime(on: .none).text(Sample.time) == "2026-01-31 09:30:00 UTC")
        #expect(
            ShownTime.utc.span(Sample.time, Sample.time.advanced(bySeconds: 61))
                == "2026-01-31 09:30:00 to 2026-01-31 09:31:01 UTC")
    }
}
