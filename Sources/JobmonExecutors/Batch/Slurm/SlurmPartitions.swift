import JobmonCore

/// What the partitions of Slurm can give.
enum SlurmPartitions {
    static let limits = [
        ["scontrol", "--oneliner", "show", "partition"], ["sinfo", "--noheader", "--format=%R|%m"],
    ]

    /// Reads the partitions' limits, and the memory of their largest node.
    static func readLimits(_ results: [CommandResult]) -> [String: RelaunchLimits] {
        var largest: [String: Int64] = [:]
        for line in (results.count > 1 ? results[1].output : "").split(separator: "\n") {
            // `all.q|4000`, or `all.q|4000+` where nodes have more.
            let fields = line.split(separator: "|")
            guard fields.count == 2, let megabytes = Int64(fields[1].trimmed.prefix { $0.isNumber }) else { continue }
            largest[fields[0].trimmed] = max(largest[fields[0].trimmed] ?? 0, megabytes << 20)
        }
        var limits: [String: RelaunchLimits] = [:]
        for line in (results.first?.output ?? "").split(separator: "\n") {
            var fields: [Substring: Substring] = [:]
            for word in line.split(separator: " ") {
                guard let equals = word.firstIndex(of: "=") else { continue }
                fields[word[..<equals]] = word[word.index(after: equals)...]
            }
            guard let name = fields["PartitionName"].map({ String($0) }) else { continue }
            var found = RelaunchLimits(memory: largest[name], runtime: seconds(fields["MaxTime"] ?? ""))
            if let most = fields["MaxMemPerNode"].flatMap({ Int64($0) }), most > 0 {
                found.memory = min(found.memory ?? .max, most << 20)
            }
            limits[name] = found
            if fields["Default"] == "YES" { limits[""] = found }
        }
        return limits
    }

    /// Seconds of a time limit: `MM`, `MM:SS`, `HH:MM:SS`, `D-HH`, `D-HH:MM`, `D-HH:MM:SS`; nil for none (`UNLIMITED`).
    static func seconds(_ text: Substring) -> Double? {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard let clock = parts.last else { return nil }
        let numbers = clock.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.count <= 3, !numbers.contains(where: { $0 == nil }) else { return nil }
        let given = numbers.compactMap { $0 }
        if parts.count == 2 {
            guard let days = Double(parts[0]) else { return nil }
            return zip(given, [3600, 60, 1]).reduce(days * 86400) { $0 + $1.0 * $1.1 }
        }
        let scales: [Double] = given.count == 3 ? [3600, 60, 1] : [60, 1]
        return zip(given, scales).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Lists the nodes of a partition.
    static func hosts(_ partition: String?) -> [String] {
        ["sinfo", "--noheader", "--Node", "--format=%N|%P|%T"] + (partition.map { ["--partition=\($0)"] } ?? [])
    }

    /// States in which a node runs jobs, or will when those of now are over.
    private static let usable: Set = ["idle", "allocated", "mixed", "completing"]

    static func readHosts(_ result: CommandResult) -> [String: Bool] {
        guard result.status == 0 else { return [:] }
        let rows = result.output.split(separator: "\n").map { $0.split(separator: "|").map { $0.trimmed } }
            .filter { $0.count == 3 }
        // Without a partition in the question, the default one is marked.
        let ofDefault = rows.filter { $0[1].hasSuffix("*") }
        // Behind a state may stand a sign: `idle*` of a node that does not answer, `mixed-`, `allocated+`.
        return Dictionary(
            (ofDefault.isEmpty ? rows : ofDefault).map { row in
                (row[0], usable.contains(row[2].filter { $0 != "-" && $0 != "+" }))
            }
        ) { $0 || $1 }
    }
}
