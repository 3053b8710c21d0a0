import Foundation
import JobmonTestSupport
import Testing

/// Jobs that wait for other jobs, as users type them.
@Suite(.timeLimit(.minutes(20)))
struct DependencyTests {
    private func write(_ lines: [String], _ directory: String, _ name: String = "jobs.jsonl") throws -> String {
        try lines.joined(separator: "\n").write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
        return "\(directory)/\(name)"
    }

    private func run(_ directory: String, _ more: [String]) async throws -> Executable.Finished {
        try await Executable.run(["run", "-d", "\(directory)/mon", "--no-progress"] + more, in: directory)
    }

    private func statuses(_ directory: String, _ more: [String] = []) async throws -> [String] {
        let sql = "select j.name || ' ' || s.label as line from job j join status s on s.id = j.status order by jid"
        let answered = try await Executable.run(["query", "-d", "\(directory)/mon", "--json", sql])
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(answered.stdout.utf8)) as? [[String: Any]])
        return rows.compactMap { $0["line"] as? String }
    }

    private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Examples/pipeline").standardized.path

    @Test(
        "the example: fits, a merge of them, and a plot of that; without the data of a year, its fit is the only failure"
    )
    func example() async throws {
        try await withTestDirectory { directory in
            let place = "\(directory)/pipeline"
            try FileManager.default.copyItem(atPath: Self.example, toPath: place)
            try FileManager.default.removeItem(atPath: "\(place)/rain/2002.txt")
            let arguments = ["run", "-f", "jobs.yaml", "--no-progress", "-j", "4"]
            let first = try await Executable.run(arguments, in: place)
            #expect(first.status == 1, "\(first.stderr)")
            #expect(first.stderr.contains("5 jobs: 2 complete, 1 failed, 2 cancelled"), "\(first.stderr)")
            #expect(first.stderr.contains("2 jobs not run, since a job that they wait for failed"), "\(first.stderr)")
            let listed = try await Executable.run(["jobs", "--cause", "dependency"], in: place)
            #expect(
                listed.stdout.contains("not run: it waits for job 2, which failed or was cancelled"), "\(listed.stdout)"
            )
            #expect((listed.stdout + listed.stderr).contains("2 jobs: 2 CANCELLED"), "\(listed.stderr)")
            let explained = try await Executable.run(["explain", "5"], in: place)
            #expect(
                explained.stdout.contains("it waits for job 2, which failed or was cancelled"), "\(explained.stdout)")
            let refused = try await Executable.run(["retry", "5", "--yes"], in: place)
            #expect(
                (refused.stdout + refused.stderr).contains("job 5 waits for job 2, which is FAILED"),
                "\(refused.stdout)")
            try "7\n9\n".write(toFile: "\(place)/rain/2002.txt", atomically: true, encoding: .utf8)
            #expect(try await Executable.run(["retry", "2"], in: place).status == 0)
            let second = try await Executable.run(arguments, in: place)
            #expect(second.status == 0, "\(second.stderr)")
            #expect(second.stderr.contains("5 jobs: 5 complete"), "\(second.stderr)")
            let plot = try String(contentsOfFile: "\(place)/plot.txt", encoding: .utf8)
            #expect(plot == "2001 ####\n2002 ########\n2003 ####\n")
            let shown = try await Executable.run(["show", "4"], in: place)
            #expect(shown.stdout.contains("waits for    3 jobs"), "\(shown.stdout)")
        }
    }

    @Test("a job waits for names, keys, params and numbers; what it waits for is shown while it waits")
    func references() async throws {
        try await withTestDirectory { directory in
            let first = try write([#"{"name": "base", "command": "echo base >>order"}"#], directory, "base.jsonl")
            #expect(try await run(directory, ["-f", first, "--queue", "q"]).status == 0)
            let file = try write(
                [
                    #"{"name": "last", "after": ["mid*", 1], "command": "echo last >>order"}"#,
                    #"{"name": "mid 1", "params": {"year": 2001}, "after": "key-a", "command": "echo mid1 >>order"}"#,
                    #"{"name": "mid 2", "params": {"year": 2002}, "after": "year=2001", "command": "echo mid2 >>order"}"#,
                    #"{"name": "a", "key": "key-a", "after": "gate", "command": "echo a >>order"}"#,
                    #"{"name": "tail {y}", "params": {"y": 3}, "after": {"year": "2002"}, "command": "echo tail >>order"}"#,
                    #"{"name": "gate", "command": "while [ ! -e open ]; do sleep 0.02; done"}"#,
                ], directory)
            let running = try Running(
                Executable.path,
                ["run", "-d", "\(directory)/mon", "--no-progress", "-f", file, "--queue", "q", "-j", "4"],
                in: directory)
            try await waitUntil("the gate runs") {
                let jobs = try await statuses(directory)
                return jobs.contains("gate RUNNING")
            }
            let listed = try await Executable.run(["jobs", "-d", "\(directory)/mon", "--name", "last"])
            #expect(listed.stdout.contains("waits for 2 of 3 jobs, such as job"), "\(listed.stdout)")
            let explained = try await Executable.run(["explain", "-d", "\(directory)/mon", "3"])
            #expect(explained.stdout.contains("it waits for job"), "\(explained.stdout)")
            try "".write(toFile: "\(directory)/open", atomically: true, encoding: .utf8)
            let finished = try await running.finished()
            #expect(finished.status == 0, "\(finished.stderr)")
            let order = try String(contentsOfFile: "\(directory)/order", encoding: .utf8)
            #expect(order.hasPrefix("base\na\nmid1\nmid2\n") && order.contains("last\n") && order.contains("tail\n"))
        }
    }

    @Test("what can't be is refused in one sentence, and nothing is queued")
    func refusals() async throws {
        try await withTestDirectory { directory in
            func refused(_ lines: [String], _ text: String, _ more: [String] = []) async throws {
                let ran = try await run(directory, ["-f", try write(lines, directory), "--queue", "q"] + more)
                #expect(ran.status == 2 && ran.stderr.contains(text), "\(ran.status): \(ran.stderr)")
            }
            try await refused(
                [
                    #"{"name": "a", "after": ["x", "y"], "command": "true"}"#,
                    #"{"name": "b", "after": ["y", "z*"], "command": "true"}"#,
                ], "\"x\" (\(directory)/jobs.jsonl, line 1)")
            try await refused([#"{"name": "a", "after": ["x", "y"], "command": "true"}"#], "\"y\"")
            try await refused(
                [
                    #"{"name": "a", "after": "c", "command": "true"}"#,
                    #"{"name": "b", "after": "a", "command": "true"}"#,
                    #"{"name": "c", "after": "b", "command": "true"}"#,
                ], "waits for")
            try await refused(
                [#"{"name": "fit", "command": "true"}"#, #"{"name": "merge", "after": "*", "command": "true"}"#],
                "itself")
            try await refused([#"{"name": "a", "after": true, "command": "true"}"#], "\"after\"")
            #expect(try await statuses(directory).isEmpty)
            // A job of an earlier run that is not COMPLETE.
            _ = try await run(
                directory, ["-f", try write([#"{"name": "bad", "command": "false"}"#], directory), "--queue", "q"])
            try await refused(
                [#"{"name": "next", "after": "bad", "command": "true"}"#],
                "waits for job 1 (bad), which is FAILED and no part of this run")
            #expect(try await Executable.run(["forget", "1", "-d", "\(directory)/mon", "--yes"]).status == 0)
            try await refused([#"{"name": "next", "after": "bad", "command": "true"}"#], "\"bad\"")
            #expect(try await statuses(directory).count == 1)
        }
    }

    @Test("one file for each stage: what was blocked runs when a run without it has completed its upstream")
    func stages() async throws {
        try await withTestDirectory { directory in
            let fit = #"{"name": "a", "command": "[ -e ok ]"}"#
            let plot = #"{"name": "b", "after": "a", "command": "true"}"#
            let (fits, plots) = (try write([fit], directory, "fits.jsonl"), try write([plot], directory, "plots.jsonl"))
            let all = try write([fit, plot], directory, "all.jsonl")
            #expect(try await run(directory, ["-f", all, "--queue", "q"]).status == 1)
            try "".write(toFile: "\(directory)/ok", atomically: true, encoding: .utf8)
            #expect(try await Executable.run(["retry", "1", "-d", "\(directory)/mon"]).status == 0)
            #expect(try await run(directory, ["-f", fits, "--queue", "q"]).status == 0)
            let after = try await run(directory, ["-f", plots, "--queue", "q"])
            #expect(after.status == 0, "\(after.stderr)")
            // A further round waits for its own jobs, and not for those of earlier ones.
            try FileManager.default.removeItem(atPath: "\(directory)/ok")
            #expect(try await run(directory, ["-f", all, "--queue", "q", "--again"]).status == 1)
            try "".write(toFile: "\(directory)/ok", atomically: true, encoding: .utf8)
            let again = try await run(directory, ["-f", all, "--queue", "q", "--again"])
            #expect(again.status == 0, "\(again.stderr)")
            #expect(try await statuses(directory).suffix(2) == ["a COMPLETE", "b COMPLETE"])
        }
    }

    @Test("in a further round, a key means the job of that round, and patterns find no job by a key with a round")
    func keysInARound() async throws {
        try await withTestDirectory { directory in
            let all = try write(
                [
                    #"{"name": "a", "key": "ka", "command": "[ -e ok ]"}"#,
                    #"{"name": "b", "after": "ka", "command": "true"}"#,
                    #"{"name": "c", "after": "k*", "command": "true"}"#, #"{"name": "k", "command": "true"}"#,
                    #"{"name": "d", "after": "b*", "command": "true"}"#,
                ], directory)
            try "".write(toFile: "\(directory)/ok", atomically: true, encoding: .utf8)
            #expect(try await run(directory, ["-f", all, "--queue", "q"]).status == 0)
            try FileManager.default.removeItem(atPath: "\(directory)/ok")
            for round in 2...3 {
                let again = try await run(directory, ["-f", all, "--queue", "q", "--again"])
                #expect(again.status == 1, "\(again.stderr)")
                let jobs = try await statuses(directory)
                #expect(
                    jobs.suffix(5).sorted()
                        == ["a FAILED", "b CANCELLED", "c CANCELLED", "d CANCELLED", "k COMPLETE"], "round \(round)")
            }
            // The jobs of all rounds, each with what it waits for, are told apart when the queue runs as a whole.
            try "".write(toFile: "\(directory)/ok", atomically: true, encoding: .utf8)
            #expect(
                try await Executable.run(["retry", "--status", "failed", "-d", "\(directory)/mon", "--yes"]).status == 0
            )
            let whole = try await run(directory, ["--queue", "q"])
            #expect(whole.status == 0, "\(whole.stderr)")
        }
    }

    @Test("a forgotten job that was complete counts as complete; another one is missed, and said so")
    func forgotten() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let file = try write(
                [
                    #"{"name": "good", "command": "true"}"#, #"{"name": "bad", "command": "false"}"#,
                    #"{"name": "next", "after": ["good", "bad"], "command": "true"}"#,
                ], directory)
            #expect(try await run(directory, ["-f", file]).status == 1)
            #expect(try await Executable.run(["forget", "1", "-d", mon, "--yes"]).status == 0)
            #expect(try await Executable.run(["retry", "2", "-d", mon]).status == 0)
            let still = try await run(directory, ["--queue", "jobs"])
            #expect(still.status == 1 && still.stderr.contains("1 job not run, since a job"), "\(still.stderr)")
            #expect(try await Executable.run(["forget", "2", "-d", mon, "--yes"]).status == 0)
            let missed = try await run(directory, ["--queue", "jobs"])
            #expect(missed.status == 2, "\(missed.status)")
            #expect(
                missed.stderr.contains("job 3 (next) waits for a job that the queue does not have"), "\(missed.stderr)")
        }
    }

    @Test("a blocked job can be given without what it waits for, or given up")
    func changed() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let bad = #"{"key": "a", "name": "a", "command": "false"}"#
            let file = try write(
                [
                    bad, #"{"key": "b", "name": "b", "after": "a", "command": "true"}"#,
                    #"{"key": "c", "name": "c", "after": "a", "command": "true"}"#,
                ], directory)
            #expect(try await run(directory, ["-f", file]).status == 1)
            #expect(try await Executable.run(["cancel", "3", "-d", mon]).status == 0)
            let free = try write([#"{"key": "b", "name": "b", "command": "true"}"#], directory)
            let ran = try await run(directory, ["-f", free])
            #expect(ran.status == 0, "\(ran.stderr)")
            let good = try write([#"{"key": "a2", "name": "a", "command": "true"}"#], directory)
            #expect(try await run(directory, ["-f", good]).status == 0)
            // It was given up, and stays so when its upstream is tried again.
            #expect(try await Executable.run(["retry", "1", "-d", mon]).status == 0)
            _ = try await run(directory, ["--queue", "jobs"])
            #expect(try await statuses(directory) == ["a FAILED", "b COMPLETE", "c CANCELLED", "a COMPLETE"])
        }
    }

    @Test("--after starts nothing unless another queue is complete")
    func afterQueue() async throws {
        try await withTestDirectory { directory in
            let none = try await run(directory, ["--queue", "merge", "--after", "fit", "--", "true"])
            #expect(none.status != 0 && none.stderr.contains("there is no queue \"fit\""), "\(none.stderr)")
            #expect(
                try await run(directory, ["--queue", "fit", "--each", "i=1..3", "--", "test", "{i}", "-lt", "3"]).status
                    == 1)
            let open = try await run(directory, ["--queue", "merge", "--after", "fit", "--", "true"])
            #expect(
                open.status != 0
                    && open.stderr.contains("of the 3 jobs of queue \"fit\", not all are COMPLETE: 1 FAILED"))
            #expect(try await run(directory, ["--queue", "good", "--", "true"]).status == 0)
            let after = try await run(directory, ["--queue", "merge", "--after", "good", "--", "true"])
            #expect(after.status == 0, "\(after.stderr)")
        }
    }
}
