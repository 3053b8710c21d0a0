import Glibc
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
        JobExecutor(name: "local", parallelism: parallelism ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// An executor by its name, for programs whose users choose one.
    /// - Throws: `noSuchExecutor`, which says which there are.
    public static func named(_ name: String, parallelism: Int? = nil) throws(JobmonError) -> JobExecutor {
        guard name == "local" else {
            throw JobmonError(
                .noSuchExecutor, "there is no executor \"\(name)\"", hint: "this version has one: local")
        }
        return local(parallelism: parallelism)
    }

    /// Makes sure that it can work here, as far as that can be seen.
    func check() throws(JobmonError) {
        guard parallelism >= 1 else {
            throw JobmonError(.invalid, "the parallelism is \(parallelism)", hint: "it must be 1 or more")
        }
        do { _ = try SupervisorExecutable.find() } catch { throw JobmonError(error, .executableNotFound) }
    }
}
