import JobmonCore
import JobmonQueue
import Testing

@testable import JobmonCommands

/// What is sent about a run.
@Suite struct NotifyMessageTests {
    private static func group(_ number: Int64, jobs: Int, _ title: String, example: String = "") -> ErrorGroup {
        ErrorGroup(
            number: number, title: title, rule: "", errors: jobs, jobs: jobs, firstSeen: Sample.time,
            lastSeen: Sample.time, example: 17, exampleLine: example)
    }

    private static var counts: QueueCounts {
        var counts = QueueCounts()
        counts.complete = 106
        counts.failed = 14
        counts.running = 8
        counts.queued = 372
        return counts
    }

    private static let example = GroupExample(cause: .exit, host: "n7", job: "fit 17")
    private static let value = group(
        3, jobs: 12, "ValueError: could not convert string to float: <value>",
        example: "ValueError: could not convert string to float: 'n/a'")

    @Test("a new group: its name, title, jobs and cause, and nothing else")
    func newGroup() {
        let message = NotifyMessage(
            queue: "fit", counts: Self.counts,
            content: .group(NotifyMessage.Group(Self.value, Self.example, detailsOf: nil)))
        #expect(
            message.json.text
                == "{\"version\":1,\"event\":\"group\",\"queue\":\"fit\",\"text\":\"fit: new error E3 in 12 jobs: "
                + "ValueError: could not convert string to float: ‹value› (120 of 500 jobs over, 14 failed)\","
                + "\"counts\":{\"queued\":372,\"running\":8,\"unclear\":0,\"complete\":106,\"failed\":14,"
                + "\"cancelled\":0},\"group\":{\"name\":\"E3\",\"title\":\"ValueError: could not convert string to "
                + "float: <value>\",\"jobs\":12,\"cause\":\"exit\"}}")
    }

    @Test("with details: an example, the command that shows the group, and where it is")
    func details() {
        let message = NotifyMessage(
            queue: "fit", counts: Self.counts,
            content: .group(NotifyMessage.Group(Self.value, Self.example, detailsOf: "/data/my run")),
            origin: NotifyMessage.Origin(host: "ws7", directory: "/data/my run"))
        let text = message.json.text
        #expect(
            text.hasSuffix(
                "\"cause\":\"exit\",\"example\":{\"jid\":17,\"name\":\"fit 17\",\"headline\":\"ValueError: could not "
                    + "convert string to float: 'n/a'\",\"host\":\"n7\"},\"command\":\"jobmon errors -d '/data/my run' "
                    + "E3\"},\"host\":\"ws7\",\"directory\":\"/data/my run\"}"), "\(text)")
    }

    @Test("the end: how, how long, and the groups of the jobs that failed")
    func end() {
        var end = NotifyMessage.End(ending: .stopped, seconds: 3900.1234)
        end.groups = [
            NotifyMessage.Group(Self.value, Self.example, detailsOf: nil),
            NotifyMessage.Group(Self.group(1, jobs: 2, "signal 9 (SIGKILL)"), nil, detailsOf: nil),
        ]
        end.moreGroups = 1
        let message = NotifyMessage(queue: nil, counts: Self.counts, content: .end(end))
        #expect(
            message.json.text
                == "{\"version\":1,\"event\":\"end\",\"queue\":null,\"text\":\"all queues: stopped in 1h05m, 500 jobs: "
                + "106 complete, 14 failed, 8 running, 372 queued; 3 groups of errors, most in E3 (12 jobs): "
                + "ValueError: could not convert string to float: ‹value›\",\"counts\":{\"queued\":372,\"running\":8,"
                + "\"unclear\":0,\"complete\":106,\"failed\":14,\"cancelled\":0},\"ending\":\"stopped\","
                + "\"seconds\":3900.123,\"groups\":[{\"name\":\"E3\",\"title\":\"ValueError: could not convert string "
                + "to float: <value>\",\"jobs\":12,\"cause\":\"exit\"},{\"name\":\"E1\",\"title\":\"signal 9 "
                + "(SIGKILL)\",\"jobs\":2,\"cause\":null}],\"more_groups\":1}")
        let none = NotifyMessage(
            queue: "fit", counts: QueueCounts(), content: .end(NotifyMessage.End(ending: .done)))
        #expect(none.text == "fit: done, no jobs")
        #expect(none.json.text.contains("\"seconds\":null,\"groups\":[],\"more_groups\":0}"))
    }

    @Test("how a run ends, in words")
    func endings() {
        var counts = QueueCounts()
        counts.complete = 1
        func text(_ ending: NotifyMessage.Ending) -> String {
            NotifyMessage(queue: "q", counts: counts, content: .end(NotifyMessage.End(ending: ending))).text
        }
        #expect(text(.done) == "q: done, 1 job: 1 complete")
        #expect(text(.halted) == "q: halted, because too many jobs failed, 1 job: 1 complete")
        #expect(text(.failed) == "q: ended by an error, 1 job: 1 complete")
    }

    @Test("groups beyond the limit are counted")
    func moreGroups() {
        let message = NotifyMessage(queue: "fit", counts: Self.counts, content: .moreGroups(488))
        #expect(
            message.text
                == "fit: 488 more new groups of errors; further ones are not announced (120 of 500 jobs over, 14 "
                + "failed)")
        #expect(message.json.text.hasSuffix(",\"more_groups\":488}"))
    }

    @Test("secrets are masked, and what jobs write calls nobody in a chat and moves no cursor")
    func masking() {
        let secret = "hunter2-of-the-archive"
        let group = Self.group(
            4, jobs: 1, "login failed: password=\(secret) <!channel> @here \u{1B}[2J\nnext",
            example: "login failed: password=\(secret)")
        let message = NotifyMessage(
            queue: "@all", counts: Self.counts,
            content: .group(NotifyMessage.Group(group, Self.example, detailsOf: "/data")))
        let text = message.json.text
        #expect(!text.contains(secret) && text.contains("password=[masked]"), "\(text)")
        #expect(!message.text.contains("<") && !message.text.contains("@"), "\(message.text)")
        #expect(message.text.contains("‹!channel› (at)here"), "\(message.text)")
        #expect(!text.contains("\\u001b") && !text.contains("\u{1B}"), "\(text)")
        let long = NotifyMessage.Group(
            Self.group(5, jobs: 1, String(repeating: "x", count: 5000)), nil, detailsOf: nil)
        #expect(long.title.count == 300 && long.title.hasSuffix("…"))
    }
}

