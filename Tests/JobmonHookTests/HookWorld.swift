import Foundation
import JobmonCore
import JobmonTestSupport

/// A directory with or without a monitor, and commands with the schedulers' names that record how they were called.
struct HookWorld: Sendable {
    let path: String
    var directory: String { "\(path)/mon" }

    /// Such a command stores its arguments, the first file among them and stdin, prints something, and may fail.
    private static let recorder = """
        #!/bin/sh
        for word do printf '%s\\n' "$word"; done >"$RECORD/arguments"
        for word do
            if test -f "$word"; then cat "$word" >"$RECORD/script"; break; fi
        done
        cat >"$RECORD/stdin"
        echo "Submitted batch job 42"
        echo "a warning" >&2
        exit 3

        """

    static func with<Result>(
        _ name: String = #function, monitor: Bool = true, _ body: (HookWorld) async throws -> Result
    ) async throws -> Result {
        try await withTestDirectory(name) { path in
            let world = HookWorld(path: path)
            try world.write("jobmon-link/.keep", "")
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/jobmon-link/jobmon", withDestinationPath: Executable.path)
            for command in ["sbatch", "qsub", "srun", "qrsh"] {
                try world.write("real/\(command)", recorder, mode: 0o755)
            }
            try FileManager.default.createDirectory(atPath: "\(path)/record", withIntermediateDirectories: true)
            let running = try await MonitorProcess.start(world.directory)
            guard monitor else {
                running.send(SIGTERM)
                _ = try await running.finished()
                return try await body(world)
            }
            do {
                let result = try await body(world)
                running.send(SIGTERM)
                _ = try await running.finished()
                return result
            } catch {
                try await running.killed()
                throw error
            }
        }
    }

    /// The given shells, with their options, that this machine has.
    static func shells(_ lines: String...) -> [String] {
        lines.filter { FileManager.default.isExecutableFile(atPath: String($0.prefix { $0 != " " })) }
    }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    var environment: [String: String] {
        ["PATH": "\(path)/real:\(path)/jobmon-link:/usr/bin:/bin", "RECORD": "\(path)/record"]
    }

    /// Runs a shell line in the folder, with the commands on PATH.
    func shell(
        _ line: String, with shell: String = "/bin/bash", environment more: [String: String] = [:], stdin: String = ""
    ) async throws -> Executable.Finished {
        try await Running(
            shell, ["-c", line], in: path, environment: environment.merging(more) { $1 }, stdin: stdin
        ).finished()
    }

    /// The same with the hook.
    func hooked(
        _ line: String, environment: [String: String] = [:], stdin: String = ""
    ) async throws -> Executable.Finished {
        try await shell("eval \"$(jobmon hook -d mon)\"; \(line)", environment: environment, stdin: stdin)
    }

    /// The stored data of a recorder.
    func recorded(_ name: String) -> String {
        (try? String(contentsOfFile: "\(path)/record/\(name)", encoding: .utf8)) ?? ""
    }

    var arguments: [String] { recorded("arguments").split(separator: "\n").map(String.init) }

    func forget() {
        for name in ["arguments", "script", "stdin"] {
            try? FileManager.default.removeItem(atPath: "\(path)/record/\(name)")
        }
    }

    struct Job: Equatable {
        var name: String
        var status: String
        var code: Int?
        var error: String?
        var executor: String?
    }

    /// The jobs in the ledger, once all are over.
    func jobs(_ count: Int) async throws -> [Job] {
        var jobs: [Job] = []
        try await waitUntil("\(count) jobs are over") {
            jobs = try await listed()
            return jobs.count >= count && jobs.allSatisfy { !["RUNNING", "SUBMITTED"].contains($0.status) }
        }
        return jobs
    }

    /// In the order in which they were submitted: a report that was spooled first may be recorded last.
    func listed() async throws -> [Job] {
        let run = try await Executable.run(["jobs", "-d", directory, "--json"])
        guard let rows = try? JSONSerialization.jsonObject(with: Data(run.stdout.utf8)) as? [[String: Any]] else {
            return []
        }
        func submitted(_ row: [String: Any]) -> String { row["submitted_date"] as? String ?? "" }
        return rows.sorted { submitted($0) < submitted($1) }.map { row in
            let last = (row["instances"] as? [[String: Any]])?.last
            return Job(
                name: row["name"] as? String ?? "?", status: row["status"] as? String ?? "?",
                code: last?["exit_code"] as? Int, error: last?["error"] as? String,
                executor: last?["executor"] as? String)
        }
    }
}
