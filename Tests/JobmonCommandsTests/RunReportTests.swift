import JobmonCore
import JobmonQueue
import Synchronization
import Testing

@testable import JobmonCommands

/// The messages of `run` while it runs and at its end.
@Suite struct RunReportTests {
    private func counts(_ change: (inout QueueCounts) -> Void) -> QueueCounts {
        var counts = QueueCounts()
        change(&counts)
        return counts
    }

    private func report(
        _ counts: QueueCounts, _ failures: [QueueFailure] = [], _ ending: QueueSummary.Ending = .done
    ) -> RunReport {
        RunReport(
            summary: QueueSummary(ending: ending, counts: counts, failures: failures), queue: "fit", seconds: 12.34,
            again: "")
    }

    @Test("if all is well, one line")
    func allComplete() {
        var report = report(counts { $0.complete = 5 })
        #expect(report.lines(columns: 80).count == 2, "nothing was begun: it says so")
        report.summary.begun = 5
        #expect(report.lines(columns: 80) == ["jobmon: 5 jobs: 5 complete (12.3s)"])
        #expect(report.exitStatus == .done)
    }

    @Test("one line per error, and suggested commands; no text of a job reaches the terminal unescaped")
    func failed() {
        let failures = [
            QueueFailure(
                jid: 4, name: "fit", attempts: 2, cause: .exit, exitCode: 1, signal: nil,
                headline: "ValueError: \u{1B}[2Jbad"),
            QueueFailure(
                jid: 15, name: "a\nb", attempts: 1, cause: .signal, exitCode: nil, signal: 9,
                headline: "signal 9 (SIGKILL), nothing on stderr"),
        ]
        var report = report(
            counts {
                $0.complete = 3; $0.failed = 2
            }, failures)
        report.summary.begun = 2
        #expect(
            report.lines(columns: nil) == [
                "jobmon: 5 jobs: 3 complete, 2 failed (12.3s)",
                "   4  fit   exit code 1: ValueError: \\e[2Jbad (2 attempts)",
                "  15  a\\nb  signal 9 (SIGKILL), nothing on stderr",
                "Look:   jobmon show 4",
                "        jobmon logs 4",
                "Retry:  jobmon retry 4 15, then the same command again",
            ])
        #expect(report.exitStatus == .failed)
        #expect(report.json.text.hasPrefix("{\"queue\":\"fit\",\"total\":5,\"complete\":3,\"failed\":2"))
    }

    @Test("what was expected is named once")
    func missingOutput() {
        let failure = QueueFailure(
            jid: 4, name: "fit", attempts: 1, cause: .missingOutput, exitCode: 0, signal: nil,
            headline: "the expected output a.csv is missing")
        let lines = report(counts { $0.failed = 1 }, [failure]).lines(columns: nil)
        #expect(lines.contains("  4  fit  the expected output a.csv is missing"), "\(lines)")
    }

    @Test("many failures of one cause are one line")
    func groups() {
        var report = report(counts { $0.failed = 13 })
        func group(_ number: Int64, _ jobs: Int, _ title: String) -> ErrorGroup {
            ErrorGroup(
                number: number, title: title, rule: "", errors: jobs, jobs: jobs, firstSeen: Timestamp(milliseconds: 0),
                lastSeen: Timestamp(milliseconds: 0), example: number + 40, exampleLine: "the \(title)")
        }
        report.groups = [group(2, 12, "no file <path>.csv"), group(10, 1, "no\u{1B}[2J disk")]
        let lines = report.lines(columns: nil)
        #expect(lines.contains("  E2   12 jobs  no file <path>.csv (such as job 42)"), "\(lines)")
        #expect(lines.contains("  E10    1 job  job 50: the no\\e[2J disk"), "\(lines)")
        report.groups = (1...30).map { group($0, 2, "x") }
        #expect(report.lines(columns: 80).contains("  and 10 more groups"))
        // Muted groups are counted only, and their jobs are not listed one by one instead.
        report.groups = [group(2, 12, "no file <path>.csv"), group(10, 1, "no disk")]
        report.groups[0].muted = Timestamp(milliseconds: 0)
        let some = report.lines(columns: nil)
        #expect(some.contains("  1 muted group: jobmon errors --muted"), "\(some)")
        #expect(some.contains { $0.hasPrefix("  E10  1 job  ") } && !some.contains { $0.contains("E2") }, "\(some)")
        report.groups.removeLast()
        let none = report.lines(columns: nil)
        #expect(none.contains("  1 muted group: jobmon errors --muted"), "\(none)")
        #expect(!none.contains { $0.hasPrefix("Errors:") }, "\(none)")
    }

    @Test("only the first errors are listed")
    func manyFailed() {
        let failures = (1...30).map {
            QueueFailure(jid: $0, name: "x", attempts: 1, cause: .exit, exitCode: 1, signal: nil, headline: "")
        }
        let lines = report(counts { $0.failed = 40 }, failures).lines(columns: 80)
        #expect(lines.filter { $0.contains("exit code 1") }.count == RunReport.named)
        #expect(lines.contains("  and 20 more: jobmon errors --queue fit"))
    }

    @Test("stopped: how to continue, and exit code 130")
    func stopped() {
        let report = report(
            counts {
                $0.complete = 1; $0.queued = 2
            }, [], .stopped)
        #expect(report.lines(columns: 80).last == "Resume: the same command again, or jobmon run --queue fit")
        #expect(report.exitStatus == .interrupted)
    }

    @Test("the progress line shows the count, the rate and the time")
    func progressLine() {
        let now = counts {
            $0.complete = 130; $0.failed = 2; $0.running = 8; $0.queued = 360
        }
        #expect(RunProgress.line(now, perSecond: nil) == "132/500 done (2 failed), 8 running, 360 queued")
        let all = RunProgress.line(now, perSecond: 12.34, elapsed: 72)
        #expect(all == "132/500 done (2 failed), 8 running, 360 queued, 12.3/s, 1m12s elapsed, 30s left")
        #expect(RunProgress.line(now, perSecond: 12.34).hasSuffix("12.3/s, 30s left"))
        #expect(RunProgress.line(now, perSecond: 0.1).hasSuffix("6.0/min, 1h01m left"))
    }

    @Test("a narrow line keeps the count, the elapsed and the remaining time")
    func narrowLine() {
        let now = counts {
            $0.complete = 130; $0.failed = 2; $0.running = 8; $0.queued = 360; $0.retrying = 3; $0.retryAt = 104
        }
        func line(_ columns: Int) -> String {
            RunProgress.line(now, perSecond: 12.34, elapsed: 72, now: 100, columns: columns)
        }
        #expect(
            line(120)
                == "132/500 done (2 failed), 8 running, 357 queued, 3 to retry in 4s, 12.3/s, 1m12s elapsed, 30s left")
        #expect(line(79) == "132/500 done (2 failed), 8 running, 3 to retry in 4s, 1m12s elapsed, 30s left")
        #expect(line(50) == "132/500 done (2 failed), 1m12s elapsed, 30s left")
        #expect(line(40) == "132/500 done (2 failed), 1m12s, 30s left")
        #expect(line(30) == "132/500 done, 1m12s, 30s left")
        for columns in 1...130 { #expect(DisplayWidth.of(line(columns)) <= columns) }
    }

    @Test("the bar of watch, the progress line and the report count the same jobs as done")
    func done() {
        let now = counts {
            $0.complete = 1; $0.failed = 2; $0.cancelled = 1
        }
        #expect(RunProgress.line(now, perSecond: 1) == "4/4 done (2 failed, 1 cancelled), 0 running, 0 queued, 1.0/s")
    }

    @Test("a run that started nothing says so, and what would change that")
    func startedNothing() {
        let lines = report(
            counts {
                $0.complete = 1; $0.failed = 1
            }
        ).lines(columns: 80)
        #expect(lines.contains { $0.contains("nothing was started") }, "\(lines)")
    }

    @Test("the rate follows the last half minute")
    func rate() throws {
        var rate = RunRate()
        #expect(rate.perSecond == nil)
        for second in 0...100 { rate.note(over: second < 50 ? 0 : (second - 50) * 10, at: Double(second)) }
        #expect(abs(try #require(rate.perSecond) - 10) < 0.5)
    }

    @Test("without a terminal: a line at 1 s, then less and less often, and only after changes")
    func plainLines() {
        let clock = Mutex(0.0)
        let said = Mutex<[String]>([])
        let time = TimeSource(wall: { Timestamp(milliseconds: 0) }, steady: { clock.withLock { $0 } })
        let screen = RunScreen(terminal: { .none }, showsProgress: true, time: time) { text in
            said.withLock { $0.append(text) }
        }
        for tenth in 0..<2000 {
            clock.withLock { $0 = Double(tenth) / 10 }
            screen.show(
                counts {
                    $0.complete = min(tenth, 1000); $0.queued = 2000 - $0.complete
                })
        }
        let lines = said.withLock { $0 }
        #expect((5...9).contains(lines.count))
        #expect(lines.first?.hasPrefix("jobmon: 10/2,000 done") == true)
        #expect(Set(lines).count == lines.count)
    }

    @Test("on a terminal one line is redrawn, and messages appear above it")
    func terminalLine() {
        let said = Mutex("")
        let time = TimeSource(wall: { Timestamp(milliseconds: 0) }, steady: { 0 })
        let columns = Mutex(28)
        let screen = RunScreen(
            terminal: { Terminal(columns: columns.withLock { $0 }) }, showsProgress: true, time: time
        ) { text in said.withLock { $0 += text } }
        screen.show(counts { $0.queued = 2 })
        screen.show(counts { $0.queued = 2 })
        screen.say("hello")
        #expect(said.withLock { $0 } == "0/2 done, 0s elapsed\r\u{1B}[Kjobmon: hello\n0/2 done, 0s elapsed")
        // The narrower terminal has broken the line into two: both are removed.
        said.withLock { $0 = "" }
        columns.withLock { $0 = 15 }
        screen.show(counts { $0.queued = 2 })
        screen.end()
        #expect(said.withLock { $0 } == "\r\u{1B}[1A\u{1B}[J0/2 done, 0s\r\u{1B}[K")
    }

    @Test("delays between retries as people write them")
    func waits() throws {
        func waits(_ text: String) -> [Double]? { Quantity.waits(text, longest: 60).map { [$0.first, $0.longest] } }
        #expect(
            waits("30s") == [30, 60] && waits("2m") == [120, 120] && waits("1s..10m") == [1, 600]
                && waits("0") == [0, 0])
        for wrong in ["", "x", "10m..1s", "1..", "..1", "-1"] { #expect(waits(wrong) == nil, "\(wrong)") }
    }
}
