import JobmonCore

/// Which ready jobs the executor gets, and how many of them. On this host, the supervisor starts what fits; it must have some
/// jobs of each kind, so that it finds one that fits whenever there is one. A cluster's scheduler does that itself.
extension QueueState {
    /// The line of a job, as the job is now.
    mutating func line(of index: Int) -> Int {
        let isLocal = !configuration.hearsFromMonitor
        let need = isLocal ? JobNeed(jobs[index].description.resources) : JobNeed()
        let kind = StartLine.Kind(need, limits: Int(jobs[index].limitSet))
        if let known = lineOfKind[kind] { return known }
        lines.append(StartLine(kind))
        lineOfKind[kind] = lines.count - 1
        return lines.count - 1
    }

    /// A job is ready: it waits in its line.
    mutating func enterLine(_ index: Int) {
        let line = line(of: index)
        jobs[index].line = Int32(line)
        jobs[index].priority = priorities[jobs[index].jid] ?? jobs[index].description.priority
        let rank = StartRank(priority: jobs[index].priority, jid: jobs[index].jid)
        lines[line].ready.push(ReadyJob(rank: rank, index: index))
    }

    /// Counts a job that takes room in the executor, or does not any more.
    mutating func countRoom(_ index: Int, _ change: Int) {
        inRoom += change
        if jobs[index].isNamed { namedInRoom += change }
        lines[Int(jobs[index].line)].count(jobs[index].priority, change)
    }

    /// Counts a job that runs or may run against its limits.
    mutating func countLimits(_ index: Int, _ change: Int) {
        for limit in limitSets[Int(jobs[index].limitSet)] { limits[limit].taken += change }
    }

    /// The first ready job of a line; nil: none is.
    private mutating func first(of line: Int) -> ReadyJob? {
        while let first = lines[line].ready.first {
            // A job that was cancelled, or that entered another line, left its entry behind.
            let job = jobs[first.index]
            if job.phase == .queued, job.line == line, job.priority == first.rank.priority { return first }
            _ = lines[line].ready.popFirst()
        }
        return nil
    }

    /// How many jobs of a line the executor may have at once.
    private func capacity(of line: Int) -> Int {
        var most = window
        for limit in limitSets[lines[line].kind.limits] { most = min(most, limits[limit].most ?? .max) }
        return most
    }

    /// How many more jobs of a line the executor may get now, if they have this priority.
    private func room(of line: Int, _ priority: Int32) -> Int {
        // A job of a higher priority does not wait for those below it that wait in the executor.
        let isShared = configuration.hearsFromMonitor
        var room = window - (isShared ? inRoom : lines[line].before(priority))
        for limit in limitSets[lines[line].kind.limits] {
            room = min(room, (limits[limit].most ?? .max) - limits[limit].taken)
        }
        return room
    }

    /// Keeps the executor's window full. It refills a quarter of the window at a time, so that the creation of
    /// instances is recorded in batches.
    mutating func refill(at now: Moment) {
        guard !stopping, !halted, !executorAway, now.steady >= fullUntil else { return }
        var open: [(line: Int, first: ReadyJob)] = []
        for line in lines.indices {
            guard let first = first(of: line) else { continue }
            let room = room(of: line, first.rank.priority)
            let mayWait = configuration.hearsFromMonitor ? inRoom > 0 : lines[line].inRoom > 0
            if room >= (mayWait ? max(1, capacity(of: line) / 4) : 1) { open.append((line, first)) }
        }
        while let place = open.indices.min(by: { open[$0].first < open[$1].first }) {
            let (line, next) = open[place]
            if room(of: line, next.rank.priority) > 0 {
                _ = lines[line].ready.popFirst()
                begin(next.index, at: now)
                if let first = first(of: line) {
                    open[place].first = first
                    continue
                }
            }
            open.swapAt(place, open.count - 1)
            open.removeLast()
        }
    }

    // MARK: Limits

