import JobmonCore

/// Looks up groups of errors that a user names, also those that were merged and are in no list any more.
struct NamedGroups {
    let reading: any LedgerReading

    /// What the ledger has of these groups, by their numbers. Those that it does not know are missing.
    func standings(_ numbers: [Int64]) async throws(Problem) -> [Int64: GroupStanding] {
        guard !numbers.isEmpty else { return [:] }
        let list = numbers.map { String($0) }.joined(separator: ", ")
        let rows = try await reading.query(
            "SELECT id, muted IS NOT NULL, note, merged_into FROM error_group WHERE id IN (\(list))",
            limits: QueryLimits()
        ).rows
        var standings: [Int64: GroupStanding] = [:]
        for row in rows where row.count == 4 {
            guard case .int(let number) = row[0] else { continue }
            var standing = GroupStanding(isMuted: row[1] == .int(1))
            if case .string(let note) = row[2] { standing.note = note }
            if case .int(let whole) = row[3] { standing.mergedInto = whole }
            standings[number] = standing
        }
        return standings
    }

    /// The groups that these names mean, each once: a group that was merged means the group that it is a part of, which
    /// is said on stderr. Unknown groups stay.
    func resolved(_ numbers: [Int64]) async throws(Problem) -> [Int64] {
        let known = try await standings(numbers)
        var resolved: [Int64] = []
        for number in numbers {
            let whole = known[number]?.mergedInto
            if let whole { Messages.say("\(ErrorGroup.name(number)) is a part of \(ErrorGroup.name(whole)) now") }
            let meant = whole ?? number
            if !resolved.contains(meant) { resolved.append(meant) }
        }
        return resolved
    }
}
