import JobmonCore

/// How the environment of a scheduler's commands differs from that of this process.
struct CommandEnvironment: Sendable {
    /// The commands that submit jobs. All others are questions or orders.
    var submits: Set<String> = []
    /// Whether a variable changes what a command prints to the taste of its user.
    var isTaste: @Sendable (_ name: String) -> Bool = { _ in false }
    /// What is set for all commands but submits.
    var settings: [String: String] = [:]

    /// What is changed for a command; nil: the variable is removed.
    /// - Parameter names: the variables of this process.
    func changes(for program: String, _ names: [String]) -> [String: String?] {
        let isSubmit = submits.contains(program)
        var changes: [String: String?] = [:]
        for name in names {
            // A job must not take the place that this process has in a cluster for its own.
            let isPlace = isSubmit && ClusterScheduler.allCases.contains { $0.signs.isPlace(name) }
            if isPlace || isTaste(name) { changes[name] = .some(nil) }
        }
        guard !isSubmit else { return changes }
        changes["LC_ALL"] = "C"
        for (name, value) in settings { changes[name] = value }
        return changes
    }
}
