import JobmonCore
import JobmonViews
import JobmonWire
import Testing

@testable import JobmonCommands

/// The full screen of `watch`: what keys and answers do to its state, and pictures of it.
@Suite struct WatchStateTests {
    private func state() -> WatchState {
        var state = WatchState(root: "/data/mon", again: " -d /data/mon", queue: nil, stays: false)
        state.size = ScreenSize(rows: 30, columns: 100)
        take(
            .summary,
            .summary(Summary(jobs: [.failed: 3, .running: 1], late: 0, errors: 3, sequence: 9), hasMonitor: true),
            &state)
        return state
    }

    private func take(_ question: WatchQuestion, _ content: WatchAnswer.Content, _ state: inout WatchState) {
        state.take(WatchAnswer(question: question, round: state.round, content: content, seconds: 0.001), at: 1)
    }

    private static let overview: JSON = [
        "ready": true, "total": 4, "selected": 4, "jobs": ["failed": 3, "running": 1], "late": 1, "errors": 3,
        "rate": .double(2.5), "eta": ["seconds": 100, "low": 80, "high": 140], "now": "2026-01-31T09:30:00.000Z",
        "last_finished": "2026-01-31T09:29:58.000Z",
        "groups": [
            [
                "group": "E1", "title": "ValueError: <value>", "line": "ValueError: 3", "jobs": 2,
                "trend": [0, 1, 0, 1],
            ],
            [
                "group": "E2", "title": "no licence", "line": "no licence", "jobs": 1,
                "muted": "2026-01-31T09:30:00.000Z",
            ],
        ],
        "queues": [["name": "fit", "jobs": 4, "live": false]],
    ]

    private static func row(_ jid: Int64, _ status: String, name: String = "fit") -> JSON {
        [
            "jid": .int(jid), "name": .string(name), "params": ["year": 2010], "status": .string(status), "attempts": 1,
            "time": .double(12.5), "memory": 1048576, "host": "n1", "finished": "2026-01-31T09:29:58.000Z",
            "error": "ValueError: 3",
        ]
    }

    private func filled() -> WatchState {
        var state = state()
        take(.overview, .json(Self.overview), &state)
        take(.list(.running), .json(["count": 1, "rows": [Self.row(4, "running")]]), &state)
        take(.list(.ended), .json(["count": 3, "rows": .array((1...3).map { Self.row($0, "failed") })]), &state)
        return state
    }

    private func picture(_ state: WatchState) -> ScreenPicture {
        WatchDrawing(state: state, now: Timestamp("2026-01-31T09:30:00.000Z") ?? Sample.time, seconds: 1).picture
    }

    @Test func whatIsShown() {
        let text = picture(filled()).text
        for part in [
            "3 of 4 jobs over", "0 complete  1 running  3 failed  0 waiting  1 late".prefix(40).description, "75 %",
            "2.5 jobs/s, 1m40s left (1m20s to 2m20s), last finished 2.0s ago", "groups of errors 2", "1 muted", "E1",
            "ValueError: <value>", "running 1", "recent ends 3",
        ] {
            #expect(text.contains(part), "\(part) is missing in:\n\(text)")
        }
    }

    @Test("a key that comes before the rows is answered; another order leaves the groups as they are")
    func beforeTheRows() {
        var state = filled()
        for key in "st1r" { state.press(.character(key), at: 2) }
        guard case .counting(let action) = state.prompt else {
            Issue.record("it does not count the jobs: \(String(describing: state.message?.text))")
            return
        }
        #expect(action.filter.groups == [1])

        state = filled()
        state.press(.character("/"), at: 2)
        for key in "failed" { state.press(.character(key), at: 2) }
        state.press(.enter, at: 2)
        for key in "1r" { state.press(.character(key), at: 2) }
        #expect(state.message?.text.contains("still being read") == true)
    }

