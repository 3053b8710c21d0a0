import CJobmonPOSIX
import JobmonCore

/// The memory of running commands with all processes that they started: looks from time to time, and the peak at the end.
extension ProcessLoop {
    /// Looks at the commands whose turn it is.
    func lookAtMemory(_ now: Double) {
        guard memorySchedule.nextRound <= now, !commands.isEmpty else { return }
        let chosen = memorySchedule.begin(commands.map(\.memory), at: now)
        var cost = 0.0
        if !chosen.isEmpty {
            let begun = ProcessTrees.processorTime()
            let counting = look(at: chosen, now)
            cost = max(0, ProcessTrees.processorTime() - begun - counting)
        }
        memorySchedule.end(commands.map(\.memory), hasLooked: !chosen.isEmpty, cost: cost, at: now)
    }

    /// - Returns: seconds of processor time that counts took.
    private func look(at chosen: [Int], _ now: Double) -> Double {
        if trees == nil { trees = ProcessTrees() }
        guard let trees else {
            for index in chosen { commands[index].memory.postpone(now) }
            return 0
        }
        let roots = commands.map { command in
            jobmon_root(command: Int64(command.id), pid: command.pid, leads_group: command.ownGroup ? 1 : 0)
        }
        // Where there was never more than one command, what is adopted is its.
        trees.find(roots, spared: Array(spared), orphans: nextID == 2 ? commands.first?.id : nil)
        var counting = 0.0
        for index in chosen {
            let command = commands[index]
            // Until it executes, its memory is ours.
            guard command.underWay == nil else {
                commands[index].memory.postpone(now)
                continue
            }
            if !command.memory.wasLookedAt, command.cgroupPeak == nil, !command.hadCompany {
                commands[index].cgroupPeak = memoryKills?.peak()
            }
            let look = trees.look(at: command.id)
            var count: MemoryCount?
            let isSteady = command.memory.isSteady(look)
            if command.memory.needsCount(look, at: now), memorySchedule.mayCount(look, isSteady: isSteady) {
                let begun = ProcessTrees.processorTime()
                var found = trees.count(of: command.id)
                found.cost = ProcessTrees.processorTime() - begun
                memorySchedule.counted(look, cost: found.cost)
                counting += found.cost
                count = found
            }
            commands[index].memory.take(look, count, at: now)
            if let limit = command.memoryLimit, look.sum > limit, command.ending == nil {
                if count == nil, !look.isOfOneProcess { count = trees.count(of: command.id) }
                guard let taken = MemoryWatch.excess(over: limit, look, count) else { continue }
                commands[index].memoryTaken = taken
                endCommand(at: index, .memoryLimit)
            }
        }
        return counting
    }

    /// The peak of a command that is over.
    /// - Parameter usage: what the kernel said of it.
    func memoryPeak(of command: RunningCommand, _ evidence: Evidence, _ usage: Usage) -> MemoryPeak? {
        let sampled = command.memory.peak(largest: usage.maxrssAtMost ? nil : usage.maxrss)
        if evidence.ownOomKills > 0, let memoryKills {
            // It reached the limit, with page cache that the kernel could not free, and needed more. Looks come too late
            // for that. A limit of a cgroup around ours is not reached by this command alone.
            let limit = memoryKills.ownLimit().flatMap { $0 == memoryKills.limit() ? $0 : nil }
            guard let reached = limit ?? risenCgroupPeak(of: command) else { return sampled }
            return MemoryPeak(bytes: max(reached, sampled?.bytes ?? 0), source: .cgroup, bound: .atLeast)
        }
        // With the page cache, the cgroup's peak is higher than what the command needs: looks say more.
        guard sampled == nil, let peak = risenCgroupPeak(of: command), hadCgroupAlone(command) else { return sampled }
        return MemoryPeak(bytes: peak, source: .cgroup, bound: .atMost)
    }

    /// Whether nothing but this command, which is over, was in our cgroup while it ran.
    func hadCgroupAlone(_ command: RunningCommand) -> Bool {
        !command.hadCompany && commands.isEmpty && (memoryKills?.isAlone() ?? false)
    }

    /// The peak of our cgroup, if it rose while the command ran; nil: it is of before, or not known.
    private func risenCgroupPeak(of command: RunningCommand) -> Int64? {
        guard let before = command.cgroupPeak, let peak = memoryKills?.peak(), peak > before else { return nil }
        return peak
    }
}
