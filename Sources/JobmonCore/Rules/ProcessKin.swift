/// Finds the processes that belong to attempts among all processes of a host. This rule decides what ends when jobmon
/// ends an attempt.
///
/// To an attempt belong its process group, its descendants, processes that carry its key in `JOBMON_INSTANCE`, and
/// processes that were found to belong to it before. Outside of its group, these are spared, and what they started:
/// processes of other users, processes of another job (`ProcessMarks`), and monitors and queues of jobmon with a
/// session of their own.
package struct ProcessKin {
    /// An attempt that is being ended.
    package struct Attempt: Sendable {
        /// The process of its command.
        package var root: Int32?
        /// Its own process group; nil if it has none.
        package var group: Int32?
        /// The marks of its processes. If `isKeyed`, the key in `instance` is its own and claims processes; else the
        /// command inherited it.
        package var marks: ProcessMarks
        package var isKeyed: Bool
        /// Processes that were found to belong to it.
        package var known: Set<ProcessIdentity> = []

        package init(root: Int32?, group: Int32?, marks: ProcessMarks, isKeyed: Bool) {
            self.root = root
            self.group = group
            self.marks = marks
            self.isKeyed = isKeyed
        }
    }

    /// Whether a process that runs as another user was started by our user (its real user), and so is ours to end.
    package var isOursByRealUser: (Int32) -> Bool = { _ in false }
    /// Whether a process is a monitor, queue or supervisor of jobmon.
    package var isService: (Int32) -> Bool = { _ in false }
    /// The attempt (its index) of a child that this process did not start: an orphan of some command. Nil if unknown.
    package var attemptOfOrphan: (ProcessRecord) -> Int? = { _ in nil }
    /// The pid of this process, if it adopts orphans; nil if it does not.
    package var adopter: Int32?
    /// Children of this process that belong to no attempt that is being ended.
    package var others: Set<Int32> = []

    package init() {}

    /// The living processes of each attempt, in the order of the attempts.
    package func members(of attempts: [Attempt], among records: [ProcessRecord]) -> [[ProcessRecord]] {
        var search = Search(kin: self, attempts: attempts, records: records)
        var members = [[ProcessRecord]](repeating: [], count: attempts.count)
        for record in records where !record.isOver {
            if let attempt = search.attempt(of: record) { members[attempt].append(record) }
        }
        return members
    }
}

/// One scan, which decides about each process once.
private struct Search {
    let kin: ProcessKin
    let attempts: [ProcessKin.Attempt]
    let byPID: [Int32: ProcessRecord]
    var byGroup: [Int32: Int] = [:]
    var byKey: [String: Int] = [:]
    var byRoot: [Int32: Int] = [:]
    var known: [ProcessIdentity: Int] = [:]
    var decided: [Int32: Int?] = [:]

    init(kin: ProcessKin, attempts: [ProcessKin.Attempt], records: [ProcessRecord]) {
        self.kin = kin
        self.attempts = attempts
        byPID = Dictionary(records.map { ($0.identity.pid, $0) }) { first, _ in first }
        for (index, attempt) in attempts.enumerated() {
            if let group = attempt.group { byGroup[group] = index }
            if attempt.isKeyed, let key = attempt.marks.instance { byKey[key] = index }
            if let root = attempt.root { byRoot[root] = index }
            for process in attempt.known { known[process] = index }
        }
    }

    mutating func attempt(of record: ProcessRecord) -> Int? {
        let pid = record.identity.pid
        if let decision = decided[pid] { return decision }
        // Parents form no loop; if /proc shows one while processes come and go, the search ends here.
        decided[pid] = .some(nil)
        let decision = decide(record)
        decided[pid] = .some(decision)
        return decision
    }

    private mutating func decide(_ record: ProcessRecord) -> Int? {
        let pid = record.identity.pid
        if pid == kin.adopter || kin.others.contains(pid) { return nil }
        if let attempt = byGroup[record.group] { return attempt }
        guard let attempt = claim(record) else { return nil }
        if byRoot[pid] == attempt { return attempt }
        if record.marks.contradict(attempts[attempt].marks) { return nil }
        guard record.isOurs || kin.isOursByRealUser(pid) else { return nil }
        return isDetachedService(record, of: attempt) ? nil : attempt
    }

    private mutating func claim(_ record: ProcessRecord) -> Int? {
        if let attempt = byRoot[record.identity.pid] ?? known[record.identity] { return attempt }
        if let key = record.marks.instance, let attempt = byKey[key] { return attempt }
        if record.parent == kin.adopter { return kin.attemptOfOrphan(record) }
        return byPID[record.parent].flatMap { attempt(of: $0) }
    }

    private func isDetachedService(_ record: ProcessRecord, of attempt: Int) -> Bool {
        let home = attempts[attempt].root.flatMap { byPID[$0]?.session }
        return record.session != home && kin.isService(record.identity.pid)
    }
}
