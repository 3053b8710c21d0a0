import JobmonCore
import JobmonReporting

/// What the page needs of its monitor besides answers: its door, its sessions, and what it may change.
struct Seeing: Sendable {
    let ledger: any Ledger
    let writer: EventWriter
    let keeper: SnapshotKeeper
    let views: ViewAnswers
    let door: PageDoor
    let time: TimeSource
    let refusals: RefusalLog
    /// When the monitor started.
    let started: Timestamp
    let cache = AnswerCache()

    /// Nil: the ledger is in memory, without a directory.
    var layout: DirectoryLayout? { views.layout }
}
