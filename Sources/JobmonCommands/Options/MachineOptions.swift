import ArgumentParser
import Jobmon
import JobmonCore
import JobmonSystem

/// What the jobs of `run` may take of this host, all together.
struct MachineOptions: ParsableArguments {
    @Option(
        name: .customLong("total-memory"),
        help: ArgumentHelp(
            "Memory for all jobs together, such as 60G; default: that of this host, or the limit of its cgroup. Only jobs "
                + "that say how much they need are counted.", valueName: "size"))
    var totalMemory: String?

    @Option(
        name: .customLong("total-gpus"),
        help: ArgumentHelp(
            "GPUs for all jobs together: a number, or a list as in CUDA_VISIBLE_DEVICES, such as 0,2,3. Default: "
                + "those that CUDA_VISIBLE_DEVICES names, else all NVIDIA GPUs of this host.", valueName: "n|list"))
    var totalGPUs: String?

    @Flag(
        name: .customLong("enforce-memory"),
        help: "End a job when it has more memory than it asked for; its cause is out_of_memory.")
    var enforceMemory = false

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Run at most N jobs at once that have this name, or this value of a param: stata=4, db=main=2. NAME and VALUE "
                + "may contain * and ?. 0 starts none. Repeatable.", valueName: "name=n"))
    var limit: [String] = []

    /// - Parameter slots: the number of slots.
    func room(slots: Int, of host: HostShare) throws -> MachineRoom {
        MachineRoom(
            slots: slots, memory: try memory() ?? host.memory, gpus: try gpus(of: host), enforcesMemory: enforceMemory)
    }

    private func memory() throws -> Int64? {
        guard let totalMemory else { return nil }
        guard let bytes = Quantity.bytes(totalMemory) else {
            throw CommandFailure(.usage, "invalid size \"\(totalMemory)\" for --total-memory", hint: "use 512M or 60G")
        }
        return bytes
    }

    private func gpus(of host: HostShare) throws -> [String] {
        guard let totalGPUs else { return host.gpus }
        guard let count = Int(totalGPUs) else {
            let gpus = HostShare.gpus(in: totalGPUs)
            guard gpus.count == totalGPUs.split(separator: ",", omittingEmptySubsequences: false).count else {
                throw CommandFailure(
                    .usage, "invalid list \"\(totalGPUs)\" for --total-gpus",
                    hint: "use a number such as 4, or different GPUs such as 0,2 or GPU-8932f937")
            }
            return gpus
        }
        guard count >= 0, count <= 1024 else {
            throw CommandFailure(.usage, "--total-gpus must be between 0 and 1024, not \(count)")
        }
        if host.areGPUsGiven {
            guard count <= host.gpus.count else {
                throw CommandFailure(
                    .usage, "--total-gpus is \(count), and CUDA_VISIBLE_DEVICES names \(host.gpus.count)")
            }
            return Array(host.gpus.prefix(count))
        }
        return (0..<count).map(String.init)
    }

    func limits() throws -> [PatternChange] { try Self.changes(limit, "--limit", least: 0) }

    /// Reads options of the form `NAME=N`.
    static func changes(_ texts: [String], _ option: String, least: Int) throws -> [PatternChange] {
        try texts.map { text in
            guard let change = PatternChange(text), change.number ?? least >= least else {
                throw CommandFailure(
                    .usage, "invalid \"\(text)\" for \(option)",
                    hint: "use NAME=N or PARAM=VALUE=N, such as stata=4 or db=main=2")
            }
            return change
        }
    }
}