    /// The set of the limits that a job is under.
    mutating func limitSet(name: @autoclosure () -> String, params: JSONObject) -> Int32 {
        guard !limits.isEmpty else { return 0 }
        let shown = name()
        return intern(limits.indices.filter { limits[$0].pattern.matches(name: shown, params: params) })
    }

    private mutating func intern(_ set: [Int]) -> Int32 {
        for limit in set { limits[limit].hasJobs = true }
        if let known = limitSets.firstIndex(of: set) { return Int32(known) }
        limitSets.append(set)
        return Int32(limitSets.count - 1)
    }

    /// Limits are set or, without a number, removed. Those of patterns that are new need the names and params of the jobs,
    /// which only the ledger has.
    mutating func setLimits(_ changes: [PatternChange]) {
        for change in changes {
            if let known = limits.firstIndex(where: { $0.pattern == change.pattern }) {
                limits[known].most = change.number
            } else if let number = change.number {
                limits.append(ActiveLimit(pattern: change.pattern, most: number))
                outbox.matchJobs = true
            }
        }
        sayPaused()
    }

    /// The priority of jobs, of those that have not started yet.
    mutating func setPriorities(_ changes: [PatternChange]) {
        newPriorities += changes
        outbox.matchJobs = true
    }

    /// Takes the names and params of jobs, after limits or priorities were set.
    mutating func matched(_ records: [JobRecord]) {
        var isChanged = false
        for record in records {
            guard let index = indexOfJid[record.jid], !jobs[index].phase.isOver else { continue }
            let description = record.description
            let set = limitSet(name: description.shownName, params: description.params)
            let before = (set: jobs[index].limitSet, priority: priorities[record.jid])
            for change in newPriorities
            where change.pattern.matches(name: description.shownName, params: description.params) {
                priorities[record.jid] = change.number.map { Int32(clamping: $0) }
            }
            guard set != before.set || priorities[record.jid] != before.priority else { continue }
            isChanged = true
            if jobs[index].phase.isUnderWay { countLimits(index, -1) }
            let takesRoom = jobs[index].phase.takesRoom
            if takesRoom { countRoom(index, -1) }
            jobs[index].limitSet = set
            if takesRoom {
                jobs[index].line = Int32(line(of: index))
                countRoom(index, 1)
            }
            if jobs[index].phase.isUnderWay { countLimits(index, 1) }
            if jobs[index].phase == .queued, jobs[index].isNamed { enterLine(index) }
        }
        // What has not started comes back, and is handed over again in its new order.
        if isChanged, !configuration.hearsFromMonitor { outbox.recall = true }
    }

    /// Says which jobs wait because of a limit of 0.
    mutating func sayPaused() {
        for limit in limits where limit.most == 0 && saidPaused.insert(limit.pattern).inserted {
            let pattern = limit.pattern.text
            outbox.say(
                "no job of \(pattern) is started: its limit is 0 (jobmon set --limit \(ShellWord.quoted("\(pattern)=N")) lets N run)"
            )
        }
        for limit in limits where limit.most != 0 { saidPaused.remove(limit.pattern) }
    }

    /// Says that jobs wait since they ask for more slots than there are now.
    mutating func sayTooWide(for slots: Int) {
        guard !configuration.hearsFromMonitor else { return }
        var widest = 0
        for line in lines.indices where lines[line].kind.slots > slots {
            if lines[line].inRoom > 0 || first(of: line) != nil { widest = max(widest, lines[line].kind.slots) }
        }
        guard widest > 0 else { return }
        outbox.say(
            "some jobs ask for up to \(widest) slots: they wait until there are as many (jobmon set -j \(widest))")
    }

    /// Says which limits are about no job of the queue: mostly, they are typing errors.
    mutating func sayUnusedLimits() {
        for limit in limits where !limit.hasJobs && !jobs.isEmpty {
            outbox.say("no job is under the limit of \(limit.pattern.text)")
        }
    }
}