/// Which groups have a message, and when.
@Suite struct NotifyScheduleTests {
    private func groups(_ numbers: ClosedRange<Int64>, seen: Timestamp = Sample.time) -> [ErrorGroup] {
        numbers.map { number in
            ErrorGroup(
                number: number, title: "x", rule: "", errors: 1, jobs: 1, firstSeen: seen, lastSeen: seen, example: 1,
                exampleLine: "x")
        }
    }

    /// What is due, in words: `E3`, or `and 2 more`.
    private func due(_ schedule: inout NotifySchedule, at now: Double, isLast: Bool = false) -> [String] {
        schedule.due(at: now, isLast: isLast).map { announcement in
            switch announcement {
            case .group(let group): ErrorGroup.name(group.number)
            case .more(let count): "and \(count) more"
            }
        }
    }

    @Test("a new group has one message, some seconds after it appeared; those of before have none")
    func onceEach() {
        var schedule = NotifySchedule(known: groups(1...2))
        schedule.take(groups(1...2), at: 0)
        let nothing = due(&schedule, at: 100, isLast: true)
        #expect(nothing == [])
        schedule.take(groups(1...3), at: 100)
        let early = due(&schedule, at: 104)
        #expect(early == [])
        schedule.take(groups(1...4), at: 104)
        let first = due(&schedule, at: 105)
        #expect(first == ["E3", "E4"])
        schedule.take(groups(1...5), at: 106)
        let again = due(&schedule, at: 110)
        #expect(again == [])
        let last = due(&schedule, at: 110, isLast: true)
        #expect(last == ["E5"])
        let none = due(&schedule, at: 999, isLast: true)
        #expect(none == [])
    }

    @Test("the message has what was read last of a group")
    func latest() throws {
        var schedule = NotifySchedule()
        schedule.take(groups(1...1), at: 0)
        var grown = groups(1...1)
        grown[0].jobs = 40
        schedule.take(grown, at: 3)
        let announced = schedule.due(at: 5)
        #expect(announced == [.group(grown[0])])
    }

    @Test("muted groups have none, and one that is muted in time has none either")
    func muted() {
        var schedule = NotifySchedule()
        schedule.take(groups(1...2), at: 0)
        var muted = groups(1...2)
        muted[0].muted = Sample.time
        schedule.take(muted, at: 2)
        let first = due(&schedule, at: 5)
        #expect(first == ["E2"])
        schedule.take(groups(1...2), at: 6)
        let unmuted = due(&schedule, at: 11)
        #expect(unmuted == ["E1"])
    }

    @Test("hundreds of groups are twelve messages, and one that says how many more there are")
    func limit() {
        var schedule = NotifySchedule()
        schedule.take(groups(1...5), at: 0)
        let five = due(&schedule, at: 5)
        #expect(five.count == 5)
        schedule.take(groups(1...500), at: 10)
        let rest = due(&schedule, at: 15)
        #expect(rest.count == 8 && rest.last == "and 488 more")
        schedule.take(groups(1...600), at: 20)
        let none = due(&schedule, at: 99, isLast: true)
        #expect(none == [])
    }

    @Test("where it is not known which groups had errors before, their time counts")
    func since() {
        let began = Sample.time.advanced(bySeconds: 10)
        var schedule = NotifySchedule(known: [], since: began)
        let new = groups(2...2, seen: began)
        schedule.take(groups(1...1) + new, at: 0)
        let first = due(&schedule, at: 5)
        #expect(first == ["E2"])
    }
}
