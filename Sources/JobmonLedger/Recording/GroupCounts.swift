import JobmonCore

/// How what is counted of groups changes in one transaction.
struct GroupCounts {
    private struct Sum {
        var errors = 0
        var jobs = 0
        var first: Timestamp
        var last: Timestamp
        /// The lowest number of a job.
        var jid: Int64

        mutating func add(_ errors: Int, jobs: Int, jid: Int64, from first: Timestamp, to last: Timestamp) {
            self.errors += errors
            self.jobs += jobs
            self.first = min(self.first, first)
            self.last = max(self.last, last)
            self.jid = min(self.jid, jid)
        }
    }

    private var added: [Int64: Sum] = [:]
    private var removed: [Int64: Sum] = [:]
    private var recounted: Set<Int64> = []

    /// A group got an error of a job.
    /// - Parameter isJobNew: whether it is the job's first error in the group.
    mutating func add(_ group: Int64, jid: Int64, isJobNew: Bool, at time: Timestamp) {
        added[group, default: Sum(first: time, last: time, jid: jid)]
            .add(1, jobs: isJobNew ? 1 : 0, jid: jid, from: time, to: time)
    }

    /// A group lost errors of a job, which came between two times.
    /// - Parameter isJobGone: whether the job has no other error in the group.
    mutating func remove(
        _ group: Int64, jid: Int64, errors: Int, isJobGone: Bool, from first: Timestamp, to last: Timestamp
    ) {
        removed[group, default: Sum(first: first, last: last, jid: jid)]
            .add(errors, jobs: isJobGone ? 1 : 0, jid: jid, from: first, to: last)
    }

    /// A group got or lost many errors: all of its errors are counted.
    mutating func recount(_ group: Int64) { recounted.insert(group) }

    /// Writes them into the groups' rows. To be called once, when all errors are written.
    func write(_ recorder: Recorder) throws(SQLiteFailure) {
        let statements = recorder.statements
        var recounted = recounted
        for (group, sum) in added where !recounted.contains(group) {
            try statements.countGroup.put(group).put(sum.errors).put(sum.jobs).put(sum.first.description)
                .put(sum.last.description).put(sum.jid).run()
        }
        for (group, sum) in removed where !recounted.contains(group) {
            try statements.uncountGroup.put(group).put(sum.errors).put(sum.jobs).put(sum.first.description)
                .put(sum.last.description).put(sum.jid).run()
            // If the first or the last error was among them, only all others tell what is the first or the last now.
            if recorder.connection.changedRows == 0 { recounted.insert(group) }
        }
        for group in recounted { try statements.recountGroup.put(group).run() }
    }
}
