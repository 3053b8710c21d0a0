import Foundation
import JobmonTestSupport
import Testing

/// A run in which a fifth of the jobs fail, for twelve causes in six languages. `JOBMON_PLANTED_JOBS` sets the number
/// of jobs, from `PlantedRun.fewest` on.
@Suite(.timeLimit(.minutes(20)))
struct PlantedCausesTests {
    private static let count = max(
        PlantedRun.fewest, Int(ProcessInfo.processInfo.environment["JOBMON_PLANTED_JOBS"] ?? "") ?? 0)

    /// Messages of R and of the C library are in English.
    private static let environment = ["LC_ALL": "C.UTF-8", "LANGUAGE": "en"]

    private let plan = PlantedRun(count: Self.count, seed: 12)

    @Test(
        "each planted cause is one group with its jobs, and is explained",
        .enabled(
            if: PlantedPrograms.missing.isEmpty,
            "not installed: \(PlantedPrograms.missing.joined(separator: ", "))"))
    func groupsAndExplanations() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            try await PlantedPrograms.make(in: directory)
            try plan.text().write(toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
            let ran = try await Executable.run(
                ["run", "-d", mon, "-f", "jobs.jsonl", "-j", "8", "--no-progress", "--json"], in: directory,
                environment: Self.environment)
            #expect(ran.status == 1, "\(ran.stderr)")
            try await checkLedger(mon, ran)
            let examples = try await checkGroups(mon, ran)
            try await checkPrinted(mon)
            try await checkExplanations(mon, examples)
        }
    }

    // MARK: The ledger

    /// Each job was run once, and those that fail are those that were planted.
    private func checkLedger(_ mon: String, _ ran: Executable.Finished) async throws {
        let (count, failed) = (plan.jobs.count, plan.failing.count)
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data(ran.stdout.utf8)) as? [String: Any], "\(ran.stdout)")
        #expect(summary["total"] as? Int == count)
        #expect(summary["failed"] as? Int == failed)
        #expect(summary["complete"] as? Int == count - failed)
        #expect(summary["doubtful"] as? Int == 0)

        let jobs = try await jobs(mon)
        #expect(jobs.map(\.run).sorted() == Array(1...count))
        #expect(jobs.allSatisfy { $0.attempts == 1 })
        #expect(Set(jobs.filter { $0.status == "FAILED" }.map(\.run)) == plan.failing)
        #expect(jobs.count { $0.status == "COMPLETE" } == count - failed)
        let rows = try await objects(
            ["query", "-d", mon, "--json", "SELECT count(*) AS errors, count(DISTINCT jid) AS jobs FROM error"])
        #expect(rows.first?["errors"] as? Int == failed && rows.first?["jobs"] as? Int == failed, "\(rows)")
    }

    private struct Listed {
        var jid: Int
        var run: Int
        var site: String
        var status: String
        var attempts: Int
    }

    private func jobs(_ mon: String, _ options: [String] = []) async throws -> [Listed] {
        try await objects(["jobs", "-d", mon, "--json"] + options).map { job in
            let params = try #require(job["params"] as? [String: Any])
            return Listed(
                jid: try #require(job["jid"] as? Int), run: try #require(params["run"] as? Int),
                site: try #require(params["site"] as? String), status: try #require(job["status"] as? String),
                attempts: try #require(job["instances"] as? [Any]).count)
        }
    }

    // MARK: The groups

    /// Each cause is one group, which has all its jobs and no other, also in what `run` prints at its end.
    /// - Returns: a job of each cause, in the order of `PlantedCause.all`.
    private func checkGroups(_ mon: String, _ ran: Executable.Finished) async throws -> [Int] {
        let groups = try await objects(["errors", "-d", mon, "--json"])
        let counts = PlantedCause.all.map { $0.jobs(of: plan.jobs.count) }
        #expect(Set(counts).count == PlantedCause.all.count)
        #expect(
            groups.compactMap { $0["job_count"] as? Int } == counts.sorted(by: >),
            "\(groups.compactMap { $0["title"] as? String }.joined(separator: "\n"))")
        let ending = Self.lines(ran.stderr)
        var examples: [Int] = []
        for (index, cause) in PlantedCause.all.enumerated() {
            let named = groups.filter { cause.isNamed(in: $0["title"] as? String ?? "") }
            #expect(named.count == 1, "\(cause.title): \(named)")
            let group = try #require(named.first, "\(cause.title)")
            let name = try #require(group["id"] as? String)
            #expect(group["job_count"] as? Int == counts[index] && group["count"] as? Int == counts[index], "\(group)")
            let jobs = try await jobs(mon, ["--error", name])
            #expect(Set(jobs.map(\.run)) == plan.runs(index), "\(cause.title)")
            #expect(
                ending.contains { $0.hasPrefix("\(name) \(counts[index]) jobs ") && cause.isNamed(in: $0) },
                "\(cause.title): \(ran.stderr)")
            let example = jobs.first { ($0.site == PlantedRun.crowdedSite) == cause.isAtOneSite }
            examples.append(try #require(example, "\(cause.title)").jid)
        }
        return examples
    }

    /// What `errors` prints for people.
    private func checkPrinted(_ mon: String) async throws {
        let listed = try await Executable.run(["errors", "-d", mon])
        let lines = Self.lines(listed.stdout)
        #expect(lines.count == PlantedCause.all.count + 1, "\(listed.stdout)")
        for cause in PlantedCause.all {
            #expect(lines.count { cause.isNamed(in: $0) } == 1, "\(cause.title): \(listed.stdout)")
        }
        let remark = "\(PlantedCause.all.count) groups of \(plan.failing.count) errors;"
        #expect(Self.lines(listed.stderr).contains { $0.hasPrefix(remark) }, "\(listed.stderr)")
    }

    // MARK: The explanations

    /// - Parameter examples: a job of each cause.
    private func checkExplanations(_ mon: String, _ examples: [Int]) async throws {
        let explained = try await objects(["explain", "-d", mon, "--json"] + examples.map { String($0) })
        #expect(explained.compactMap { $0["jid"] as? Int } == examples)
        for (cause, explanation) in zip(PlantedCause.all, explained) {
            #expect(explanation["status"] as? String == "FAILED", "\(explanation)")
            #expect(explanation["cause"] as? String == cause.cause, "\(explanation)")
            #expect((explanation["why"] as? String ?? "").contains(cause.why), "\(explanation)")
            #expect(explanation["certainty"] as? String == "certain", "\(explanation)")
            let evidence = explanation["evidence"] as? [String] ?? []
            if let expected = cause.evidence {
                #expect(evidence.contains { $0.contains(expected) }, "\(explanation)")
            }
            let differences = try #require(explanation["differences"] as? [[String: Any]])
            let sites = differences.compactMap { $0["property"] as? String }.filter { $0.hasPrefix("site=") }
            #expect(sites == (cause.isAtOneSite ? ["site=\(PlantedRun.crowdedSite)"] : []), "\(explanation)")
        }
    }

    // MARK: Reading

    private func objects(_ arguments: [String]) async throws -> [[String: Any]] {
        let printed = try await Executable.run(arguments)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(printed.stdout.utf8)) as? [[String: Any]],
            "\(arguments): \(printed.stderr)")
    }

    /// Lines with single blanks, and without the commas of large numbers.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.filter { $0 != "," }.split(separator: " ").joined(separator: " ")
        }
    }
}
