import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// What a wrapper knows of earlier starts of the scheduler's job that it runs in, and leaves for later ones.
struct ExecMemory {
    /// The instance whose job this start goes on with; nil: it is a job of its own.
    let continues: String?
    /// That instance is still open: nobody could say its end.
    let leavesOpen: Bool
    private let path: String
    private var start: RememberedStart
    private let isWholeJob: Bool

    /// - Returns: nil where it runs in no scheduler's job, or as an instance that somebody else has made.
    init?(_ options: ExecOptions, _ layout: DirectoryLayout, _ job: ClusterJob?, key: String) {
        guard let job, options.instance == nil else { return nil }
        isWholeJob = options.isWholeJob
        path = RememberedStart.path(layout, job, command: isWholeJob ? nil : Self.mark(options, job))
        // What is not a whole job is remembered only once it was requeued.
        let earlier = isWholeJob || job.restarts > 0 ? RememberedStart.read(path) : nil
        let isNext = earlier?.isFollowed(by: job, name: options.name) ?? false
        continues = isNext ? earlier?.instance : nil
        leavesOpen = isNext && earlier?.hasEnded == false
        start = RememberedStart(
            restarts: job.restarts, instance: key, name: options.name, stamp: job.stamp, host: HostIdentity.host,
            bootID: HostIdentity.bootID, wrapper: ProcessTable.process(getpid()) ?? ProcessIdentity(pid: getpid()),
            began: TimeSource.system.now())
        // Before the command starts: its script may start itself at once.
        if isWholeJob { start.write(path) } else if isNext { unlink(path) }
    }

    /// The command is over.
    mutating func ended(_ outcome: Outcome) {
        // One that failed may be started once more, later, by the scheduler's own rules.
        let mayGoOn = isWholeJob ? outcome.status == .failed : outcome.cause == .requeued
        guard mayGoOn else {
            if isWholeJob { start.remove(path) }
            return
        }
        start.hasEnded = true
        start.write(path)
    }

    /// Tells the commands of one job apart.
    private static func mark(_ options: ExecOptions, _ job: ClusterJob) -> UInt64 {
        let rank = job.dialect.rankVariable.flatMap { getenv($0) }.map { String(cString: $0) } ?? ""
        var bytes = Array("\(options.name ?? "")\u{0}\(JSON.object(options.params).text)\u{0}\(rank)\u{0}".utf8)
        for word in options.command { bytes += word + [0] }
        return FNV1a.hash(bytes)
    }
}
