import Foundation

/// A fake Slurm and a fake Grid Engine (`Tests/FakeCluster`) for one test. Their commands come first on PATH, and their
/// tasks are real processes. `setFault` sets what goes wrong.
package struct FakeCluster: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// A call of one of the commands.
    package struct Call: Sendable {
        package var command: String
        package var arguments: [String]
        /// Its exit code; nil while it runs, and if it was killed.
        package var status: Int?
    }

    /// A task of an array job as its scheduler sees it.
    package struct ArrayTask: Sendable {
        package var job: Int
        package var number: Int
        /// `waiting`, `running`, `held` or `over`.
        package var phase: String
        package var restarts: Int
        /// The process of its script, while it runs.
        package var pid: Int32?
    }

    /// The directory with its state.
    package let state: String

    /// Whether python3, which it needs, is available.
    package static let isThere: Bool =
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/python3")
        }

    private static let folder: String =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FakeCluster").path

    /// - Parameter directory: the test's directory. The fake cluster ends when it is removed.
    package init(in directory: String) throws {
        state = "\(directory)/cluster"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        // Shorter than that of a real scheduler, since tests wait for it.
        try setFault("cluster", ["kill_wait": 2])
    }

    /// The environment with which a process finds these commands and no others.
    package var environment: [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return [
            "PATH": "\(Self.folder)/bin:\(path)", "FAKE_CLUSTER_STATE": state, "JOBMON_EXECUTABLE": Executable.path,
        ]
    }

    // MARK: Faults

    /// Sets what a command does instead of its work; nil: its work. (`cluster` sets the state of the cluster.)
    package func setFault(_ command: String, _ fault: [String: Any]?) throws {
        let path = "\(state)/faults.json"
        var faults: [String: Any] = [:]
        if let data = FileManager.default.contents(atPath: path) {
            faults = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        }
        faults[command] = fault
        try JSONSerialization.data(withJSONObject: faults).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// Performs an action on a task, such as `requeue 101_2`; see `Tests/FakeCluster/README.md`.
    package func command(_ words: String...) async throws {
        let finished = try await Running(
            "/usr/bin/env", ["python3", "-IS", "\(Self.folder)/cluster.py"] + words,
            environment: environment, stdin: ""
        ).finished()
        guard finished.status == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")): \(finished.stderr)")
        }
    }

    // MARK: Recorded calls and tasks

    /// The calls of a command, in order.
    package func calls(of command: String) throws -> [Call] {
        guard let data = FileManager.default.contents(atPath: "\(state)/calls.jsonl") else { return [] }
        var calls: [Call] = []
        var places: [String: Int] = [:]
        for line in data.split(separator: UInt8(ascii: "\n")) {
            // The last line may be incomplete.
            guard let entry = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
                let key = entry["call"] as? String
            else { continue }
            if let name = entry["command"] as? String, name == command {
                places[key] = calls.count
                calls.append(Call(command: name, arguments: entry["argv"] as? [String] ?? []))
            } else if let place = places[key] {
                calls[place].status = entry["status"] as? Int
            }
        }
        return calls
    }

    /// Waits for further calls of a command, so that the last answer had its effect. (A call that is under way may not
    /// see a fault set meanwhile: wait for two.)
    package func waitForCalls(_ count: Int = 2, of command: String, within seconds: Double = 150) async throws {
        let before = try calls(of: command).count
        try await waitUntil("\(count) more calls of \(command)", within: seconds) {
            try calls(of: command).filter { $0.status != nil }.count >= before + count
        }
    }

    /// All tasks, by job and number.
    package func tasks() throws -> [ArrayTask] {
        let folder = "\(state)/jobs"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var found: [ArrayTask] = []
        for name in names where name.hasSuffix(".json") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let job = try JSONSerialization.jsonObject(with: data) as? [String: Any],
                let id = job["id"] as? Int, let tasks = job["tasks"] as? [String: [String: Any]]
            else { continue }
            for (number, task) in tasks {
                found.append(
                    ArrayTask(
                        job: id, number: Int(number) ?? 0, phase: task["phase"] as? String ?? "",
                        restarts: task["restarts"] as? Int ?? 0, pid: (task["pid"] as? Int).map { Int32($0) }))
            }
        }
        return found.sorted { ($0.job, $0.number) < ($1.job, $1.number) }
    }
}
