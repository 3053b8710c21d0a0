import JobmonCore

/// What the queues of Grid Engine can give.
enum SGEQueues {
    static let limits = [["qconf", "-sq", "*"], ["qhost"]]

    /// Reads the queues' limits of run time, and the memory of the largest host.
    static func readLimits(_ results: [CommandResult]) -> [String: RelaunchLimits] {
        var memory: Int64?
        for line in (results.count > 1 ? results[1].output : "").split(separator: "\n") {
            // HOSTNAME ARCH NCPU [NSOC NCOR NTHR] LOAD MEMTOT MEMUSE SWAPTO SWAPUS: counted from the end.
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 8, let bytes = GridEngineAmount.bytes(fields[fields.count - 4]) else { continue }
            memory = max(memory ?? 0, Int64(bytes))
        }
        var limits: [String: RelaunchLimits] = [:]
        var name: String?
        for line in (results.first?.output ?? "").split(separator: "\n") {
            let fields = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            guard fields.count == 2 else { continue }
            if fields[0] == "qname" {
                name = fields[1].trimmed
                limits[fields[1].trimmed] = RelaunchLimits(memory: memory)
            } else if fields[0] == "h_rt", let name {
                // Further values are of single hosts.
                limits[name]?.runtime = GridEngineAmount.seconds(fields[1].trimmed.prefix { $0 != "," })
            }
        }
        guard !limits.isEmpty else { return [:] }
        // Without a queue a job gets one that can give what it asks for.
        let runtimes = limits.values.map(\.runtime)
        limits[""] = RelaunchLimits(
            memory: memory, runtime: runtimes.contains { $0 == nil } ? nil : runtimes.compactMap { $0 }.max())
        return limits
    }

    /// Lists the queue instances.
    static func hosts(_ partition: String?) -> [String] {
        ["qstat", "-f"] + (partition.map { ["-q", $0] } ?? [])
    }

    static func readHosts(_ result: CommandResult) -> [String: Bool] {
        guard result.status == 0 else { return [:] }
        var hosts: [String: Bool] = [:]
        for line in result.output.split(separator: "\n") {
            // all.q@n1   BIP   0/0/8   0.01   lx-amd64   au
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 5, let at = fields[0].firstIndex(of: "@"), fields[2].contains("/") else { continue }
            let host = String(fields[0][fields[0].index(after: at)...])
            // Disabled, suspended, in error, unknown, or orphaned; an alarm passes.
            let isUsable = fields.count == 5 || !fields[5].contains { "dDsSCEuo".contains($0) }
            hosts[host] = hosts[host] ?? false || isUsable
        }
        return hosts
    }
}
