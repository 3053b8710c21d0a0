/// How much smaller a ledger's file became.
package struct VacuumResult: Sendable, Equatable {
    /// Bytes of the file.
    package var before: Int64
    package var after: Int64
    /// Events whose texts were given up, since rows give them back.
    package var events: Int
    /// The file is as small by now; else somebody reads it, and it is once they have ended.
    package var isDone: Bool

    package init(before: Int64, after: Int64, events: Int, isDone: Bool) {
        self.before = before
        self.after = after
        self.events = events
        self.isDone = isDone
    }
}
