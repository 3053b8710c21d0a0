import Glibc
import JobmonCore
import JobmonExecutors

/// Where a queue's jobs run.
public struct JobExecutor: Sendable, Hashable {
    /// The executor's name in the ledger, such as `local`.
    public let name: String
    /// The maximum number of jobs at once.
    public let parallelism: Int

    /// Processes of this host, under a supervisor process (the `jobmon` executable). If this program is killed, the
    /// supervisor lives on: running jobs continue to their end and are recorded.
    /// - Parameter parallelism: the maximum number of jobs at once; nil: the number of cores.
    public static func local(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(name: QueueExecutor.local, parallelism: parallelism ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Array jobs of Slurm, through Slurm's own commands. The wrappers on its nodes must be able to reach this host and
    /// this directory. Jobs that are in the cluster when this program ends continue there.
    /// - Parameter parallelism: the maximum number of jobs in the scheduler at once, running and waiting; nil: 10,000.
    public static func slurm(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(.slurm, parallelism: parallelism)
    }

    /// Array jobs of Grid Engine, through Grid Engine's own commands; see `slurm`.
    /// - Parameter parallelism: the maximum number of jobs in the scheduler at once, running and waiting; nil: 10,000.
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

    /// Checks that the executor can work here, as far as that can be determined.
    func check() throws(JobmonError) {
        guard parallelism >= 1 else {
            throw JobmonError(.invalid, "the parallelism is \(parallelism)", hint: "it must be 1 or more")
        }
        do { _ = try SupervisorExecutable.find() } catch { throw JobmonError(error, .executableNotFound) }
    }
}
