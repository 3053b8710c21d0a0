import Glibc
import JobmonCore
import JobmonExecutors
import JobmonSystem

/// Where a queue's jobs run.
public struct JobExecutor: Sendable, Hashable {
    /// The executor's name in the ledger, such as `local`.
    public let name: String
    /// The maximum number of jobs at once; on this host, of slots.
    public var parallelism: Int { room.slots }
    /// What the jobs may take, all together.
    let room: MachineRoom

    /// Processes of this host, under a supervisor process (the `jobmon` executable). If this program is killed, the
    /// supervisor lives on: running jobs continue to their end and are recorded.
    ///
    /// A job starts when the slots, the memory and the GPUs that it asks for are there, beside what others have. One that
    /// asks for more than there is in all is refused.
    /// - Parameters:
    ///   - parallelism: the number of slots, of which a job has one unless it asks for more; nil: the number of cores that
    ///     this process may use.
    ///   - memory: bytes for all jobs together; nil: the memory of this host, or what the cgroup of this process may take.
    ///   - gpus: the GPUs for all jobs together, numbers or UUIDs; nil: those that `CUDA_VISIBLE_DEVICES` names, else all
    ///     NVIDIA GPUs of this host.
    ///   - enforcesMemory: ends a job when it has more memory than it asked for.
    public static func local(
        parallelism: Int? = nil, memory: Int64? = nil, gpus: [String]? = nil, enforcesMemory: Bool = false
    ) -> JobExecutor {
        let host = HostShare.current()
        return JobExecutor(
            name: QueueExecutor.local,
            room: MachineRoom(
                slots: parallelism ?? host.cores, memory: memory ?? host.memory, gpus: gpus ?? host.gpus,
                enforcesMemory: enforcesMemory))
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

    private init(name: String, room: MachineRoom) {
        self.name = name
        self.room = room
    }

    private init(_ scheduler: ClusterScheduler, parallelism: Int?) {
        self.init(name: scheduler.rawValue, room: MachineRoom(slots: parallelism ?? Self.clusterParallelism))
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

    /// The name of the executor of this host.
    package static var localName: String { QueueExecutor.local }

    var isCluster: Bool { name != QueueExecutor.local }

    /// Checks that the executor can work here, as far as that can be determined.
    func check() throws(JobmonError) {
        guard parallelism >= 1 else {
            throw JobmonError(.invalid, "the parallelism is \(parallelism)", hint: "it must be 1 or more")
        }
        do { _ = try SupervisorExecutable.find() } catch { throw JobmonError(error, .executableNotFound) }
    }
}
