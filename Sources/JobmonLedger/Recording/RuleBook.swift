import JobmonCore

/// The relaunch rules of queues, kept since each failure asks for them. After a rollback it must be emptied.
struct RuleBook {
    private var rules: [String: RelaunchRules?] = [:]

    /// The rules by which a queue is run; nil: it was never run by any.
    mutating func rules(of queue: String, _ recorder: Recorder) throws(SQLiteFailure) -> RelaunchRules? {
        if let known = rules[queue] { return known }
        let text = try recorder.statements.findRules.put(queue).first { $0.optionalText() } ?? nil
        let found = text.flatMap { text in (try? JSON(parsing: text)).flatMap { try? RelaunchRules($0) } }
        rules[queue] = .some(found)
        return found
    }

    mutating func set(_ found: RelaunchRules?, of queue: String) { rules[queue] = .some(found) }

    mutating func empty() { rules = [:] }
}
