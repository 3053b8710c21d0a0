import CJobmonPOSIX
import Glibc
import JobmonCore

/// Ending commands: TERM, the grace, KILL, and whoever is left.
extension ProcessLoop {
    func endCommand(at index: Int, _ reason: EndReason) {
        guard commands[index].ending == nil else { return }
        commands[index].ending = reason
        commands[index].deadline = nil
        commands[index].killAt = time.steadySeconds() + Self.grace
        send(SIGTERM, to: commands[index].target)
        send(SIGCONT, to: commands[index].target)
    }

    func enforceLimits(_ now: Double) {
        for index in commands.indices {
            if let deadline = commands[index].deadline, deadline <= now {
                endCommand(at: index, .timeLimit)
            } else if let killAt = commands[index].killAt, killAt <= now {
                // Once more while it lasts: a process may have been made while the others were looked up.
                commands[index].killAt = commands[index].ownGroup ? .infinity : now + 0.05
                send(SIGKILL, to: commands[index].target)
            }
        }
        guard !remnants.isEmpty else { return }
        for index in remnants.indices where remnants[index].lookAt <= now {
            if remnants[index].killAt <= now { send(SIGKILL, to: remnants[index].target) }
            // Soon after KILL, else now and then: so that no other group is meant when a number is used again.
            remnants[index].lookAt = min(
                now + (remnants[index].killAt <= now ? 0.01 : 0.1), max(now, remnants[index].killAt) + 0.01)
        }
        remnants.removeAll { $0.giveUpAt <= now || !isAlive($0.target) }
    }

    /// The command is over; its group, or our descendants, may not be.
    func leaveRemnant(of command: RunningCommand, _ now: Double) {
        guard isAlive(command.target) else { return }
        let killAt = min(command.killAt ?? now, now + Self.grace)
        remnants.append(
            Remnant(target: command.target, killAt: killAt, lookAt: min(now + 0.1, killAt), giveUpAt: killAt + 2))
        if killAt <= now { send(SIGKILL, to: command.target) }
    }

    func isAlive(_ target: EndTarget) -> Bool {
        switch target {
        case .group(let group): Glibc.kill(-group, 0) == 0 || errno == EPERM
        case .descendants: !descendants().isEmpty
        }
    }

    func send(_ signal: Int32, to target: EndTarget) {
        switch target {
        case .group(let group): Glibc.kill(-group, signal)
        case .descendants: for pid in descendants() { Glibc.kill(pid, signal) }
        }
    }

    private func descendants() -> [pid_t] {
        var capacity = 256
        while true {
            var count = 0
            let found = [pid_t](unsafeUninitializedCapacity: capacity) { buffer, filled in
                count = jp_descendants(getpid(), buffer.baseAddress, buffer.count)
                filled = min(count, buffer.count)
            }
            if count <= capacity { return found }
            capacity = count + 256
        }
    }
}
