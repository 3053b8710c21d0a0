import Foundation
import JobmonTestSupport
import Testing

/// The reports for people contain what the ledger contains, whatever its texts are.
struct ReportTests {
    /// Names, params, arguments and errors that have broken table readers before.
    private static let jobs = [
        #"{"name": "plain", "command": ["true"]}"#,
        #"{"name": "a \"quoted\", and\nbroken\r\nname", "command": ["true", "a,b", ""], "params": {"x": "=1+1"}}"#,
        #"{"name": "=cmd|' /C calc'!A0", "command": ["sh", "-c", "echo '=HYPERLINK(1)' >&2; exit 3"]}"#,
        #"{"name": "'=was defused by somebody else", "command": ["true"]}"#,
        #"{"name": "-12", "command": ["sh", "-c", "printf '@x,\"y\"\\r\\nz' >&2; exit 4"], "max_attempts": 2}"#,
        #"{"name": "\tafter a tab", "command": ["true"]}"#,
        #"{"name": "'", "command": ["true"]}"#,
        #"{"name": "שלום \u202ereversed\u202c é😀", "command": ["true"]}"#,
    ]

    private static let reader = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Readers/read-reports.py").path

    private func compare(_ ledger: String, _ directory: String) async throws {
        let read = try await Running("/usr/bin/env", ["python3", Self.reader, ledger, directory], stdin: "").finished()
        #expect(read.status == 0, "\(read.stdout)\(read.stderr)")
    }

