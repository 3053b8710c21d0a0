package import JobmonCore
import JobmonExecutors
package import JobmonQueue
import JobmonReporting

/// Shows what would be submitted to a cluster, without submitting it.
package enum ClusterRehearsal {
    /// An array job that would be submitted.
    package struct ArrayJob: Sendable {
        /// The command, one word per element.
        package var command: [String]
        /// The script that the scheduler would run.
        package var script: String
        package var tasks: Int
    }

    /// - Throws: why these jobs cannot be submitted, or `.unavailable` if the scheduler does not answer.
    package static func run(_ jobs: [NewJob], _ settings: QueueSettings) async throws(Problem) -> [ArrayJob] {
        guard let scheduler = ClusterScheduler(rawValue: settings.executor) else {
            throw Problem(.invalid, "\(settings.executor) is not a cluster")
        }
        let executor = try BatchExecutor(
            .of(scheduler),
            BatchExecutor.Configuration(
                layout: settings.layout, queue: settings.queue, executable: try SupervisorExecutable.find(),
                host: HostIdentity.host, bootID: HostIdentity.bootID, random: makeUUID)
        ) { _ in [:] }
        let orders = jobs.enumerated().map { index, job in
            InstanceOrder(
                instanceKey: makeUUID(), jid: Int64(index + 1), retryNumber: 0, description: job.description)
        }
        do throws(ExecutorError) {
            return try await executor.rehearse(orders).map {
                ArrayJob(command: $0.command, script: $0.script, tasks: $0.count)
            }
        } catch {
            switch error {
            case .unusable(let problem): throw problem
            case .unreachable(let reason): throw Problem(.unavailable, reason)
            }
        }
    }
}
