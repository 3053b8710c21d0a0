import JobmonCore
import JobmonExecutors
import JobmonReporting

/// Determines the address on which a monitor must listen so that wrappers on a cluster's nodes can reach it.
enum ClusterReach {
    /// The address to listen on: the loopback address if every node is this host.
    /// - Throws: `.unavailable` if the scheduler does not list its nodes, or if none of them can be reached.
    static func address(for executor: BatchExecutor) async throws(Problem) -> String {
        let nodes: [String]
        do throws(ExecutorError) {
            nodes = try await executor.nodes()
        } catch {
            switch error {
            case .unusable(let problem): throw problem
            case .unreachable(let reason):
                throw Problem(
                    .unavailable, "the nodes of the cluster can't be listed: \(reason)",
                    hint: "try again when the scheduler answers")
            }
        }
        var unknown: [String] = []
        for node in nodes {
            guard let route = HostAddress.route(to: node) else {
                unknown.append(node)
                continue
            }
            if !route.isThisHost { return route.own }
        }
        if unknown.count == nodes.count, let first = unknown.first {
            throw Problem(
                .unavailable, "no node of the cluster can be reached from here, such as \(first)",
                hint: "run this on a host that the nodes reach, such as a login node")
        }
        return "127.0.0.1"
    }

    /// Checks that the nodes can reach a monitor that is already running.
    /// - Throws: `.unavailable` if it listens on the loopback address only.
    static func check(_ info: MonitorInfo, address: String) throws(Problem) {
        guard address != "127.0.0.1", info.address.hasPrefix("127.") else { return }
        throw Problem(
            .unavailable,
            "the monitor of this directory (process \(info.pid) on \(info.host)) listens on the loopback only, which the "
                + "cluster's nodes can't reach",
            hint: "stop it with jobmon stop, and start it with --listen \(address), or leave the monitor to jobmon run")
    }
}
