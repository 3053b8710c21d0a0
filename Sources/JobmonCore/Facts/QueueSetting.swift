/// What is changed of how a queue runs; what is nil stays.
package struct QueueSetting: Sendable, Equatable {
    /// The maximum number of jobs at once.
    package var parallelism: Int?
    /// The maximum number of retries of each job that is not over.
    package var retries: Int?
    /// The number of failed jobs after which nothing more is started; 0: no limit.
    package var halt: Int?
    /// The change of the relaunch rules.
    package var relaunch: RelaunchRules?
    /// The most jobs of some kind at once.
    package var limits: [PatternChange]?
    /// Priorities of jobs that have not started.
    package var priorities: [PatternChange]?
    /// The hosts that the queue avoids for a while, all of them; empty: none any more.
    package var avoids: [String]?

    package init(
        parallelism: Int? = nil, retries: Int? = nil, halt: Int? = nil, relaunch: RelaunchRules? = nil,
        limits: [PatternChange]? = nil, priorities: [PatternChange]? = nil, avoids: [String]? = nil
    ) {
        self.parallelism = parallelism
        self.retries = retries
        self.halt = halt
        self.relaunch = relaunch
        self.limits = limits
        self.priorities = priorities
        self.avoids = avoids
    }

    package var isEmpty: Bool { self == QueueSetting() }
}

extension QueueSetting {
    package var json: JSON {
        var object = JSONObject()
        object.append("parallelism", ifPresent: parallelism.map { .int(Int64($0)) })
        object.append("retries", ifPresent: retries.map { .int(Int64($0)) })
        object.append("halt", ifPresent: halt.map { .int(Int64($0)) })
        object.append("relaunch", ifPresent: relaunch?.json)
        object.append("limits", ifPresent: limits.map { .array($0.map { .string($0.text) }) })
        object.append("priorities", ifPresent: priorities.map { .array($0.map { .string($0.text) }) })
        object.append("avoids", ifPresent: avoids.map { .array($0.map { .string($0) }) })
        return .object(object)
    }

    package init(_ fields: JSONFields) throws(FieldError) {
        if let retries = try fields.int("retries", atLeast: 0), retries > Int64(ProtocolLimits.retries) {
            throw fields.failure("retries", "must be at most \(ProtocolLimits.retries), not \(retries)")
        }
        self.init(
            parallelism: try fields.int("parallelism", atLeast: 1).map { Int($0) },
            retries: try fields.int("retries", atLeast: 0).map { Int($0) },
            halt: try fields.int("halt", atLeast: 0).map { Int($0) },
            relaunch: try fields.value("relaunch").map { (json) throws(FieldError) in try RelaunchRules(json) },
            limits: try Self.changes("limits", fields), priorities: try Self.changes("priorities", fields),
            avoids: try fields.strings("avoids"))
    }

    private static func changes(_ name: String, _ fields: JSONFields) throws(FieldError) -> [PatternChange]? {
        guard let texts = try fields.strings(name) else { return nil }
        var changes: [PatternChange] = []
        for text in texts {
            guard let change = PatternChange(text) else {
                throw fields.failure(name, "must hold NAME=NUMBER or NAME=none, not \"\(text)\"")
            }
            changes.append(change)
        }
        return changes
    }
}