    @Test("a picture has the size of the window, whatever the texts are")
    func fits() {
        let texts = [
            String(repeating: "x", count: 5000), "日本語のとても長い名前".description + String(repeating: "語", count: 300),
            "\u{1B}[2J\u{7}\u{202E}abc", "a\nb\tc\rd", "", "👩‍👩‍👧‍👦🇩🇪e\u{301}",
        ]
        for text in texts {
            var state = state()
            take(
                .overview,
                .json([
                    "ready": true, "total": 4, "selected": 4, "jobs": ["failed": 4],
                    "groups": [
                        [
                            "group": "E1", "title": .string(text), "line": .string(text), "jobs": 2,
                            "note": .string(text),
                        ]
                    ],
                ]), &state)
            take(.list(.running), .json(["count": 1, "rows": [Self.row(4, "running", name: text)]]), &state)
            take(.list(.ended), .json(["count": 1, "rows": [Self.row(1, "failed", name: text)]]), &state)
            take(.list(.jobs), .json(["count": 1, "rows": [Self.row(1, "failed", name: text)]]), &state)
            take(
                .job(1),
                .json([
                    "job": [
                        "name": .string(text), "status": "FAILED",
                        "instances": [["retry_number": 0, "error": .string(text)]],
                    ], "explanation": ["why": .string(text), "certainty": "certain"], "command": .string(text),
                ]), &state)
            for scene in [WatchState.Scene.lists, .job(1), .help] {
                for list in WatchList.allCases {
                    for (columns, rows) in [(20, 5), (40, 10), (60, 15), (80, 24), (200, 60), (3, 2)] {
                        state.scenes = [scene]
                        state.list = list
                        state.size = ScreenSize(rows: rows, columns: columns)
                        let lines = picture(state).lines
                        #expect(lines.count == rows || rows < 5 && lines.count == 1)
                        for line in lines where rows >= 5 {
                            #expect(line.width <= columns, "\(columns)x\(rows): \(line.text)")
                            #expect(!line.text.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
                        }
                    }
                }
            }
        }
    }

    @Test func keysChooseAndOpen() {
        var state = filled()
        state.press(.down, at: 1)
        #expect(state.chosenGroup?.name == "E2")
        state.press(.down, at: 1)
        #expect(state.chosenGroup?.name == "E2")
        state.press(.enter, at: 1)
        #expect(state.filter.groups == [2] && state.list == .jobs)
        let asked = state.requests(at: 2)
        #expect(asked.contains { $0.question == .list(.jobs) })
        take(.list(.jobs), .json(["count": 1, "rows": [Self.row(3, "failed")]]), &state)
        state.press(.enter, at: 1)
        #expect(state.scene == .job(3))
        state.press(.escape, at: 1)
        state.press(.escape, at: 1)
        #expect(state.scene == .lists && state.filter == JobFilter())
        #expect(state.ending == nil)
        state.press(.character("q"), at: 1)
        #expect(state.ending == .quit)
    }

    @Test("the chosen row stays chosen while the list changes")
    func steadyChoice() {
        var state = filled()
        state.press(.character("3"), at: 1)
        state.press(.down, at: 1)
        #expect(state.chosenJob == 2)
        take(.list(.ended), .json(["count": 4, "rows": .array([5, 1, 2, 3].map { Self.row($0, "failed") })]), &state)
        #expect(state.chosenJob == 2)
        take(.list(.ended), .json(["count": 2, "rows": .array([5, 1].map { Self.row($0, "failed") })]), &state)
        #expect(state.chosenJob == 1)
    }

