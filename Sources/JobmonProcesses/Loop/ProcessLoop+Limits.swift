import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem

/// Ending commands with all that they started: TERM, the grace, KILL.
extension ProcessLoop {
    /// Seconds between two looks at the processes of this host: at first and once KILL was sent, and else. One look is for
    /// all commands that are being ended.
    private static let lookIntervals = (soon: 0.02, later: 0.1)
    /// How many looks come soon.
    private static let soonLooks = 5
    /// At most this part of the time goes into looking.
    private static let lookShare = 0.2
    /// Seconds after KILL within which processes are gone, or can't be ended at all.
    private static let dying = 2.0
    /// How far the kernel's start time of a process and our own clock may differ, in seconds.
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
        // Not here: of a hundred that are ended at once, the processes are looked up once. And nobody is told to end before
        // all were found: whose parent has gone is hard to find.
        nextLookAt = min(nextLookAt, now)
    }

    func enforceLimits(_ now: Double) {
        for index in commands.indices {
            if let deadline = commands[index].deadline, deadline <= now { endCommand(at: index, .timeLimit) }
        }
        guard !endings.isEmpty, nextEndingMoment <= now else { return }
        lookAround(now)
    }

    /// When something is to be done about what is being ended.
    var nextEndingMoment: Double {
        var moment = nextLookAt
        for ending in endings where ending.killAt > lastLookAt { moment = min(moment, ending.killAt) }
        return moment
    }

    /// The command of an ending is over; what it started may not be.
    func commandOfEndingIsOver(_ id: CommandID, _ now: Double) {
        guard let index = endings.firstIndex(where: { $0.id == id }) else { return }
        endings[index].isOver = true
        // Its number may be another's from now on.
        endings[index].attempt.root = nil
        looksSoon = max(looksSoon, 2)
        nextLookAt = min(nextLookAt, lastLookAt + lookInterval(Self.lookIntervals.soon))
    }

    private func lookInterval(_ seconds: Double) -> Double { max(seconds, lookDuration / Self.lookShare) }

    /// Looks once at all processes, for all commands that are being ended, and tells whoever is to go.
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

    /// Which job of a scheduler's its processes belong to, the command itself shows at the first look.
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
            // Again at each look: a process may have been made while the others were looked up.
            if let group, groupLives { Glibc.kill(-group, SIGKILL) }
            for process in members where process.group != group { Glibc.kill(process.identity.pid, SIGKILL) }
            return
        }
        if !endings[index].isBegun, let group, groupLives { tell(-group) }
        endings[index].isBegun = true
        for process in new where process.group != group { tell(process.identity.pid) }
    }

    /// TERM, and CONT, so that a stopped process can heed it.
    private func tell(_ pid: pid_t) {
        Glibc.kill(pid, SIGTERM)
        Glibc.kill(pid, SIGCONT)
    }

    /// Without /proc there are only the command and its group.
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

    // MARK: Who belongs to whom

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
        // One that has left its parents behind may be of any command that ran when it was started; and those that ended by
        // themselves may leave something running.
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
