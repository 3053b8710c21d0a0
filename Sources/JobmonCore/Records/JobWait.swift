/// The jobs that a job waits for, in a few numbers.
package struct JobWait: Sendable, Equatable {
    /// How many it needs in all.
    package var all: Int
    /// How many of them are not COMPLETE.
    package var open: Int
    /// The first of those: its number, name and status.
    package var jid: Int64
    package var name: String
    package var status: Status

    package init(all: Int, open: Int, jid: Int64, name: String, status: Status) {
        self.all = all
        self.open = open
        self.jid = jid
        self.name = name
        self.status = status
    }

    /// In words: `waits for job 3 (fit 2001), which is RUNNING`, `waits for 12 of 40 jobs, such as job 3 (...)`.
    package var words: String {
        let first = "job \(jid) (\(name)), which is \(status.label)"
        return open == 1 ? "waits for \(first)" : "waits for \(open) of \(Units.count(all, "job")), such as \(first)"
    }
}
