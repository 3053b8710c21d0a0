import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem

/// Ending commands with all processes that they started: TERM, the grace period, KILL.
extension ProcessLoop {
    /// Seconds between two scans of the processes of this host: `soon` at first and after KILL, else `later`. One scan
    /// serves all commands that are being ended.
    private static let lookIntervals = (soon: 0.02, later: 0.1)
    /// The number of scans with the short interval.
    private static let soonLooks = 5
    /// The maximum share of time spent on scans.
    private static let lookShare = 0.2
    /// Seconds after KILL within which processes are gone, or cannot be ended at all.
    private static let dying = 2.0
    /// The maximum difference in seconds between the kernel's start time of a process and our own clock.
    private static let clockSlack = 0.02

    func endCommand(at index: Int, _ reason: EndReason, after grace: Double = grace) {
        let now = time.steadySeconds()
        let command = commands[index]
        commands[index].deadline = nil
        commands[index].ending = command.ending ?? reason
        if let known = endings.firstIndex(where: { $0.id == command.id }) {
            endings[known].killAt = min(endings[known].killAt, now + grace)
        } else {
            var attempt = ProcessKin.Attempt(
                root: command.pid, group: command.ownGroup ? command.pid : nil, marks: .own,
                isKeyed: command.instance != nil)
            if let key = command.instance { attempt.marks.instance = key }
            let killAt = now + grace
            endings.append(
                Ending(
                    id: command.id, begun: command.begun, attempt: attempt, killAt: killAt,
                    giveUpAt: killAt + Self.dying))
            looksSoon = Self.soonLooks
        }
        // The scan comes later: if a hundred are ended at once, one scan is enough. No process is told to end before
        // all are found, since a process whose parent has gone is hard to find.
        nextLookAt = min(nextLookAt, now)
    }

    func enforceLimits(_ now: Double) {
        for index in commands.indices {
            if let deadline = commands[index].deadline, deadline <= now { endCommand(at: index, .timeLimit) }
        }
        guard !endings.isEmpty, nextEndingMoment <= now else { return }
        lookAround(now)
    }

    /// The time of the next action on commands that are being ended.
    var nextEndingMoment: Double {
        var moment = nextLookAt
        for ending in endings where ending.killAt > lastLookAt { moment = min(moment, ending.killAt) }
        return moment
    }

    /// The command of an ending is over; the processes that it started may not be.
    func commandOfEndingIsOver(_ id: CommandID, _ now: Double) {
        guard let index = endings.firstIndex(where: { $0.id == id }) else { return }
        endings[index].isOver = true
        // From now on its pid may belong to another process.
        endings[index].attempt.root = nil
        looksSoon = max(looksSoon, 2)
        nextLookAt = min(nextLookAt, lastLookAt + lookInterval(Self.lookIntervals.soon))
    }

    private func lookInterval(_ seconds: Double) -> Double { max(seconds, lookDuration / Self.lookShare) }

    /// Scans all processes once, for all commands that are being ended, and signals those that must end.
    private func lookAround(_ now: Double) {
        lastLookAt = now
        if let snapshot = ProcessSnapshot.take() {
            takeMarks(snapshot)
            let members = kin(now).members(of: endings.map(\.attempt), among: snapshot.records)
            for index in endings.indices { proceed(index, members[index], snapshot.isUnsettled, now) }
        } else {
            for index in endings.indices { proceedBlindly(index, now) }
        }
        lookDuration = time.steadySeconds() - now
        endings.removeAll { $0.isDone || ($0.isOver && $0.giveUpAt <= now) }
        looksSoon = max(0, looksSoon - 1)
        let isSoon = looksSoon > 0 || endings.contains { $0.killAt <= now || $0.quietLooks > 0 }
        nextLookAt =
            endings.isEmpty
            ? .infinity : now + lookInterval(isSoon ? Self.lookIntervals.soon : Self.lookIntervals.later)
    }

    /// Sets the scheduler's job of each command, which the command itself shows at the first scan.
    private func takeMarks(_ snapshot: ProcessSnapshot) {
        guard endings.contains(where: { !$0.isBegun }) else { return }
        let marks = Dictionary(snapshot.records.map { ($0.identity.pid, $0.marks) }) { first, _ in first }
        for index in endings.indices where !endings[index].isBegun {
            guard let root = endings[index].attempt.root, let found = marks[root], found.instance != nil else {
                continue
            }
            endings[index].attempt.marks.jobs = found.jobs
        }
    }

    private func proceed(_ index: Int, _ members: [ProcessRecord], _ isUnsettled: Bool, _ now: Double) {
        let (new, groupLives) = endings[index].take(members, isUnsettled: isUnsettled)
        let group = endings[index].attempt.group
        if endings[index].killAt <= now {
            // Again at each scan: a process may have been created during it.
            if let group, groupLives { Glibc.kill(-group, SIGKILL) }
            for process in members where process.group != group { Glibc.kill(process.identity.pid, SIGKILL) }
            return
        }
        if !endings[index].isBegun, let group, groupLives { tell(-group) }
        endings[index].isBegun = true
        for process in new where process.group != group { tell(process.identity.pid) }
    }

    /// Sends TERM, and CONT so that a stopped process can react.
    private func tell(_ pid: pid_t) {
        Glibc.kill(pid, SIGTERM)
        Glibc.kill(pid, SIGCONT)
    }

    /// Without /proc, only the command and its group are known.
    private func proceedBlindly(_ index: Int, _ now: Double) {
        let ending = endings[index]
        let target = ending.attempt.group.map { -$0 } ?? ending.attempt.root
        guard let target, Glibc.kill(target, 0) == 0 || errno == EPERM else {
            endings[index].quietLooks += 1
            return
        }
        if ending.killAt <= now {
            Glibc.kill(target, SIGKILL)
        } else if !ending.isBegun {
            tell(target)
        }
        endings[index].isBegun = true
    }

    // MARK: Which process belongs to which command

    private func kin(_ now: Double) -> ProcessKin {
        var kin = ProcessKin()
        kin.isOursByRealUser = { jobmon_process_is_ours($0) != 0 }
        kin.isService = { jobmon_process_is_service($0) != 0 }
        let ending = Set(endings.map(\.id))
        let innocent = commands.filter { !ending.contains($0.id) }
        kin.others = Set(innocent.map(\.pid)).union(spared)
        guard reapsAll else { return kin }
        kin.adopter = getpid()
        let suspects = endings.enumerated().map { (index: $0.offset, from: $0.element.begun) }
        let rate = Double(jobmon_ticks_per_second())
        let offset = Double(jobmon_ticks_now()) / rate - now
        let lastEnd = lastEndByItself
        // An orphan without its parents may belong to any command that was running when it started. Commands that ended
        // by themselves may also have left processes behind.
        kin.attemptOfOrphan = { orphan in
            guard let ticks = orphan.identity.started else { return nil }
            let started = Double(ticks) / rate - offset
            guard started > lastEnd, !innocent.contains(where: { $0.begun <= started + Self.clockSlack }) else {
                return nil
            }
            return suspects.filter { $0.from <= started + Self.clockSlack }.max { $0.from < $1.from }?.index
        }
        return kin
    }
}
