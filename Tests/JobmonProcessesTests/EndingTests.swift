import Glibc
import JobmonCore
import JobmonProcesses
import JobmonTestSupport
import Testing

/// Ending commands: the time limit, TERM, the grace, KILL, and who is left.
@Suite(.timeLimit(.minutes(1))) struct EndingTests {
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
