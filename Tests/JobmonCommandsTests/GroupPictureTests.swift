import JobmonCore
import Testing

@testable import JobmonCommands

/// How `watch` shows groups of errors, for given groups.
@Suite struct GroupPictureTests {
    private static func group(
        _ number: Int64, jobs: Int, errors: Int? = nil, _ title: String = "Error: no file <path>.csv",
        age: Double = 7200, isMuted: Bool = false
    ) -> ErrorGroup {
        let seen = Sample.time.advanced(bySeconds: -age)
        return ErrorGroup(
            number: number, title: title, rule: "", errors: errors ?? jobs, jobs: jobs, firstSeen: seen,
            lastSeen: seen, example: number + 40, exampleLine: "the \(title)", muted: isMuted ? Sample.time : nil)
    }

    /// Groups of 1, 2, … jobs, those of most jobs first.
    private static func groups(_ count: Int) -> SeenGroups {
        SeenGroups((0..<count).map { group(Int64($0) + 1, jobs: count - $0) }, ungrouped: 0)
    }

    private func lines(_ groups: SeenGroups, room: Int = 18, _ columns: Int = 80) -> [String] {
        GroupPicture(groups: groups, now: Sample.time, command: "jobmon errors")
            .lines(room: room, terminal: Terminal(columns: columns, rows: 24))
    }

    /// Three groups; E3 has got 37 jobs, and E12 is new.
    private static var three: SeenGroups {
        var groups = SeenGroups(
            [
                group(3, jobs: 412, "ValueError: could not convert string to float: <value>"),
                group(1, jobs: 30), group(12, jobs: 1, "exit code 3", age: 60),
            ], ungrouped: 0)
        groups.groups[0].recent = 37
        return groups
    }

