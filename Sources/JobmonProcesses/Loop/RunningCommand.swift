import CJobmonPOSIX
import Glibc
import JobmonCore

/// A command that runs, as the loop keeps it.
struct RunningCommand {
    let id: CommandID
    let pid: Int32
    let ownGroup: Bool
    /// What its processes carry as `JOBMON_INSTANCE`.
    let instance: String?
    /// Steady seconds.
    let begun: Double
    /// When its time limit passes.
    var deadline: Double?
    /// The pipe with its stderr; -1: none, or at its end.
    var tailFD: Int32
    var hadTail = false
    var tail = OutputTail()
    /// The least that its `maxrss` can show.
    var floor: Int64
    /// It may not execute yet; and what it is named by should it fail to.
    var underWay: (launch: OpaquePointer, place: CommandPlace)?
    /// It never executed.
    var notStarted: StartFailure?
    /// The kills for memory in our cgroup before it started.
    let kills: Int?
    /// Why it is being ended.
    var ending: EndReason?

    init(id: CommandID, _ launch: Launch, _ command: Command, begun: Double, tailFD: Int32, kills: Int?) {
        self.id = id
        pid = launch.pid
        ownGroup = command.ownGroup
        instance = command.instance
        self.begun = begun
        deadline = command.timeLimit.map { begun + $0 }
        self.tailFD = tailFD
        floor = launch.floor
        underWay = launch.underWay.map { ($0, command.place) }
        self.kills = kills
    }

    /// Takes what became of its launch once that is over; its process was reaped, or it says so itself.
    mutating func endLaunch() {
        guard let (launch, place) = underWay else { return }
        underWay = nil
        var report = jobmon_report()
        jobmon_launch_end(launch, &report)
        floor = report.floor
        if report.step != 0 { notStarted = StartFailure(report, place) }
    }

    /// When the clock must be looked at for its sake.
    var nextMoment: Double { deadline ?? .infinity }
}

/// The pipe of a command that is over, still held by a grandchild.
struct Drain {
    let fd: Int32
    var isFinished = false
}
