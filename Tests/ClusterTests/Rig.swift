import Foundation
import JobmonTestSupport
import Testing

/// A real scheduler with its real daemons, started by the scripts in `clusters/`.
enum Rig: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case slurm
    case sge

    var testDescription: String { rawValue }

    /// The schedulers that are up. `JOBMON_TEST_CLUSTERS` names them; `make test-clusters` sets it.
    static let up: [Rig] = (ProcessInfo.processInfo.environment["JOBMON_TEST_CLUSTERS"] ?? "")
        .split(separator: ",").compactMap { Rig(rawValue: String($0)) }

    static let why = Comment("no real cluster is up: make test-clusters brings both up")

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The scheduler's central daemon.
    var controller: String { self == .slurm ? "slurmctld" : "qmaster" }

    /// Stops, kills or starts a daemon; returns once that is done.
    func daemon(_ verb: String, _ words: [String]) async throws {
        let script = "\(Self.root)/clusters/\(rawValue)/daemon.sh"
        let done = try await Running("/bin/bash", [script, verb] + words, stdin: "").finished()
        guard done.status == 0 else { throw Failure(description: "\(script) \(verb) \(words): \(done.stderr)") }
    }

    /// Starts the daemons that have died; if none has, this takes a moment only.
    func bringUp() async throws {
        let script = "\(Self.root)/clusters/\(rawValue)/up.sh"
        let done = try await Running("/bin/bash", [script], stdin: "").finished()
        guard done.status == 0 else { throw Failure(description: "\(script): \(done.stderr)") }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs one of the scheduler's commands.
    @discardableResult
    func command(_ words: String...) async throws -> Executable.Finished {
        try await Running("/usr/bin/env", words, stdin: "").finished()
    }

    /// Ends a task as its user would, by hand.
    func end(_ id: String) async throws {
        if self == .slurm { try await command("scancel", id) } else { try await command("qdel", id) }
    }

    /// Options that keep a job waiting.
    var waitingOptions: String { self == .slurm ? "--hold" : "-h" }

    /// The arguments of `jobmon run` for this cluster.
    /// - Parameter retry: the retry rules; by default none, so that each cause is seen once.
    func arguments(_ directory: String, _ more: [String], retry: [String] = ["none"]) -> [String] {
        ["run", "-d", directory, "--executor", rawValue, "--poll", "1s", "--no-progress"]
            + retry.flatMap { ["--retry", $0] } + more
    }
}

/// The values that tests read from a monitor's directory.
struct ClusterDirectory: Sendable {
    let path: String

    struct Job: Sendable {
        var jid: Int
        var name: String
        var status: String
        var instances: [Instance]
        var last: Instance? { instances.last }
    }

    struct Instance: Sendable {
        var status: String
        var cause: String?
        var executorID: String?
        var exitCode: Int?
        var signal: Int?
        var error: String?
        var pid: Int32?
        var executor: String
        var queue: String?
        var slots: Int?
        var gpus: Int?
    }

    /// All jobs by name.
    func jobs() async throws -> [String: Job] {
        let listed = try await Executable.run(["jobs", "-d", path, "--json"])
        guard listed.status == 0,
            let rows = try JSONSerialization.jsonObject(with: Data(listed.stdout.utf8)) as? [[String: Any]]
        else { return [:] }
        var jobs: [String: Job] = [:]
        for row in rows {
            let name = row["name"] as? String ?? "?"
            let instances = (row["instances"] as? [[String: Any]] ?? []).map {
                Instance(
                    status: $0["status"] as? String ?? "?", cause: $0["cause"] as? String,
                    executorID: $0["executor_id"] as? String, exitCode: $0["exit_code"] as? Int,
                    signal: $0["signal"] as? Int, error: $0["error"] as? String,
                    pid: ($0["pid"] as? Int).map { Int32($0) }, executor: $0["executor"] as? String ?? "?",
                    queue: $0["scheduler_queue"] as? String,
                    slots: ($0["allocated"] as? [String: Any])?["slots"] as? Int,
                    gpus: ($0["allocated"] as? [String: Any])?["gpus"] as? Int)
            }
            jobs[name] = Job(
                jid: row["jid"] as? Int ?? 0, name: name, status: row["status"] as? String ?? "?",
                instances: instances)
        }
        return jobs
    }

    /// Waits until a job satisfies a condition, and returns it.
    func wait(
        for name: String, within seconds: Double = 60, _ what: String, _ holds: (Job) -> Bool
    ) async throws -> Job {
        var found: Job?
        try await waitUntil("\(name) \(what)", within: seconds) {
            found = try await jobs()[name]
            return found.map(holds) ?? false
        }
        guard let found else { throw Rig.Failure(description: "there is no job \(name)") }
        return found
    }

    /// The lines that the jobs wrote themselves.
    func marks(_ name: String = "marks") -> [String] {
        ((try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? "").split(separator: "\n").map(
            String.init)
    }

    /// The files of array jobs that are left when all are over. Logs with content may stay.
    func leftovers() throws -> [String] {
        let manager = FileManager.default
        return try manager.contentsOfDirectory(atPath: "\(path)/manifests").filter { !$0.hasSuffix(".log") }
            + manager.contentsOfDirectory(atPath: "\(path)/run/fence")
    }

    /// Creates a job file of these lines.
    func file(_ lines: [String]) throws -> String {
        let file = "\(path)/../jobs.jsonl"
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}

/// Runs a test with a monitor's directory in a new folder. A failing test may leave a daemon dead or stopped; the
/// clusters are repaired for the next test.
func withCluster<Result>(
    _ name: String = #function, _ body: (ClusterDirectory) async throws -> Result
) async throws -> Result {
    try await withTestDirectory(name) { folder in
        let path = "\(folder)/mon"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            return try await body(ClusterDirectory(path: path))
        } catch {
            // Report the first failure.
            for rig in Rig.up { try? await rig.bringUp() }
            throw error
        }
    }
}