    @Test("a line per group, with its growth; the newest one is marked")
    func aLineEach() {
        #expect(
            lines(Self.three) == [
                "GROUP  JOBS  LAST MIN  ERROR",
                "E3      412       +37  ValueError: could not convert string to float: <value>",
                "E1       30            Error: no file <path>.csv",
                "E12       1            newest: job 52: the exit code 3",
            ])
        #expect(
            lines(Self.three, 40) == [
                "GROUP  JOBS  ERROR",
                "E3      412  ValueError: could not conv…",
                "E1       30  Error: no file <path>.csv",
                "E12       1  newest: job 52: the exit c…",
            ])
    }

    @Test("the picture fits the terminal", arguments: [40, 80, 200], [0, 1, 12, 100])
    func fits(columns: Int, count: Int) {
        let lines = lines(Self.groups(count), columns)
        #expect(lines.count == (count == 0 ? 0 : min(18, count + 1)))
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= columns }, "\(lines)")
        if count == 100 { #expect(lines.last == "     and 84 more groups: jobmon errors") }
        for room in -2...30 {
            let some = self.lines(Self.groups(count), room: room, columns)
            #expect(some.count <= max(1, room) && some.isEmpty == (count == 0), "\(room): \(some)")
        }
    }

    @Test("where there is no room for a group, they are counted")
    func noRoom() {
        #expect(lines(Self.groups(12), room: 1) == ["     12 groups of errors: jobmon errors"])
        #expect(lines(Self.groups(12), room: 1, 30) == ["     12 groups of errors"])
        #expect(
            lines(Self.groups(12), room: 3).last == "     and 11 more groups: jobmon errors",
            "\(lines(Self.groups(12), room: 3))")
    }

    @Test("wide characters take two columns")
    func wide() {
        let groups = SeenGroups(
            [Self.group(1, jobs: 2, String(repeating: "錯誤", count: 60)), Self.group(2, jobs: 1, "🧨\u{1B}[2J")],
            ungrouped: 0)
        for columns in [40, 80, 200] {
            let lines = lines(groups, columns)
            #expect(lines.count == 3 && lines.allSatisfy { DisplayWidth.of($0) <= columns }, "\(lines)")
            #expect(!lines.joined().contains("\u{1B}"))
        }
    }

    @Test("muted groups and errors that are not grouped are counted, not hidden")
    func counted() {
        let all = [
            Self.group(1, jobs: 9, isMuted: true), Self.group(2, jobs: 5), Self.group(3, jobs: 1, isMuted: true),
        ]
        let groups = SeenGroups(all, ungrouped: 31)
        #expect(
            lines(groups) == [
                "GROUP  JOBS  ERROR", "E2        5  Error: no file <path>.csv",
                "     2 muted groups, 31 older errors not grouped yet: jobmon errors",
            ])
        #expect(lines(groups, room: 2).first == "E2        5  Error: no file <path>.csv")
        #expect(lines(SeenGroups([], ungrouped: 1)) == ["     1 older error not grouped yet: jobmon errors"])
        #expect(lines(SeenGroups([all[0]], ungrouped: 0)) == ["     1 muted group: jobmon errors"])
    }

    @Test("the newest group is shown, however few jobs it has, for ten minutes")
    func newest() {
        var all = (1...100).map { Self.group(Int64($0), jobs: 200 - $0) }
        all[99].firstSeen = Sample.time.advanced(bySeconds: -60)
        let shown = lines(SeenGroups(all, ungrouped: 0))
        #expect(shown.count == 18 && shown[16].hasPrefix("E100 ") && shown[16].contains("newest: "), "\(shown)")
        #expect(shown[17] == "     and 84 more groups: jobmon errors")
        all[99].firstSeen = Sample.time.advanced(bySeconds: -601)
        #expect(lines(SeenGroups(all, ungrouped: 0)).allSatisfy { !$0.contains("newest") })
        #expect(lines(SeenGroups([Self.group(1, jobs: 2, age: 1)], ungrouped: 0)).allSatisfy { !$0.contains("newest") })
    }

    @Test("the number of groups that are kept is limited; the newest is always kept")
    func limited() {
        var all = (1...5000).map { Self.group(Int64($0), jobs: 6000 - $0) }
        all[4998].firstSeen = Sample.time
        let groups = SeenGroups(all, ungrouped: 0)
        #expect(groups.groups.count == SeenGroups.kept + 1 && groups.count == 5000)
        #expect(groups.groups.last?.number == 4999)
        #expect(lines(groups).last == "     and 4,984 more groups: jobmon errors")
    }

    // MARK: Without a terminal

    @Test("without a terminal, a group is named when it appears, and its counts when they are due")
    func log() {
        var log = GroupLog()
        func said(_ groups: SeenGroups, due: Bool) -> [String] {
            log.lines(groups, command: "jobmon errors", countsAreDue: due)
        }
        #expect(said(SeenGroups(), due: true).isEmpty)
        var all = [Self.group(2, jobs: 1, "exit code 3")]
        #expect(
            said(SeenGroups(all, ungrouped: 0), due: false) == ["error E2: 1 job (job 42): the exit code 3"])
        #expect(said(SeenGroups(all, ungrouped: 0), due: true).isEmpty)
        all = [Self.group(2, jobs: 412, errors: 824, "exit code <x>"), Self.group(3, jobs: 5)]
        #expect(
            said(SeenGroups(all, ungrouped: 0), due: false) == [
                "error E3: 5 jobs (such as job 43): Error: no file <path>.csv"
            ])
        #expect(
            said(SeenGroups(all, ungrouped: 0), due: true) == [
                "error E2: 412 jobs, 824 errors (such as job 42): exit code <x>"
            ])
        #expect(said(SeenGroups(all, ungrouped: 0), due: true).isEmpty)
    }

    @Test("a million failures of twelve causes are few lines, and the last ones have all of them")
    func manyFailures() {
        var log = GroupLog()
        func said(_ groups: SeenGroups, due: Bool) -> [String] {
            log.lines(groups, command: "jobmon errors", countsAreDue: due)
        }
        var lines: [String] = []
        for step in 1...1000 {
            let groups = SeenGroups((1...12).map { Self.group(Int64($0), jobs: step * 100 - Int($0)) }, ungrouped: 0)
            lines += said(groups, due: step.isMultiple(of: 100))
        }
        #expect(lines.count == 12 * 11)
        #expect(lines.last == "error E12: 99,988 jobs (such as job 52): Error: no file <path>.csv")
    }

    @Test("many new groups at once are counted, and so is what is muted or not grouped")
    func manyGroups() {
        var log = GroupLog()
        func said(_ groups: SeenGroups, due: Bool) -> [String] {
            log.lines(groups, command: "jobmon errors", countsAreDue: due)
        }
        let lines = said(Self.groups(100), due: false)
        #expect(lines.count == 21 && lines.last == "and 80 more groups with new errors: jobmon errors", "\(lines)")
        #expect(said(Self.groups(100), due: true).isEmpty)
        let rest = SeenGroups([Self.group(1, jobs: 9, isMuted: true)], ungrouped: 5)
        let sentence = "1 muted group of 9 errors, 5 older errors not grouped yet: jobmon errors"
        #expect(said(rest, due: false).isEmpty)
        #expect(said(rest, due: true) == [sentence])
        #expect(said(rest, due: true).isEmpty)
    }
}
