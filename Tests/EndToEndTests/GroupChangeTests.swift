import Foundation
import JobmonTestSupport
import Testing

/// `jobmon errors merge`, `mute`, `unmute` and `note`, with a monitor and without.
@Suite(.timeLimit(.minutes(20)))
struct GroupChangeTests {
    /// Jobs 1 to 3 fail for one cause (E1), 4 and 5 for another one (E2), 6 for a third one (E3).
    private static let script = """
        case $0 in
        1|2|3) echo 'Error: no data' >&2; exit 1;;
        4|5) echo 'Error: no licence' >&2; exit 2;;
        *) echo 'Error: bad header' >&2; exit 3;;
        esac
        """

    private func objects(_ arguments: [String]) async throws -> [[String: Any]] {
        let printed = try await Executable.run(arguments)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(printed.stdout.utf8)) as? [[String: Any]], "\(printed)")
    }

    private func act(_ arguments: [String], _ sentence: String) async throws {
        let acted = try await Executable.run(arguments)
        #expect(acted.status == 0 && acted.stdout.isEmpty, "\(arguments): \(acted)")
        #expect(acted.stderr.contains(sentence), "\(arguments): \(acted.stderr)")
    }

    private func withGroups(hasMonitor: Bool, _ body: (String) async throws -> Void) async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let ran = try await Executable.run([
                "run", "-d", mon, "-j", "1", "--no-progress", "--each", "i=1..6", "--", "sh", "-c", Self.script, "{i}",
            ])
            #expect(ran.status == 1, "\(ran.stderr)")
            let groups = try await objects(["errors", "-d", mon, "--json"])
            #expect(groups.compactMap { $0["id"] as? String } == ["E1", "E2", "E3"], "\(groups)")
            #expect(groups.compactMap { $0["count"] as? Int } == [3, 2, 1], "\(groups)")
            var monitor: Running?
            if hasMonitor { monitor = try await MonitorProcess.start(mon) }
            try await body(mon)
            try await monitor?.killed()
        }
    }

    @Test("muted groups are counted only; notes are shown", arguments: [false, true])
    func muting(hasMonitor: Bool) async throws {
        try await withGroups(hasMonitor: hasMonitor) { mon in
            try await act(
                ["errors", "mute", "-d", mon, "E2", "e3"], "E2 is muted: it is left out of lists and summaries\nE3 is")
            let listed = try await Executable.run(["errors", "-d", mon])
            #expect(listed.stdout.contains("no data") && !listed.stdout.contains("no licence"), "\(listed)")
            #expect(listed.stderr.contains("3 groups of 6 errors, 2 muted (--muted lists them)"), "\(listed)")
            let all = try await Executable.run(["errors", "-d", mon, "--muted"])
            #expect(all.stdout.contains("(muted) ") && all.stdout.contains("no licence"), "\(all)")
            #expect(!all.stderr.contains("muted"), "\(all)")
            let groups = try await objects(["errors", "-d", mon, "--json"])
            #expect(groups.map { $0["muted"] is String } == [false, true, true], "\(groups)")
            try await act(["errors", "mute", "-d", mon, "E2"], "E2 is already muted")
            let one = try await Executable.run(["errors", "-d", mon, "E2"])
            #expect(one.stdout.contains("  muted    "), "\(one)")
            // The option is taken on both sides of the subcommand's name.
            try await act(["errors", "-d", mon, "unmute", "E2"], "E2 is listed again")
            try await act(["errors", "unmute", "E2", "-d", mon], "E2 is not muted")

            try await act(["errors", "note", "-d", mon, "E1", "ask Ada"], "E1 has the note: ask Ada")
            try await act(["errors", "note", "-d", mon, "E1", "ask Ada"], "E1 has this note already")
            let noted = try await Executable.run(["errors", "-d", mon, "list", "E1"])
            #expect(noted.stdout.contains("  note     ask Ada\n"), "\(noted)")
            let ask = try await objects(["errors", "-d", mon, "--json"])
            #expect(ask.first?["note"] as? String == "ask Ada", "\(ask)")
            try await act(["errors", "note", "-d", mon, "E1", "--", "-x"], "E1 has the note: -x")
            try await act(["errors", "note", "-d", mon, "E1", ""], "E1 has no note any more")
            let bare = try await objects(["errors", "-d", mon, "--json"])
            #expect(bare.first?["note"] is NSNull, "\(bare)")

            // What the end of a run shows.
            let again = try await Executable.run([
                "run", "-d", mon, "--queue", "again", "--no-progress", "--each", "i=1..6", "--", "sh", "-c",
                Self.script, "{i}",
            ])
            #expect(again.stderr.contains("  1 muted group: jobmon errors "), "\(again.stderr)")
            #expect(again.stderr.contains("no data") && !again.stderr.contains("bad header"), "\(again.stderr)")
        }
    }

    @Test("a merged group's errors, name and later errors are those of the group that stays", arguments: [false, true])
    func merging(hasMonitor: Bool) async throws {
        try await withGroups(hasMonitor: hasMonitor) { mon in
            try await act(
                ["errors", "merge", "-d", mon, "E1", "E2", "E3", "E2"],
                "E2 (2 errors) is a part of E1 now\nE3 (1 error) is a part of E1 now\n")
            let groups = try await objects(["errors", "-d", mon, "--json"])
            #expect(groups.map { $0["id"] as? String } == ["E1"] && groups.first?["count"] as? Int == 6, "\(groups)")
            try await act(["errors", "merge", "-d", mon, "E1", "E3"], "E3 is already a part of E1")
            // Its name still works.
            let one = try await Executable.run(["errors", "-d", mon, "E3"])
            #expect(one.status == 0 && one.stderr.contains("E3 is a part of E1"), "\(one)")
            #expect(one.stdout.hasPrefix("E1  ") && one.stdout.contains("  jobs     6, with 6 errors\n"), "\(one)")
            let jobs = try await Executable.run(["jobs", "-d", mon, "--error", "E3"])
            #expect(jobs.stderr.contains("E3 is a part of E1") && jobs.stderr.contains("6 jobs"), "\(jobs)")
            let dry = try await Executable.run(["retry", "-d", mon, "--error", "E2", "--dry-run"])
            #expect(dry.stderr.contains("E2 is a part of E1") && dry.stdout.contains("retry of 6 jobs"), "\(dry)")
            try await act(["errors", "mute", "-d", mon, "E2"], "E1 is muted")
            let events = try await Executable.run(["events", "-d", mon, "--no-follow"])
            let last = events.stdout.split(separator: "\n").suffix(3)
            for (line, part) in zip(last, [#""kind":"merge""#, #""kind":"merge""#, #""kind":"mute""#]) {
                #expect(line.contains(part) && line.contains(#""group":"#), "\(line)")
            }

            // A later error of the merged cause.
            _ = try await Executable.run([
                "run", "-d", mon, "--no-progress", "--queue", "later", "--", "sh", "-c", Self.script, "6",
            ])
            let later = try await objects(["errors", "-d", mon, "--json"])
            #expect(later.count == 1 && later.first?["count"] as? Int == 7, "\(later)")
        }
    }

    @Test("what cannot be done is refused as a whole", arguments: [false, true])
    func refusals(hasMonitor: Bool) async throws {
        try await withGroups(hasMonitor: hasMonitor) { mon in
            try await act(["errors", "merge", "-d", mon, "E1", "E3"], "E3 (1 error) is a part of E1 now")
            let part = "E3 is a part of E1: it was merged into it"
            for (arguments, status, sentence) in [
                (["merge", "E1", "E2", "E99"], 1, "there is no group E99"),
                (["merge", "E98", "E2"], 1, "there is no group E98"),
                (["merge", "E3", "E2"], 1, part), (["merge", "E2", "E3"], 1, part),
                (["mute", "E2", "E99"], 1, "there is no group E99"),
                (["note", "E99", "x"], 1, "there is no group E99"),
                (["merge", "E1", "E2", "E1"], 2, "E1 cannot be merged with itself"),
                (["merge", "E1"], 2, "merge needs two groups"), (["merge"], 2, "group"), (["mute"], 2, "group"),
                (["mute", "x9"], 2, "x9"), (["note", "E1"], 2, "text"),
                (["note", "E1", String(repeating: "é", count: 2049)], 2, "the note has 4,098 bytes: at most 4,096"),
                (["mute", "E1", "--json"], 2, "errors mute has no options but --dir"),
                (["merge", "--queue", "q", "E1", "E2"], 2, "errors merge has no options but --dir"),
                (["E1", "mute"], 2, "mute"), (["mut", "E1"], 2, "mut"),
            ] as [([String], Int32, String)] {
                let refused = try await Executable.run(["errors", "-d", mon] + arguments)
                #expect(refused.status == status && refused.stderr.contains(sentence), "\(arguments): \(refused)")
                #expect(refused.stderr.hasPrefix("jobmon: ") && refused.stdout.isEmpty, "\(arguments): \(refused)")
            }
            let groups = try await objects(["errors", "-d", mon, "--json"])
            #expect(groups.compactMap { $0["count"] as? Int } == [4, 2], "\(groups)")
            #expect(groups.allSatisfy { $0["muted"] is NSNull && $0["note"] is NSNull }, "\(groups)")
        }
    }
}
