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

    @Test func aPictureFitsTheTerminal() {
        var now = seen([.complete: 132, .failed: 2, .running: 8, .queued: 350, .submitted: 8], late: 1)
        now.running = [Sample.running]
        now.failed = [Sample.failed]
        let lines = WatchPicture.lines(now, perSecond: 12.34, terminal: Terminal(columns: 60, rows: 24))
        #expect(lines.allSatisfy { DisplayWidth.of($0) < 60 }, "\(lines)")
        #expect(
            WatchPicture.head(now, perSecond: 12.34)
                == "134/500 done (2 failed), 8 running, 358 queued, 12.3/s, 30s left, 1 late")
        #expect(lines[1].hasPrefix("[#############.") && lines[1].hasSuffix("] 26%"), "\(lines[1])")
        #expect(lines[2].contains("RUNNING") && lines[3].contains("sleep") && lines[3].contains("1m01s"))
        #expect(lines[4] == "     and 7 more")
        #expect(lines[5].contains("FAILED") && lines[6].contains("signal 9 (SIGKILL)"))
        #expect(lines[7] == "     and 1 more")
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