    @Test("an action says how many jobs it touches, and asks before it is done")
    func actions() {
        var state = filled()
        _ = state.requests(at: 1)
        state.press(.character("r"), at: 1)
        let asked = state.requests(at: 1).first { $0.question == .count }
        guard case .view(.count, let query)? = asked?.ask else { return #expect(Bool(false), "no count is asked") }
        #expect(query.text == "?error=E1")
        take(
            .count, .json(["jobs": 2, "retry": 2, "cancel": 0, "continue": "jobmon run -d /data/mon --queue fit"]),
            &state)
        #expect(picture(state).text.contains("Retry 2 jobs of E1? y yes  n no"))
        state.press(.character("m"), at: 1)
        for _ in 0..<4 { state.press(.backspace, at: 1) }
        for letter in "8G" { state.press(.character(letter), at: 1) }
        state.press(.enter, at: 1)
        take(.count, .json(["jobs": 2, "retry": 2, "cancel": 0]), &state)
        let before = state.requests(at: 1)
        #expect(!before.contains { $0.question == .change })
        state.press(.character("y"), at: 1)
        let change = state.requests(at: 1).first { $0.question == .change }
        guard case .change(.act, let body)? = change?.ask else { return #expect(Bool(false), "nothing is done") }
        #expect(body.text == #"{"action":"retry","filter":"error=E1","expect":2,"memory":"8G"}"#)
        take(.change, .json(["done": 2, "repeated": 0, "refused": 0]), &state)
        #expect(picture(state).text.contains("2 jobs are queued again with memory 8G"))

        // None to cancel; and no selection.
        state.press(.character("c"), at: 1)
        take(.count, .json(["jobs": 2, "retry": 2, "cancel": 0]), &state)
        #expect(picture(state).text.contains("nothing to cancel"))
        state.press(.character("R"), at: 1)
        #expect(state.prompt == nil)
    }

    @Test("what is wrong with a filter is said, and the filter can be mended")
    func wrongFilter() {
        var state = filled()
        state.press(.character("/"), at: 1)
        for letter in "status=no" { state.press(.character(letter), at: 1) }
        state.press(.enter, at: 1)
        let text = picture(state).text
        #expect(text.contains("there is no status \"no\"") && text.contains("status=no"), "\(text)")
        #expect(state.filter == JobFilter())
        state.press(.escape, at: 1)
        #expect(state.prompt == nil && !picture(state).text.contains("there is no status"))
    }

    @Test("an answer to an earlier question is not taken for one to the present")
    func lateAnswers() {
        var state = filled()
        let before = state.round
        state.press(.character("/"), at: 1)
        for letter in "failed" { state.press(.character(letter), at: 1) }
        state.press(.enter, at: 1)
        #expect(state.filter.statuses == [.failed])
        state.take(
            WatchAnswer(
                question: .list(.jobs), round: before, content: .json(["count": 9, "rows": []]), seconds: 0), at: 1)
        #expect(state.lists[.jobs] == nil)
    }

    @Test("it ends with the jobs, but not while somebody uses it")
    func ends() {
        let over = WatchAnswer.Content.summary(
            Summary(jobs: [.failed: 3, .complete: 1], late: 0, errors: 3, sequence: 10), hasMonitor: true)
        var alone = filled()
        take(.summary, over, &alone)
        #expect(alone.ending == .over)
        var used = filled()
        used.press(.down, at: 1)
        take(.summary, over, &used)
        #expect(used.ending == nil)
        used.press(.character("q"), at: 1)
        #expect(used.ending == .quit)
    }

    @Test func filterWords() throws {
        for (text, query) in [
            ("failed", "?status=failed"), ("failed,running late", "?status=failed&status=running&late=true"),
            ("E3 1-20", "?numbers=1-20&error=E3"), ("out_of_memory", "?cause=out_of_memory"),
            ("year=2010 'site=it''s b'", "?param=year%3D2010&param=site%3Dits%20b"), ("fit*", "?name=fit%2A"),
            ("host=n1 queue='a b'", "?queue=a%20b&host=n1"), ("param=name=a", "?param=name%3Da"), ("", ""),
        ] {
            var found = QueryString()
            try FilterWords.filter(text).append(to: &found)
            #expect(found.text == query, "\(text)")
            let again = try FilterWords.filter(FilterWords.text(try FilterWords.filter(text)))
            #expect(try again == FilterWords.filter(text))
        }
        #expect(throws: Problem.self) { _ = try FilterWords.filter("status=nonsense") }
        #expect(throws: Problem.self) { _ = try FilterWords.filter("a 'b") }
    }

    @Test("output in pieces is the same as in one")
    func output() {
        var shown = WatchOutput(.init(jid: 1, attempt: 1, stream: "stdout"))
        for piece in ["one\ntw", "o\nthr", "ee\n", "", "\u{1B}[2Jfour"] {
            shown.take(
                SeenOutput(["text": .string(piece), "start": 0, "next": .int((shown.next ?? 0) + 9), "more": false]))
        }
        #expect(shown.lines == ["one", "two", "three", "\\e[2Jfour"])
        #expect(!shown.isCut)
        shown.take(
            SeenOutput(["text": .string(String(repeating: "x", count: 3_000_000)), "start": 0, "next": 4_000_000]))
        #expect(shown.lines.reduce(0) { $0 + $1.utf8.count } <= 256 << 10 && shown.isCut)
        #expect(shown.lines.allSatisfy { $0.count <= 2000 })
    }

    @Test("escapes and empty lines of output count, and take no longer than other text")
    func wildOutput() {
        var shown = WatchOutput(.init(jid: 1, attempt: 1, stream: "stdout"))
        for piece in 0..<40 {
            let text = String(repeating: "\0", count: 30_000) + String(repeating: "\n", count: 30_000)
            shown.take(SeenOutput(["text": .string(text), "start": 0, "next": .int(Int64(piece + 1) * 60_000)]))
        }
        #expect(shown.lines.reduce(0) { $0 + $1.utf8.count + 1 } <= 260 << 10)
    }

    @Test("the beginning of output and the end of a job fill the screen")
    func scrolling() {
        var state = filled()
        var output = WatchOutput(.init(jid: 1, attempt: 1, stream: "stdout"))
        let text = (0..<200).map { "line \($0)\n" }.joined()
        output.take(SeenOutput(["text": .string(text), "start": 0, "next": 5000]))
        state.output = output
        state.scenes.append(.output)
        func limits() -> (jobTop: Int, above: Int) {
            WatchDrawing(state: state, now: Sample.time, seconds: 1).limits
        }
        #expect(picture(state).lines[28].text == "line 199")
        state.press(.home, at: 1)
        let above = min(state.output?.above ?? 0, limits().above)
        state.output?.above = above
        #expect(picture(state).lines[1].text == "line 0" && picture(state).lines[28].text == "line 27")

        state.scenes = [.lists, .job(1)]
        let error = (0..<100).map { "error \($0)" }.joined(separator: "\n")
        take(
            .job(1),
            .json(["job": ["status": "FAILED", "instances": [["retry_number": 0, "error": .string(error)]]]]),
            &state)
        state.jobTopLimit = limits().jobTop
        state.press(.end, at: 1)
        #expect(picture(state).lines[28].text == "  error 99")
        state.press(.up, at: 1)
        #expect(picture(state).lines[28].text == "  error 98")
    }

    @Test("while the monitor is away it is asked twice a second, and one that says nothing is away")
    func away() {
        var state = filled()
        take(
            .summary, .summary(Summary(jobs: [.running: 1], late: 0, errors: 0, sequence: 9), hasMonitor: false), &state
        )
        #expect(picture(state).text.contains("the monitor went away"))
        var asked = 0
        for quarter in 0..<40 {
            let now = 10 + Double(quarter) / 4
            for request in state.requests(at: now) {
                asked += 1
                #expect(request.question == .summary)
                state.take(
                    WatchAnswer(
                        question: .summary, round: 0,
                        content: .summary(
                            Summary(jobs: [.running: 1], late: 0, errors: 0, sequence: 9), hasMonitor: false),
                        seconds: 0.001), at: now)
            }
        }
        #expect(asked >= 15 && asked <= 21, "\(asked)")
        // A new one is asked everything at once; then it is stopped.
        take(
            .summary, .summary(Summary(jobs: [.running: 1], late: 0, errors: 0, sequence: 9), hasMonitor: true), &state)
        #expect(state.away == nil)
        let all = state.requests(at: 30)
        #expect(all.contains { $0.question == .overview } && all.contains { $0.question == .summary })
        _ = state.requests(at: 33)
        #expect(state.away == nil)
        _ = state.requests(at: 35)
        #expect(state.away == "the monitor does not answer; waiting for it")
    }

    @Test("a refused action is not taken for done with the next one")
    func refused() {
        var state = filled()
        state.press(.character("r"), at: 1)
        take(.count, .json(["jobs": 2, "retry": 2, "cancel": 0]), &state)
        state.press(.character("y"), at: 1)
        take(.change, .problem(Problem(.contradiction, "these are 3 jobs now, not 2: nothing was done")), &state)
        #expect(picture(state).text.contains("nothing was done"))
        state.press(.character("m"), at: 1)
        take(.changeGroup, .json(["done": true]), &state)
        #expect(!picture(state).text.contains("queued again") && picture(state).text.contains("E1 is muted"))
    }

    @Test("slow answers are asked for so rarely that each takes half a hundredth of the time")
    func cost() {
        for took in [0.0001, 0.01, 0.09, 0.5] {
            var schedule = WatchSchedule()
            var (now, busy, sequence) = (0.0, 0.0, Int64(0))
            while now < 600 {
                sequence += 1
                if schedule.begins(.overview, sequence: sequence, at: now) {
                    busy += took
                    now += took
                    schedule.ends(.overview, took: took, at: now)
                }
                now += WatchState.tick
            }
            #expect(busy <= 600 * 0.017 + took, "\(took) s: \(busy) s of 600")
            #expect(busy >= took * 10)
        }
        // Nothing happens: it is hardly asked.
        var schedule = WatchSchedule()
        var asked = 0
        for quarter in 0..<240 where schedule.begins(.overview, sequence: 1, at: Double(quarter) / 4) {
            asked += 1
            schedule.ends(.overview, took: 0.001, at: Double(quarter) / 4)
        }
        #expect(asked <= 13)
    }

    @Test func linesAreWrappedAndCut() {
        #expect(ScreenLine.wrapped("one two three", to: 8) == ["one two ", "three"])
        #expect(ScreenLine.wrapped("abcdefghij", to: 4) == ["abcd", "efgh", "ij"])
        #expect(ScreenLine.wrapped("", to: 4) == [""])
        var line = ScreenLine("abc", .red)
        line.append("defgh")
        #expect(line.cut(to: 8).text == "abcdefgh")
        #expect(line.cut(to: 5).text == "abcd…")
        #expect(line.cut(to: 3).text == "ab…")
        #expect(line.marked(to: 10).text == "abcdefgh  ")
        #expect(WatchDrawing.bars([0, 0, 1, 0, 8, 8]) == " ▁█")
    }
}
