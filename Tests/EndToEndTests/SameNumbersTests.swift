import Foundation
import JobmonTestSupport
import Testing

/// Whatever shows numbers of a ledger shows those that SQL finds in its file. The page is compared in Tests/Browser.
@Suite(.timeLimit(.minutes(20)))
struct SameNumbersTests {
    private static let program = """
        import os, signal, sys, time
        i = int(sys.argv[1])
        if i % 5 == 0: open(f"/nowhere/in.{i}.csv")
        if i % 7 == 0: float(f"x{i}y")
        if i == 13: os.kill(os.getpid(), signal.SIGSEGV)
        """

    /// The ledger's own numbers, read from the file without jobmon.
    private struct Truth {
        let file: String

        func rows(_ sql: String) async throws -> [[String]] {
            let read = try await Running(
                "/usr/bin/env", ["sqlite3", "-readonly", "-separator", "\t", file, sql], stdin: ""
            )
            .finished()
            #expect(read.status == 0, "\(read.stderr)")
            return read.stdout.split(separator: "\n").map { $0.components(separatedBy: "\t") }
        }

        func number(_ sql: String) async throws -> Int { Int(try await rows(sql).first?.first ?? "") ?? -1 }

        /// The number of jobs by status, in lower case.
        func byStatus(queue: String? = nil) async throws -> [String: Int] {
            let condition = queue.map { " AND j.queue = '\($0)'" } ?? ""
            let rows = try await rows(
                """
                SELECT lower(s.label), count(*) FROM job j JOIN status s ON s.id = j.status
                WHERE j.forgotten IS NULL\(condition) GROUP BY 1
                """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int($0[1]) ?? -1) })
        }

        /// The number of jobs that have an error of each group.
        func byGroup() async throws -> [String: Int] {
            let rows = try await rows(
                "SELECT 'E' || signature_id, count(DISTINCT jid) FROM error WHERE signature_id IS NOT NULL GROUP BY 1")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int($0[1]) ?? -1) })
        }
    }

    private func json(_ arguments: [String]) async throws -> [[String: Any]] {
        let printed = try await Executable.run(arguments)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(printed.stdout.utf8)) as? [[String: Any]], "\(printed)")
    }

    private func withLedger(_ body: (_ mon: String, _ truth: Truth) async throws -> Void) async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try Self.program.write(toFile: "\(directory)/fit.py", atomically: true, encoding: .utf8)
            for (queue, last) in [("fit", 60), ("merge", 21)] {
                let ran = try await Executable.run([
                    "run", "-d", mon, "--queue", queue, "--each", "i=1..\(last)", "--retries", "1", "--", "python3",
                    "\(directory)/fit.py", "{i}",
                ])
                #expect(ran.status == 1, "\(ran.stderr)")
            }
            let cancelled = try await Executable.run(["cancel", "-d", mon, "2"])
            #expect(cancelled.status != 4, "\(cancelled.stderr)")
            let forgotten = try await Executable.run(["forget", "-d", mon, "3"])
            #expect(forgotten.status == 0, "\(forgotten.stderr)")
            try await body(mon, Truth(file: "\(mon)/job_monitor.sqlite"))
        }
    }

    @Test("lists, groups, reports, watch and metrics show what SQL finds, with a monitor and without")
    func numbers() async throws {
        try await withLedger { mon, truth in
            try await compare(mon, truth)
            let monitor = try await MonitorProcess.start(mon)
            try await compare(mon, truth)
            try await compareMetrics(mon, truth)
            try await monitor.killed()
        }
    }

    private func compare(_ mon: String, _ truth: Truth) async throws {
        let all = try await truth.byStatus()
        let total = all.values.reduce(0, +)
        let groups = try await truth.byGroup()
        try #require(total == 80 && (all["failed"] ?? 0) > 20 && groups.count == 3, "\(all) \(groups)")

        // jobs
        let listed = try await json(["jobs", "-d", mon, "--json"])
        #expect(Dictionary(grouping: listed) { ($0["status"] as? String ?? "").lowercased() }.mapValues(\.count) == all)
        for (status, count) in all {
            #expect(try await json(["jobs", "-d", mon, "--json", "--status", status]).count == count)
        }
        let ofQueue = try await truth.byStatus(queue: "merge")
        #expect(
            try await json(["jobs", "-d", mon, "--json", "--queue", "merge", "--status", "failed"]).count
                == ofQueue["failed"])
        let attempts = listed.reduce(0) { $0 + (($1["instances"] as? [Any])?.count ?? 0) }
        #expect(
            try await truth.number(
                "SELECT count(*) FROM job_instance i JOIN job j USING (jid) WHERE j.forgotten IS NULL") == attempts)

        // errors
        let shown = try await json(["errors", "-d", mon, "--json"])
        let found = Dictionary(
            uniqueKeysWithValues: shown.map { ($0["id"] as? String ?? "", $0["job_count"] as? Int ?? -1) })
        #expect(found == groups)
        #expect(
            try await truth.number("SELECT count(*) FROM error")
                == shown.reduce(0) { $0 + ($1["count"] as? Int ?? -1) })
        #expect(
            try await json(["errors", "-d", mon, "--each", "--json"]).count
                == truth.number("SELECT count(*) FROM error"))
        for (group, jobs) in groups {
            #expect(try await json(["jobs", "-d", mon, "--json", "--error", group]).count == jobs)
        }

        // watch, off a terminal
        let watched = try await Executable.run(["watch", "-d", mon])
        let over = (all["complete"] ?? 0) + (all["failed"] ?? 0) + (all["cancelled"] ?? 0)
        #expect(
            watched.stdout.contains("\(over)/\(total) done (\(all["failed"] ?? 0) failed"), "\(watched.stdout) \(all)")
        for (group, jobs) in groups {
            #expect(watched.stdout.contains("error \(group): \(jobs) job"), "\(watched.stdout)")
        }

        // the reports
        let folder = "\(mon)/reports"
        let written = try await json(["report", "-d", mon, "--to", folder, "--json"])
        #expect(written.first?["rows"] as? Int == attempts)
        let summary = try await Executable.run(["report", "-d", mon, "--md"])
        let lines = summary.stdout.split(separator: "\n")
        let header = try #require(lines.first { $0.hasPrefix("| jobs |") }, "\(summary)")
        let values = try #require(lines.first { $0.hasPrefix("| 80 |") }, "\(summary)")
        let counts = Dictionary(
            uniqueKeysWithValues: zip(Self.cells(header), Self.cells(values)).map { ($0, Int($1) ?? -1) })
        #expect(counts["complete"] == all["complete"] && counts["failed"] == all["failed"], "\(summary.stdout)")
        for (group, jobs) in groups {
            #expect(summary.stdout.contains("| \(group) | \(jobs) |"), "\(summary.stdout)")
        }
    }

    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private func compareMetrics(_ mon: String, _ truth: Truth) async throws {
        let info = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: "\(mon)/monitor_info.json")))
                as? [String: Any])
        let port = try #require(info["port"] as? Int)
        let secret = try #require(info["secret"] as? String)
        func ask(_ path: String) async throws -> String {
            let asked = try await Running(
                "/usr/bin/env", ["curl", "-sS", "-f", "-K", "-", "http://127.0.0.1:\(port)\(path)"],
                stdin: "header = \"Authorization: Bearer \(secret)\"\n"
            ).finished()
            #expect(asked.status == 0, "\(path): \(asked.stderr)")
            return asked.stdout
        }
        let metrics = try await ask("/metrics")
        for queue in ["fit", "merge"] {
            for (status, count) in try await truth.byStatus(queue: queue) {
                let line = metrics.split(separator: "\n").first {
                    $0.hasPrefix("jobmon_jobs{") && $0.contains("queue=\"\(queue)\"")
                        && $0.lowercased().contains("status=\"\(status)\"")
                }
                #expect(line?.split(separator: " ").last.flatMap { Double($0) } == Double(count), "\(queue) \(status)")
            }
        }
        // What the page and the terminal are told.
        try await waitUntil("the jobs are read") { try await ask("/v1/view").contains("\"ready\":true") }
        let text = try await ask("/v1/view")
        let view = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let jobs = try #require(view["jobs"] as? [String: Int])
        #expect(jobs.filter { $0.value > 0 } == (try await truth.byStatus()))
        let groups = try #require(view["groups"] as? [[String: Any]])
        #expect(
            Dictionary(uniqueKeysWithValues: groups.map { ($0["group"] as? String ?? "", $0["jobs"] as? Int ?? -1) })
                == (try await truth.byGroup()))
    }
}
