import Glibc
import JobmonCore
import JobmonExecutors

/// Where a queue's jobs run.
public struct JobExecutor: Sendable, Hashable {
    /// The word in the ledger, such as `local`.
    public let name: String
    /// How many jobs run at once.
    public let parallelism: Int

    /// Processes of this host, under a supervisor process (the `jobmon` executable) that outlives this program if it
    /// must: what runs when this program is killed comes to its end and is recorded.
    /// - Parameter parallelism: how many run at once; nil: as many as there are cores.
    public static func local(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(name: QueueExecutor.local, parallelism: parallelism ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Array jobs of Slurm, by its own commands. The wrappers on its nodes must reach this host and this directory. What is
    /// in the cluster when this program ends goes on there.
    /// - Parameter parallelism: how many jobs the scheduler has at once, running and waiting; nil: 10,000.
    public static func slurm(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(.slurm, parallelism: parallelism)
    }

    /// Array jobs of Grid Engine, by its own commands; see `slurm`.
    /// - Parameter parallelism: how many jobs the scheduler has at once, running and waiting; nil: 10,000.
    public static func gridEngine(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(.sge, parallelism: parallelism)
    }

    private static let clusterParallelism = 10_000

    private init(name: String, parallelism: Int) {
        self.name = name
        self.parallelism = parallelism
    }

    private init(_ scheduler: ClusterScheduler, parallelism: Int?) {
        self.init(name: scheduler.rawValue, parallelism: parallelism ?? Self.clusterParallelism)
    }

    /// The names of all executors: `local`, `slurm`, `sge`.
    public static var names: [String] { QueueExecutor.names }

    /// An executor by its name, `local`, `slurm` or `sge`, for programs whose users choose one.
    /// - Throws: `noSuchExecutor`, which says which there are.
    public static func named(_ name: String, parallelism: Int? = nil) throws(JobmonError) -> JobExecutor {
        if name == QueueExecutor.local { return local(parallelism: parallelism) }
        if let scheduler = ClusterScheduler(rawValue: name) { return JobExecutor(scheduler, parallelism: parallelism) }
        throw JobmonError(
            .noSuchExecutor, "there is no executor \"\(name)\"", hint: "there are \(names.joined(separator: ", "))")
    }

    var isCluster: Bool { name != QueueExecutor.local }

    /// Makes sure that it can work here, as far as that can be seen.
    func check() throws(JobmonError) {
        guard parallelism >= 1 else {
            throw JobmonError(.invalid, "the parallelism is \(parallelism)", hint: "it must be 1 or more")
        }
        do { _ = try SupervisorExecutable.find() } catch { throw JobmonError(error, .executableNotFound) }
    }
}
