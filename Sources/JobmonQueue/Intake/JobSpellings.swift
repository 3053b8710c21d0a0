import JobmonCore

/// The spellings of params in the queue's jobs. A number of a range is a number in a job's key; the same number of a
/// list or a table is a text. If the same jobs are given again in another spelling, they are still the same jobs.
struct JobSpellings: Sendable {
    /// The names of params, and which of them are numbers.
    private struct Pattern: Hashable {
        var names: [String]
        var areNumbers: [Bool]

        init(_ params: JSONObject) {
            let sorted = params.members.sorted { $0.name < $1.name }
            names = sorted.map(\.name)
            areNumbers = sorted.map { member in
                switch member.value {
                case .int, .double: true
                default: false
                }
            }
        }
    }

    private var patterns: [[String]: Set<Pattern>] = [:]

    /// Collects the spellings of the known jobs.
    init(_ known: [JobRecord]) {
        for record in known where !record.description.params.isEmpty {
            let pattern = Pattern(record.description.params)
            patterns[pattern.names, default: []].insert(pattern)
        }
    }

    /// The keys that a job would have in the other known spellings, without its own.
    func otherKeys(of job: NewJob) -> [String] {
        guard let occurrence = job.occurrence, !patterns.isEmpty else { return [] }
        let own = Pattern(job.description.params)
        guard let known = patterns[own.names] else { return [] }
        return known.compactMap { pattern in
            guard pattern != own else { return nil }
            var description = job.description
            for (name, isNumber) in zip(pattern.names, pattern.areNumbers) {
                guard let value = description.params[name] else { return nil }
                switch (value, isNumber) {
                case (.string(let text), true):
                    // Only a number that fills the same text into the command.
                    guard let number = try? JSON(parsing: text), number.text == text else { return nil }
                    switch number {
                    case .int, .double: description.params[name] = number
                    default: return nil
                    }
                case (.int, false), (.double, false): description.params[name] = .string(value.text)
                default: break
                }
            }
            return JobKeys.make(description, occurrence: occurrence)
        }
    }
}
