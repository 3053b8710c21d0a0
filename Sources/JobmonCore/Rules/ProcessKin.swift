/// Finds the processes that attempts started, among all of a host: the rule for what ends with an attempt that we end.
///
/// To an attempt belong its process group; its descendants; what carries its key in `JOBMON_INSTANCE`; what was found to
/// belong to it before. Outside its group, these are spared, and what they started: other users' processes, processes of
/// another job (`ProcessMarks`), and monitors and queues of jobmon in a session of their own.
package struct ProcessKin {
    /// An attempt that is being ended.
    package struct Attempt: Sendable {
        /// Its command's process.
        package var root: Int32?
        /// The process group that is its own; nil: none.
        package var group: Int32?
        /// What its processes carry. Its own key in `instance` claims processes if `isKeyed`; else that is what the
        /// command inherited.
        package var marks: ProcessMarks
        package var isKeyed: Bool
        /// What was found to belong to it.
        package var known: Set<ProcessIdentity> = []

        package init(root: Int32?, group: Int32?, marks: ProcessMarks, isKeyed: Bool) {
            self.root = root
            self.group = group
            self.marks = marks
            self.isKeyed = isKeyed
        }
    }

    /// The user of a process that works as another user started it: it is ours to end.
    package var isOursByRealUser: (Int32) -> Bool = { _ in false }
    /// The process is a monitor, queue or supervisor of jobmon.
    package var isService: (Int32) -> Bool = { _ in false }
    /// The attempt (its index) of a process that we have as a child without having started it: an orphan of some
    /// command's. Nil: nobody can tell.
    package var attemptOfOrphan: (ProcessRecord) -> Int? = { _ in nil }
    /// Us, who adopt orphans; nil: we do not.
    package var adopter: Int32?
    /// Children of ours that belong to no attempt that is being ended.
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

/// One look: what was decided of each process is decided once.
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
        // A loop of parents there is none; should /proc show one while processes come and go, it ends here.
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
