import Glibc
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
        JobExecutor(name: "local", parallelism: parallelism ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Array jobs of Slurm, through Slurm's own commands. The wrappers on its nodes must be able to reach this host and
    /// this directory. Jobs that are in the cluster when this program ends continue there.
    /// - Parameter parallelism: the maximum number of jobs in the scheduler at once, running and waiting; nil: 10,000.
    public static func slurm(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(name: "slurm", parallelism: parallelism ?? clusterParallelism)
    }

    /// Array jobs of Grid Engine, through Grid Engine's own commands; see `slurm`.
    /// - Parameter parallelism: the maximum number of jobs in the scheduler at once, running and waiting; nil: 10,000.
    public static func gridEngine(parallelism: Int? = nil) -> JobExecutor {
        JobExecutor(name: "sge", parallelism: parallelism ?? clusterParallelism)
    }

    private static let clusterParallelism = 10_000

    /// The executor with the name `local`, `slurm` or `sge`, for programs whose users choose one.
    /// - Throws: `noSuchExecutor`, which lists the names.
    public static func named(_ name: String, parallelism: Int? = nil) throws(JobmonError) -> JobExecutor {
        switch name {
        case "local": local(parallelism: parallelism)
        case "slurm": slurm(parallelism: parallelism)
        case "sge": gridEngine(parallelism: parallelism)
        default:
            throw JobmonError(
                .noSuchExecutor, "there is no executor \"\(name)\"",
                hint: "there are \(QueueExecutor.names.joined(separator: ", "))")
        }
    }

    var isCluster: Bool { name != "local" }

    /// Checks that the executor can work here, as far as that can be determined.
    func check() throws(JobmonError) {
        guard parallelism >= 1 else {
            throw JobmonError(.invalid, "the parallelism is \(parallelism)", hint: "it must be 1 or more")
        }
        do { _ = try SupervisorExecutable.find() } catch { throw JobmonError(error, .executableNotFound) }
    }
}
