import JobmonCore
import Synchronization
import Testing

@testable import JobmonCommands

/// The output of `watch` and `events` for given states.
@Suite struct WatchTests {
    private func seen(_ jobs: [Status: Int], late: Int = 0) -> WatchPicture.Seen {
        WatchPicture.Seen(
            summary: Summary(jobs: jobs, late: late, errors: 0, sequence: 1), queue: nil,
            now: Sample.time.advanced(bySeconds: 61))
    }

    private func groups(_ jobs: Int...) -> SeenGroups {
        let groups = jobs.enumerated().map { index, jobs in
            ErrorGroup(
                number: Int64(index) + 1, title: "signal 9 (SIGKILL)", rule: "", errors: jobs, jobs: jobs,
                firstSeen: Sample.time, lastSeen: Sample.time, example: 4, exampleLine: "signal 9 (SIGKILL) at once")
        }
        return SeenGroups(groups, ungrouped: 0)
    }

    @Test func aPictureFitsTheTerminal() {
        var now = seen([.complete: 132, .failed: 2, .running: 8, .queued: 350, .submitted: 8], late: 1)
        now.running = [Sample.running]
        now.groups = groups(2)
        let lines = WatchPicture.lines(now, perSecond: 12.34, terminal: Terminal(columns: 60, rows: 24))
        #expect(lines.allSatisfy { DisplayWidth.of($0) < 60 }, "\(lines)")
        #expect(
            WatchPicture.head(now, perSecond: 12.34)
                == "134/500 done (2 failed), 8 running, 358 queued, 12.3/s, 30s left, 1 late")
        #expect(lines[1].hasPrefix("[#############.") && lines[1].hasSuffix("] 26%"), "\(lines[1])")
        #expect(lines[2].contains("RUNNING") && lines[3].contains("sleep") && lines[3].contains("1m01s"))
        #expect(lines[4] == "     and 7 more")
        #expect(Array(lines[5...]) == ["GROUP  JOBS  ERROR", "E1        2  signal 9 (SIGKILL)"])
    }

    @Test("running jobs and groups of errors share the lines of a terminal", arguments: [1, 5, 8, 12, 24, 200])
    func height(rows: Int) {
        var now = seen([.complete: 132, .failed: 900, .running: 30, .queued: 350])
        now.running = Array(repeating: Sample.running, count: 20)
        now.groups = groups(29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7)
        let terminal = Terminal(columns: 80, rows: rows)
        let lines = WatchPicture.lines(now, perSecond: 12.34, terminal: terminal)
        // A picture of less is no picture.
        #expect(lines.count <= max(6, rows - 1), "\(lines)")
        #expect(lines.filter { $0.hasPrefix("E") }.count >= (rows < 8 ? 0 : WatchPicture.rows(of: terminal)))
    }

    @Test("without a terminal: groups at once, progress and counts from time to time and at the end")
    func plainText() {
        let clock = Mutex(0.0)
        let said = Mutex("")
        let time = TimeSource(wall: { Sample.time }, steady: { clock.withLock { $0 } })
        let screen = WatchScreen(terminal: { .none }, time: time) { text in said.withLock { $0 += text } }
        func shown(_ state: WatchPicture.Seen, at second: Double, isLast: Bool = false) -> String {
            clock.withLock { $0 = second }
            said.withLock { $0 = "" }
            screen.show(state, perSecond: nil, isLast: isLast)
            return said.withLock { $0 }
        }
        var now = seen([.failed: 1, .running: 8, .queued: 491])
        #expect(shown(now, at: 0) == "1/500 done (1 failed), 8 running, 491 queued\n")
        now.groups = groups(1)
        #expect(shown(now, at: 1) == "error E1: 1 job (job 4): signal 9 (SIGKILL) at once\n")
        now = seen([.failed: 400, .running: 8, .queued: 92])
        now.groups = groups(400)
        #expect(shown(now, at: 1.5) == "")
        #expect(
            shown(now, at: 2) == """
                error E1: 400 jobs (such as job 4): signal 9 (SIGKILL)
                400/500 done (400 failed), 8 running, 92 queued

                """)
        now = seen([.failed: 500])
        now.groups = groups(499, 1)
        #expect(shown(now, at: 3) == "error E2: 1 job (job 4): signal 9 (SIGKILL) at once\n")
        #expect(
            shown(now, at: 4, isLast: true) == """
                error E1: 499 jobs (such as job 4): signal 9 (SIGKILL)
                500/500 done (500 failed), 0 running, 0 queued

                """)
    }

    @Test("a picture on a terminal that was made narrower is removed completely")
    func narrowed() {
        let columns = Mutex(60)
        let said = Mutex("")
        let screen = WatchScreen(terminal: { Terminal(columns: columns.withLock { $0 }, rows: 24) }) { text in
            said.withLock { $0 += text }
        }
        screen.show(seen([.complete: 2]), perSecond: nil, isLast: false)
        columns.withLock { $0 = 30 }
        said.withLock { $0 = "" }
        screen.show(seen([.complete: 2]), perSecond: nil, isLast: false)
        // The line with the bar (59 columns) takes two lines now; the head takes one.
        #expect(said.withLock { $0 }.hasPrefix("\r\u{1B}[3A\u{1B}[J2/2 done"), "\(said.withLock { $0 })")
    }

    @Test func whatControlsATerminalIsNotPrinted() {
        var now = seen([.running: 1])
        now.running = [Sample.queued]
        let lines = WatchPicture.lines(now, perSecond: nil, terminal: Terminal(columns: 80, rows: 24))
        #expect(!lines.joined().contains("\u{1B}"), "\(lines)")
    }

    @Test func itIsOverWhenNothingIsLeft() {
        #expect(!seen([:]).isOver)
        #expect(WatchPicture.head(seen([:]), perSecond: nil) == "no jobs yet")
        #expect(seen([.complete: 1, .failed: 2, .cancelled: 3]).isOver)
        for status in [Status.queued, .submitted, .running, .unknown] {
            #expect(!seen([.complete: 1, status: 1]).isOver)
        }
    }

    @Test func sinceIsANumberOrATime() {
        let now = Sample.time
        #expect(EventsCommand.beginning("0", now: now) == .sequence(0))
        #expect(EventsCommand.beginning("4711", now: now) == .sequence(4711))
        #expect(EventsCommand.beginning("10m", now: now) == .time(now.advanced(bySeconds: -600)))
        #expect(EventsCommand.beginning(now.description, now: now) == .time(now))
        for wrong in ["", "-1", "yesterday", "10 m", "2026-01-31"] {
            #expect(EventsCommand.beginning(wrong, now: now) == nil, "\(wrong)")
        }
    }
}
