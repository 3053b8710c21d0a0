import Foundation
import JobmonTestSupport

@testable import Jobmon

extension Rig {
    var submit: String { self == .slurm ? "sbatch" : "qsub" }
    var list: String { self == .slurm ? "squeue" : "qstat" }
    var accounting: String { self == .slurm ? "sacct" : "qacct" }
    /// The id of a task of the first array job.
    func id(_ task: Int) -> String { "101\(self == .slurm ? "_" : ".")\(task)" }
}

/// The address of another host, beside this one; nil if this host has only the loopback address.
let neighbour: String? = {
    let own = HostAddress.reachable.split(separator: ".").compactMap { UInt8($0) }
    guard own.count == 4, own[0] != 127 else { return nil }
    return (own.dropLast() + [own[3] ^ 1]).map { String($0) }.joined(separator: ".")
}()

extension ClusterDirectory {
    /// Lets the jobs of `untilGo` end.
    func go() throws { try Data().write(to: URL(fileURLWithPath: "\(path)/go")) }

    /// The statuses that the jobs have.
    func statuses() async throws -> Set<String> { Set(try await jobs().values.map(\.status)) }
}

func named(_ command: String) -> [String] { ["--name", "n{n}", "--", "sh", "-c", command] }

func untilGo(_ mon: ClusterDirectory) -> String { "until test -e \(mon.path)/go; do sleep 0.05; done" }

/// The start of a command whose first attempt leaves a mark and runs until it is ended.
func endlessAtFirst(_ mon: ClusterDirectory) -> String {
    "if mkdir \(mon.path)/first; then echo $JOBMON_INSTANCE >> \(mon.path)/marks; exec sleep 300; fi 2>/dev/null"
}

/// The start of a command that must not be alive twice at once: a second one leaves a mark.
func once(_ mon: ClusterDirectory) -> String {
    "exec 9>>\(mon.path)/alive; flock -n 9 || echo $JOBMON_INSTANCE >> \(mon.path)/twice"
}

func withFake(
    _ name: String = #function, _ body: (ClusterDirectory, FakeCluster) async throws -> Void
) async throws {
    try await withCluster(name) { mon in try await body(mon, try FakeCluster(in: "\(mon.path)/..")) }
}

/// Runs `jobmon run` on the fake cluster while `body` runs. It has ended when this returns.
func withRun(
    _ rig: Rig, _ mon: ClusterDirectory, _ fake: FakeCluster, _ more: [String],
    _ body: (Running) async throws -> Void
) async throws {
    let run = try Running(
        Executable.path, rig.arguments(mon.path, more), environment: fake.environment, stdin: "")
    do {
        try await body(run)
    } catch {
        try await run.killed()
        throw error
    }
    try await run.killed()
}
