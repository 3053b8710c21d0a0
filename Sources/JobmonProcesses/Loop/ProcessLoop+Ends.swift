import CJobmonPOSIX
import Glibc
import JobmonCore

/// The fate of commands: whether they execute, their ends, and the end of their stderr.
extension ProcessLoop {
    /// Frees what was kept for commands that execute by now.
    func endLaunches() {
        guard !launches.isEmpty else { return }
        launches.removeAll { id in
            guard let index = commands.firstIndex(where: { $0.id == id }), let launch = commands[index].underWay else {
                return true
            }
            guard jobmon_launch_is_over(launch.launch) != 0 else { return false }
            commands[index].endLaunch()
            return true
        }
    }

    func reap() {
        if reportsStops {
            for command in commands {
                let signal = jobmon_take_stop(command.pid)
                if signal != 0 { found.append(.stopped(command.id, signal: signal)) }
            }
        }
        let now = time.steadySeconds()
        if !reapsAll {
            for pid in commands.map(\.pid) where jobmon_peek_ended(pid) > 0 { collect(pid, now) }
        } else if commands.contains(where: { Self.mayHaveUsedStorage($0, now) }) {
            while true {
                let pid = jobmon_peek_ended(-1)
                guard pid > 0 else { break }
                collect(pid, now)
            }
        } else {
            var ended = jobmon_ended()
            while jobmon_wait(-1, WNOHANG, &ended) == 1 { take(ended, now) }
        }
    }

    /// Whether to look up what a command read and wrote. For short commands, the lookup takes longer than what it could
    /// find.
    private static func mayHaveUsedStorage(_ command: RunningCommand, _ now: Double) -> Bool {
        now - command.begun > 0.1
    }

    /// Reads the I/O counters of an ended child while its entry in /proc still exists, then reaps it.
    private func collect(_ pid: pid_t, _ now: Double) {
        var readBytes: Int64 = -1
        var writtenBytes: Int64 = -1
        if let command = commands.first(where: { $0.pid == pid }), Self.mayHaveUsedStorage(command, now) {
            jobmon_process_io(pid, &readBytes, &writtenBytes)
        }
        var ended = jobmon_ended()
        guard jobmon_wait(pid, WNOHANG, &ended) == 1 else { return }
        take(
            ended, now, ioRead: readBytes >= 0 ? readBytes : nil, ioWritten: writtenBytes >= 0 ? writtenBytes : nil)
    }

    /// Reports how a reaped child ended, if it was one of the commands.
    private func take(_ ended: jobmon_ended, _ now: Double, ioRead: Int64? = nil, ioWritten: Int64? = nil) {
        guard let index = commands.firstIndex(where: { $0.pid == ended.pid }) else { return }
        var command = commands.remove(at: index)
        command.endLaunch()
        if let failure = command.notStarted {
            if command.tailFD >= 0 { _ = finishTail(command) }
            if command.ending != nil { commandOfEndingIsOver(command.id, now) }
            found.append(.ended(command.id, CommandEnd(evidence: Evidence(notStarted: failure), usage: Usage())))
            return
        }
        var evidence = Evidence()
        if jobmon_status_signalled(ended.status) != 0 {
            evidence.signal = Int(jobmon_status_signal(ended.status))
        } else {
            evidence.exitCode = Int(jobmon_status_code(ended.status))
        }
        evidence.timedOut = command.ending == .timeLimit
        evidence.cancelled = command.ending == .cancelled
        if command.ending == .memoryLimit {
            evidence.memoryTaken = command.memoryTaken
            evidence.memoryLimit = command.memoryLimit
        }
        if let before = command.kills, let memoryKills {
            // What succeeded is looked at only roughly: that may cost next to nothing.
            let after = evidence.exitCode == 0 ? memoryKills.recentCount(now) : memoryKills.freshCount(now)
            let kills = max(0, (after ?? before) - before)
            if kills > 0 || evidence.signal == 9 || evidence.exitCode == 137 { evidence.oomKills = kills }
            if kills > 0 {
                evidence.oomShared = !hadCgroupAlone(command)
                evidence.memoryLimit = evidence.memoryLimit ?? memoryKills.limit()
            }
        }
        if evidence.exitCode != 0 { evidence.addressSpaceLimit = ResourceLimits.addressSpace() }
        var usage = Usage(
            wallclock: max(0, now - command.begun), cpu: ended.cpu, maxrss: ended.maxrss,
            maxrssAtMost: ended.maxrss <= command.floor + Self.floorSlack, ioRead: ioRead, ioWritten: ioWritten)
        usage.memoryPeak = memoryPeak(of: command, evidence, usage)
        var end = CommandEnd(evidence: evidence, usage: usage)
        end.stderr = command.tailFD >= 0 ? finishTail(command) : command.hadTail ? command.tail.text : nil
        if command.ending != nil { commandOfEndingIsOver(command.id, now) } else { lastEndByItself = now }
        found.append(.ended(command.id, end))
    }

    // MARK: Tails

    /// Waits for what commands write that are no quick ones.
    func watchTails(_ now: Double) {
        for index in commands.indices where commands[index].watchesTailAt <= now {
            commands[index].isTailWatched = true
            arrangement = .stale
        }
    }

    /// - Parameter isAtEnd: the pipe is empty and has no writers any more.
    func readTail(of index: Int, isAtEnd: Bool) {
        let count = isAtEnd ? 0 : read(commands[index].tailFD, &buffer, buffer.count)
        if count > 0 {
            buffer.withUnsafeBytes { commands[index].tail.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        } else if count == 0 {
            close(commands[index].tailFD)
            commands[index].tailFD = -1
            commands[index].isTailWatched = false
            commands[index].hadTail = true
            arrangement = .stale
        }
    }

    /// Reads the rest of the pipe. If a grandchild still holds it, its output is read and discarded from now on: a
    /// closed pipe would kill it.
    private func finishTail(_ command: RunningCommand) -> String {
        var tail = command.tail
        if command.isTailWatched { arrangement = .stale }
        while true {
            let count = read(command.tailFD, &buffer, buffer.count)
            if count > 0 {
                buffer.withUnsafeBytes { tail.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                // A grandchild that never stops writing must not delay the report of the end.
                if tail.total - command.tail.total < 4 << 20 { continue }
            }
            if count < 0, errno == EINTR { continue }
            if count == 0 || drains.count >= 1024 {
                close(command.tailFD)
            } else {
                drains.append(Drain(fd: command.tailFD))
                arrangement = .stale
            }
            return tail.text
        }
    }

    func empty(_ index: Int) {
        if read(drains[index].fd, &buffer, buffer.count) == 0 { drains[index].isFinished = true }
    }

    func dropFinishedDrains() {
        guard drains.contains(where: \.isFinished) else { return }
        for drain in drains where drain.isFinished { close(drain.fd) }
        drains.removeAll(where: \.isFinished)
        arrangement = .stale
    }
}