    @Test("an independent reader finds the ledger in the reports, with and without a monitor", .timeLimit(.minutes(20)))
    func reportsEqualTheLedger() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try Self.jobs.joined(separator: "\n").write(
                toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let run = try await Executable.run(
                ["run", "-d", mon, "-f", "\(directory)/jobs.jsonl", "--retries", "0", "--no-progress"])
            #expect(run.status == 1, "\(run.stderr)")
            let first = try await Executable.run(["report", "-d", mon])
            #expect(first.status == 0, "\(first.stderr)")
            #expect(first.stdout == "\(mon)/job_report.csv\t9 rows\n\(mon)/job_status_report.csv\t27 rows\n")
            try await compare("\(mon)/job_monitor.sqlite", mon)

            let monitor = try await MonitorProcess.start(mon)
            _ = try await Executable.run(["exec", "-d", mon, "--name", "+one more", "--", "false"])
            try await waitUntil("the end of the command is recorded") {
                try await Executable.run(["jobs", "-d", mon, "--status", "failed", "--json"]).stdout.contains(
                    "+one more")
            }
            let second = try await Executable.run(["report", "-d", mon, "--to", "\(directory)/else/where", "--json"])
            #expect(second.status == 0, "\(second.stderr)")
            #expect(second.stdout.contains("\"rows\":10"))
            try await compare("\(mon)/job_monitor.sqlite", "\(directory)/else/where")
            monitor.send(SIGTERM)
            _ = try await monitor.finished()
        }
    }

    @Test("a ledger that only its monitor can read is reported through it", .timeLimit(.minutes(20)))
    func reportsOfALedgerInMemory() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/mon", ["--in-memory"])
            for name in ["=a", "b\nc"] {
                _ = try await Executable.run(["exec", "-d", "\(directory)/mon", "--name", name, "--", "true"])
            }
            try await waitUntil("both ends are recorded") {
                let jobs = try await Executable.run([
                    "jobs", "-d", "\(directory)/mon", "--status", "complete", "--json",
                ])
                return jobs.stdout.contains("=a") && jobs.stdout.contains("b\\nc")
            }
            let made = try await Executable.run(["report", "-d", "\(directory)/mon"])
            #expect(made.status == 0, "\(made.stderr)")
            #expect(
                made.stdout.contains("job_report.csv\t2 rows") && made.stdout.contains("job_status_report.csv\t6 rows"))
            let report = try String(contentsOfFile: "\(directory)/mon/job_report.csv", encoding: .utf8)
            #expect(report.contains("'=a,") && report.contains("\"b\nc\","), "\(report)")
            try await monitor.killed()
        }
    }

    @Test("a report that cannot be written leaves the old one, and no other files", .timeLimit(.minutes(20)))
    func whatCanNotBeWritten() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            #expect(try await Executable.run(["run", "-d", mon, "--no-progress", "--", "true"]).status == 0)
            #expect(try await Executable.run(["report", "-d", mon]).status == 0)
            let old = FileManager.default.contents(atPath: "\(mon)/job_report.csv")
            // An obstacle for the second report.
            try FileManager.default.removeItem(atPath: "\(mon)/job_status_report.csv")
            try FileManager.default.createDirectory(
                atPath: "\(mon)/job_status_report.csv/x", withIntermediateDirectories: true)
            let refused = try await Executable.run(["report", "-d", mon])
            #expect(refused.status == 4)
            #expect(refused.stderr.contains("\(mon)/job_status_report.csv can't be written"), "\(refused.stderr)")
            #expect(FileManager.default.contents(atPath: "\(mon)/job_report.csv") == old)
            let left = try FileManager.default.contentsOfDirectory(atPath: mon).filter { $0.contains(".tmp") }
            #expect(left == [])
            let nowhere = try await Executable.run(["report", "-d", mon, "--to", "/dev/null/x"])
            #expect(nowhere.status == 4 && nowhere.stderr.contains("/dev/null"), "\(nowhere.stderr)")
        }
    }

    @Test("--html and --md write what they name, and nothing else", .timeLimit(.minutes(20)))
    func pages() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try Self.jobs.joined(separator: "\n").write(
                toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            _ = try await Executable.run(
                ["run", "-d", mon, "-f", "\(directory)/jobs.jsonl", "--retries", "0", "--no-progress"])
            let html = try await Executable.run(["report", "-d", mon, "--html"])
            #expect(html.status == 0, "\(html.stderr)")
            #expect(html.stdout.hasPrefix("\(mon)/report.html\t") && html.stdout.hasSuffix(" KiB\n"), "\(html.stdout)")
            #expect(!FileManager.default.fileExists(atPath: "\(mon)/job_report.csv"))
            let page = try String(contentsOfFile: "\(mon)/report.html", encoding: .utf8)
            #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
            // Names of jobs are inside packed parts only.
            #expect(!page.contains("HYPERLINK") && !page.contains("/C calc"))

            let printed = try await Executable.run(["report", "-d", mon, "--md"])
            #expect(printed.status == 0 && printed.stdout.hasPrefix("# jobmon: `\(mon)`\n"), "\(printed.stdout)")
            #expect(printed.stdout.contains("## Failures") && printed.stderr.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: "\(mon)/report.md"))

            let both = try await Executable.run(
                ["report", "-d", mon, "--html", "--md", "--to", "\(directory)/new/folder", "--json"])
            #expect(both.status == 0, "\(both.stderr)")
            #expect(both.stdout.contains("new/folder/report.html") && both.stdout.contains("new/folder/report.md"))
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/new/folder").sorted()
            #expect(names == ["report.html", "report.md"])

            let refused = try await Executable.run(["report", "-d", mon, "--md", "--json"])
            #expect(refused.status == 2 && refused.stderr.contains("--to"), "\(refused.stderr)")
        }
    }

    @Test("a page that cannot be written leaves the old one, and no other files", .timeLimit(.minutes(20)))
    func pageThatCanNotBeWritten() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            #expect(try await Executable.run(["run", "-d", mon, "--no-progress", "--", "true"]).status == 0)
            // A folder in the place of the file.
            try FileManager.default.createDirectory(
                atPath: "\(directory)/to/report.html/x", withIntermediateDirectories: true)
            let refused = try await Executable.run(["report", "-d", mon, "--html", "--to", "\(directory)/to"])
            #expect(refused.status == 4, "\(refused.stdout)")
            #expect(refused.stderr.contains("to/report.html cannot be written"), "\(refused.stderr)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/to") == ["report.html"])
        }
    }
}
