import Glibc
import JobmonCore
import JobmonProcesses
import JobmonTestSupport
import Testing

/// Ending commands: the time limit, TERM, the grace period, KILL, and the processes that are left.
@Suite(.timeLimit(.minutes(20))) struct EndingTests {
    @Test func aTimeLimitEndsTheGroup() async throws {
        try await withTestDirectory { path in
            var command = shell("sleep 300 & echo $! >\(path)/other; wait")
            command.timeLimit = 0.3
            let end = try runToEnd(command)
            #expect(end.evidence.timedOut && end.evidence.signal == Int(SIGTERM))
            #expect(Outcome(evidence: end.evidence).cause == .timeout)
            let other = try pid(in: "\(path)/other")
            try await waitUntil("the other of the group is gone") { !isRunning(other) }
        }
    }

    @Test func whoIgnoresTermIsKilledAfterTheGrace() async throws {
        try await withTestDirectory { path in
            var command = shell("trap '' TERM; echo $$ >\(path)/pid; while :; do sleep 0.05; done")
            command.timeLimit = 0.2
            let end = try runToEnd(command)
            #expect(end.evidence.timedOut && end.evidence.signal == Int(SIGKILL))
            let wallclock = try #require(end.usage.wallclock)
            #expect(wallclock >= 0.2 + ProcessLoop.grace)
        }
    }

    @Test func killComesEvenIfTheLeaderHasGone() async throws {
        try await withTestDirectory { path in
            let loop = try ProcessLoop(reapsAll: false)
            var command = shell(
                "sh -c 'trap \"\" TERM; echo $$ >\(path)/other; while :; do sleep 0.05; done' & "
                    + "while ! test -s \(path)/other; do sleep 0.01; done; echo >\(path)/ready; wait")
            command.timeLimit = nil
            let id = try loop.start(command).get().id
            try await waitUntil("both are there") {
                _ = loop.turn(atMost: 10)
                return access("\(path)/ready", F_OK) == 0
            }
            loop.end(id, .cancelled)
            var ended: CommandEnd?
            while ended == nil {
                for case .ended(id, let end) in loop.turn(atMost: 20000) { ended = end }
            }
            let other = try pid(in: "\(path)/other")
            #expect(ended?.evidence.cancelled == true && ended?.evidence.signal == Int(SIGTERM))
            #expect(loop.isEndingRemnants)
            #expect(isRunning(other))
            while loop.isEndingRemnants { _ = loop.turn(atMost: 1000) }
            #expect(!isRunning(other))
        }
    }

    @Test func aStoppedCommandHeedsTerm() throws {
        let loop = try ProcessLoop(reapsAll: false)
        let started = try loop.start(Command(PackedTexts(["sleep", "300"]))).get()
        loop.send(SIGSTOP, to: started.id)
        loop.end(started.id, .cancelled)
        while true {
            for case .ended(_, let end) in loop.turn(atMost: 20000) {
                #expect(end.evidence.signal == Int(SIGTERM))
                return
            }
        }
    }

    @Test func whatEndedInTimeIsNotTouched() throws {
        var command = shell("exit 4")
        command.timeLimit = 30
        let loop = try ProcessLoop(reapsAll: false)
        #expect(try runToEnd(command, in: loop).evidence == Evidence(exitCode: 4))
        #expect(!loop.isEndingRemnants)
    }

    /// Runs a shell line until `path/up` exists, and ends it. Returns the processes of `path/pids` that are left when
    /// the loop says that none is.
    private func leftover(_ path: String, _ line: String, lines count: Int, key: String? = nil) async throws -> [Int32]
    {
        let loop = try ProcessLoop(reapsAll: false)
        var command = shell(line)
        command.directory = path
        command.instance = key
        if let key { command.additions.append("JOBMON_INSTANCE=\(key)") }
        let id = try loop.start(command).get().id
        func pids() -> [Int32] {
            String(decoding: bytesIfThere("\(path)/pids") ?? [], as: UTF8.self).split(separator: "\n").compactMap {
                Int32($0)
            }
        }
        try await waitUntil("all are up") {
            _ = loop.turn(atMost: 10)
            return pids().count == count
        }
        loop.end(id, .cancelled)
        while loop.isEnding(id) { _ = loop.turn(atMost: 1000) }
        return pids().filter(isRunning)
    }

    @Test("processes in other groups or sessions end too, whether their environment changed or not")
    func groupsAndSessions() async throws {
        try await withTestDirectory { path in
            let line =
                "setsid sh -c 'echo $$ >>pids; exec sleep 300' & "
                + "env -i PATH=$PATH setsid sh -c 'echo $$ >>pids; exec sleep 300' & "
                + "timeout 200 sh -c 'echo $$ >>pids; exec sleep 300' & echo $$ >>pids; wait"
            let left = try await leftover(path, line, lines: 4)
            #expect(left.isEmpty)
        }
    }

    @Test("a grandchild in another session that ignores TERM is killed after the grace period")
    func grandchildIgnoresTerm() async throws {
        try await withTestDirectory { path in
            let line =
                "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$ >>pids; while :; do sleep 0.1; done' & "
                + "echo $$ >>pids; while :; do sleep 0.1; done"
            let start = ContinuousClock.now
            let left = try await leftover(path, line, lines: 2)
            #expect(left.isEmpty)
            #expect(ContinuousClock.now - start >= .seconds(ProcessLoop.grace))
        }
    }

    @Test("processes that have left their parents are found by their key")
    func daemons() async throws {
        try await withTestDirectory { path in
            let line = "(setsid sh -c 'echo $$ >>pids; exec sleep 300' &); echo $$ >>pids; sleep 300"
            let left = try await leftover(path, line, lines: 2, key: "key-\(getpid())-d")
            #expect(left.isEmpty)
        }
    }

    @Test("processes of another instance are spared")
    func spared() async throws {
        try await withTestDirectory { path in
            let line =
                "JOBMON_INSTANCE=other setsid sh -c 'echo $$ >>pids; exec sleep 300' & "
                + "while ! test -s pids; do sleep 0.01; done; echo $$ >>pids; wait"
            let left = try await leftover(path, line, lines: 2, key: "key-\(getpid())-s")
            #expect(left.count == 1)
            for pid in left { kill(pid, SIGKILL) }
        }
    }

    @Test("what a command that ends by itself leaves running is left alone")
    func endsByItself() async throws {
        try await withTestDirectory { path in
            let loop = try ProcessLoop(reapsAll: false)
            _ = try runToEnd(shell("setsid sleep 300 >/dev/null 2>&1 & echo $! >\(path)/other"), in: loop)
            #expect(!loop.isEndingRemnants)
            let other = try pid(in: "\(path)/other")
            #expect(isRunning(other))
            kill(other, SIGKILL)
        }
    }

    private func pid(in path: String) throws -> Int32 {
        let text = String(decoding: try bytes(of: path), as: UTF8.self)
        return try #require(Int32(text.filter(\.isNumber)))
    }

    /// Zombies are over.
    private func isRunning(_ pid: Int32) -> Bool {
        guard let stat = bytesIfThere("/proc/\(pid)/stat") else { return false }
        return !String(decoding: stat, as: UTF8.self).contains(") Z ")
    }
}
