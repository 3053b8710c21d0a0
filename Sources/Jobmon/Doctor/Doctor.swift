package import JobmonCore
import JobmonExecutors
import JobmonReporting
import JobmonSystem

/// Looks at everything that jobs need before they are run: the executable, the directory and its monitor, this host, and the
/// schedulers; then it runs a job of one second on each, from the beginning to the end.
package struct Doctor: Sendable {
    /// The directory that jobs would use. It need not exist.
    package var layout: DirectoryLayout
    /// The executors to look at: `local`, `slurm`, `sge`.
    package var executors: [String]
    /// Options of `jobmon run` for the job on a cluster, such as `--partition short`.
    package var options: [String]
    /// Seconds within which a job must be back; nil: none is run.
    package var patience: Double?

    package init(layout: DirectoryLayout, executors: [String], options: [String], patience: Double?) {
        self.layout = layout
        self.executors = executors
        self.options = options
        self.patience = patience
    }

    /// This host, and each scheduler whose commands are here.
    package static var executorsHere: [String] {
        [QueueExecutor.local] + ClusterScheduler.allCases.filter(\.isHere).map(\.rawValue)
    }

    /// The words for all executors.
    package static var executorNames: [String] { QueueExecutor.names }

    /// Looks at everything, one after the other.
    /// - Parameter say: is called with what is found, as soon as it is. What it throws ends this.
    package func examine(_ say: @escaping @Sendable (Diagnosis) async throws -> Void) async throws {
        let executable: String
        do throws(Problem) { executable = try SupervisorExecutable.find() } catch {
            return try await say(Diagnosis("executable", .wrong, error.message, advice: error.hint))
        }
        try await say(Diagnosis("executable", .ok, "\(executable), version \(JobmonVersion.current)"))
        let directory = DirectoryExamination(layout: layout)
        let found = directory.diagnoses
        for diagnosis in found { try await say(diagnosis) }
        guard !found.contains(where: { $0.verdict == .wrong }) else { return }
        for diagnosis in await directory.contents() { try await say(diagnosis) }
        for name in executors {
            var cluster: BatchExecutor?
            if let scheduler = ClusterScheduler(rawValue: name) {
                do throws(Problem) { cluster = try executor(scheduler, executable) } catch {
                    try await say(Diagnosis("scheduler", .wrong, error.message, advice: error.hint))
                    continue
                }
            }
            if let cluster {
                guard try await examine(cluster, say) else { continue }
            } else {
                try await say(Self.host())
            }
            let asked = cluster
            guard let patience else { continue }
            let trial = TrialJob(
                executable: executable, folder: directory.trialFolder, executor: name,
                options: cluster == nil ? [] : options, patience: patience)
            let diagnosis = await trial.run { id in await asked?.reasonOfWaiting(id) }
            guard !Task.isCancelled else { return }
            try await say(diagnosis)
        }
    }

    private func executor(_ scheduler: ClusterScheduler, _ executable: String) throws(Problem) -> BatchExecutor {
        try BatchExecutor(
            .of(scheduler),
            BatchExecutor.Configuration(
                layout: DirectoryLayout(root: "\(layout.root)/doctor"), queue: "doctor", executable: executable,
                host: HostIdentity.host, bootID: HostIdentity.bootID, random: makeUUID)
        ) { _ in [:] }
    }

    /// - Returns: whether jobs can be given to the scheduler.
    private func examine(
        _ cluster: BatchExecutor, _ say: @escaping @Sendable (Diagnosis) async throws -> Void
    ) async throws -> Bool {
        guard try await cluster.examine(say) else { return false }
        let address = await address(for: cluster)
        try await say(address)
        guard address.verdict == .ok else { return false }
        if address.text != Self.onlyNode, !SharedFileSystem.has("\(layout.root)/.") {
            try await say(
                Diagnosis(
                    "directory", .remark,
                    "\(layout.root) is on no network file system that is known here; nodes need it under the same path")
            )
        }
        return true
    }

    private static let onlyNode = "the only node is this host"

    private func address(for cluster: BatchExecutor) async -> Diagnosis {
        do throws(Problem) {
            let address = try await ClusterReach.address(for: cluster)
            // A monitor that is here already would serve the jobs.
            if let info = MonitorInfo.read(layout), FileLock.isHeld(layout.monitorLock) != false {
                try ClusterReach.check(info, address: address)
            }
            let isHere = address == "127.0.0.1"
            return Diagnosis(
                "address", .ok,
                isHere ? Self.onlyNode : "nodes connect to the monitor at \(address) of this host")
        } catch {
            return Diagnosis("address", .wrong, error.message, advice: error.hint)
        }
    }

    private static func host() -> Diagnosis {
        let share = HostShare.current()
        var parts = ["\(Units.count(share.cores, "slot"))"]
        if let memory = share.memory { parts.append("\(Units.bytes(memory)) of memory") }
        if !share.gpus.isEmpty { parts.append(Units.count(share.gpus.count, "GPU")) }
        return Diagnosis("host", .ok, "\(HostIdentity.host): \(parts.joined(separator: ", ")) for jobs")
    }
}
