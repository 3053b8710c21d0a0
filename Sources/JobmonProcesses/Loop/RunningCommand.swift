import CJobmonPOSIX
import Glibc
import JobmonCore

/// The loop's record of a running command.
struct RunningCommand {
    let id: CommandID
    let pid: Int32
    let ownGroup: Bool
    /// The value of `JOBMON_INSTANCE` in its processes.
    let instance: String?
    /// Its start, in seconds of the monotonic clock.
    let begun: Double
    /// When its time limit passes; nil: it has none.
    var deadline: Double?
    /// The pipe with its stderr; -1: none, or at its end.
    var tailFD: Int32
    /// The pipe is among what the loop waits for. That of a quick command is not: its end would wake the loop once more,
    /// just before the end of the command. What such a command writes is read at its end.
    var isTailWatched: Bool
    var hadTail = false
    var tail = OutputTail()
    /// The minimum that its `maxrss` can show.
    var floor: Int64
    /// Set while it may not execute yet, with the texts to report if it fails to.
    var underWay: (launch: OpaquePointer, place: CommandPlace)?
    /// Why it never executed; nil if it did.
    var notStarted: StartFailure?
    /// The number of kills for memory in our cgroup before its start.
    let kills: Int?
    /// Other work ran in our cgroup at the same time.
    var hadCompany = false
    /// The peak of our cgroup's memory soon after its start, in bytes; nil: not known, or other work was in the cgroup.
    var cgroupPeak: Int64?
    /// Bytes of memory above which it is ended; nil: no limit.
    let memoryLimit: Int64?
    /// The memory for which it is being ended, in bytes.
    var memoryTaken: Int64?
    /// What was seen of its memory.
    var memory: MemoryWatch
    /// Why it is being ended; nil if it is not.
    var ending: EndReason?

    init(id: CommandID, _ launch: Launch, _ command: Command, begun: Double, tailFD: Int32, kills: Int?) {
        self.id = id
        pid = launch.pid
        ownGroup = command.ownGroup
        instance = command.instance
        self.begun = begun
        deadline = command.timeLimit.map { begun + $0 }
        self.tailFD = tailFD
        isTailWatched = tailFD >= 0 && !command.startsFast
        floor = launch.floor
        underWay = launch.underWay.map { ($0, command.place) }
        self.kills = kills
        memoryLimit = command.memoryLimit
        memory = MemoryWatch(begun: begun, isLimited: command.memoryLimit != nil)
    }

    /// Takes the result of its launch, when that is over: its process was reaped, or the launch says so itself.
    mutating func endLaunch() {
        guard let (launch, place) = underWay else { return }
        underWay = nil
        var report = jobmon_report()
        jobmon_launch_end(launch, &report)
        floor = report.floor
        if report.step != 0 { notStarted = StartFailure(report, place) }
    }

    /// The next time at which the loop must act for it.
    var nextMoment: Double { deadline ?? .infinity }

    /// When its pipe joins what the loop waits for; infinity: it has, or there is none.
    var watchesTailAt: Double { tailFD < 0 || isTailWatched ? .infinity : begun + Self.quick }

    /// Seconds for which a command is a quick one. Longer than most need that do little, and short enough for one that
    /// fills the pipe and waits.
    private static let quick = 0.02
}

/// The pipe of an ended command that a grandchild still holds.
struct Drain {
    let fd: Int32
    var isFinished = false
}
