import Glibc
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonProcesses

/// The peak of the memory of real commands with all their processes.
@Suite(.timeLimit(.minutes(20))) struct MemoryPeakTests {
    private static let mebibyte: Int64 = 1 << 20

    /// A program of Python that has `hold(MB)`, which allocates and touches so much, and `wait(name)`, which makes a file
    /// of that name and waits for the file `go`.
    private func python(_ body: String, in path: String) -> Command {
        let prelude = """
            import os, time
            held = []
            def hold(size):
                held.append(bytearray(size << 20))
                held[-1][::4096] = b"x" * len(held[-1][::4096])
            def wait(name):
                open(name, "w").close()
                while not os.path.exists("go"): time.sleep(0.01)

            """
        var command = Command(PackedTexts(["python3", "-I", "-S", "-c", prelude + body]))
        command.directory = path
        return command
    }

    private func has(_ name: String, _ path: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

    private func make(_ name: String, _ path: String) { close(creat("\(path)/\(name)", 0o644)) }

    /// The highest memory that the loop has seen of a command so far.
    private func seen(_ loop: ProcessLoop, _ id: CommandID) -> MemoryPeak? {
        loop.commands.first { $0.id == id }?.memory.peak(largest: nil)
    }

    /// Runs a command: waits until `ready` files are there and its memory was seen, each page once, as `isSeen` wants it;
    /// then makes `go`.
    private func run(
        _ command: Command, in path: String, ready: [String], until isSeen: (MemoryPeak) -> Bool,
        then act: ((ProcessLoop, CommandID) -> Void)? = nil
    ) async throws -> CommandEnd {
        let loop = try ProcessLoop(reapsAll: false)
        let id = try loop.start(command).get().id
        try await waitUntil("its memory was seen") {
            _ = loop.turn(atMost: 50)
            guard ready.allSatisfy({ has($0, path) }), let peak = seen(loop, id) else { return false }
            return peak.source == .pss && isSeen(peak)
        }
        if let act { act(loop, id) } else { make("go", path) }
        var end: CommandEnd?
        while end == nil {
            for case .ended(id, let found) in loop.turn(atMost: 20000) { end = found }
        }
        return try #require(end)
    }

    private func isNear(_ peak: MemoryPeak?, _ megabytes: Int64) -> Bool {
        guard let peak else { return false }
        // The interpreter itself has about 4, and 10 of files.
        let most = megabytes + megabytes / 10 + 20
        return peak.bytes > (megabytes - megabytes / 10) * Self.mebibyte && peak.bytes < most * Self.mebibyte
    }

    @Test func memoryOfOneProcess() async throws {
        try await withTestDirectory { path in
            let end = try await run(
                python("hold(100); wait('ready')", in: path), in: path, ready: ["ready"],
                until: { $0.bytes > 100 * Self.mebibyte })
            #expect(isNear(end.usage.memoryPeak, 100), "\(end.usage)")
            #expect(end.usage.memoryPeak?.source == .pss && end.usage.memoryPeak?.bound == nil)
        }
    }

    @Test("pages that a command and its children share count once", arguments: [true, false])
    func sharedPages(startsFast: Bool) async throws {
        try await withTestDirectory { path in
            let body = """
                hold(100)
                for name in ("one", "two"):
                    if os.fork() == 0:
                        wait(name)
                        os._exit(0)
                wait("ready")
                os.wait(), os.wait()
                """
            var command = python(body, in: path)
            command.startsFast = startsFast
            let loop = try ProcessLoop(reapsAll: false)
            let id = try loop.start(command).get().id
            try await waitUntil("all three were looked at") {
                _ = loop.turn(atMost: 50)
                guard ["ready", "one", "two"].allSatisfy({ has($0, path) }), let trees = loop.trees else {
                    return false
                }
                guard trees.look(at: id).processes == 3, let peak = seen(loop, id) else { return false }
                return peak.source == .pss && peak.bytes > 100 * Self.mebibyte
            }
            let counted = try #require(loop.trees?.count(of: id))
            #expect(counted.isExact && isNear(MemoryPeak(bytes: counted.bytes, source: .pss), 100), "\(counted)")
            make("go", path)
            var end: CommandEnd?
            while end == nil {
                for case .ended(id, let found) in loop.turn(atMost: 20000) { end = found }
            }
            #expect(isNear(end?.usage.memoryPeak, 100), "\(String(describing: end?.usage))")
            #expect(end?.usage.memoryPeak?.source == .pss)
        }
    }

    @Test("what processes have of their own is added, also of those that are gone long before the end")
    func aChildThatIsGone() async throws {
        try await withTestDirectory { path in
            let body = """
                hold(50)
                child = os.fork()
                if child == 0:
                    hold(150)
                    wait("child")
                    os._exit(0)
                os.waitpid(child, 0)
                held.clear()
                """
            let end = try await run(
                python(body, in: path), in: path, ready: ["child"], until: { $0.bytes > 200 * Self.mebibyte })
            #expect(isNear(end.usage.memoryPeak, 200), "\(end.usage)")
        }
    }

    @Test("a process whose parent has gone still counts")
    func anOrphan() async throws {
        try await withTestDirectory { path in
            let body = """
                if os.fork() == 0:
                    if os.fork() == 0:
                        hold(120)
                        wait("orphan")
                        open("over", "w").close()
                        os._exit(0)
                    os._exit(0)
                os.wait()
                while not os.path.exists("over"): time.sleep(0.01)
                """
            let end = try await run(
                python(body, in: path), in: path, ready: ["orphan"], until: { $0.bytes > 120 * Self.mebibyte })
            #expect(isNear(end.usage.memoryPeak, 120), "\(end.usage)")
        }
    }

    @Test func aPeakBeforeTheEndStays() async throws {
        try await withTestDirectory { path in
            let body = "hold(150); wait('ready'); held.clear(); open('small', 'w').close()"
            let end = try await run(
                python(body, in: path), in: path, ready: ["ready"], until: { $0.bytes > 150 * Self.mebibyte })
            #expect(isNear(end.usage.memoryPeak, 150), "\(end.usage)")
        }
    }

    @Test("a peak that is over before the first look is shown by the kernel's peak of the largest process")
    func aPeakBetweenLooks() async throws {
        try await withTestDirectory { path in
            let body = "hold(200); held.clear(); wait('ready')"
            let end = try await run(python(body, in: path), in: path, ready: ["ready"], until: { $0.bytes > 0 })
            #expect(isNear(end.usage.memoryPeak, 200), "\(end.usage)")
        }
    }

    @Test func aQuickCommandIsNotLookedAt() throws {
        let end = try runToEnd(Command(PackedTexts(["/bin/true"])))
        // On a machine that is very busy, it may live long enough.
        #expect(end.usage.memoryPeak == nil || (end.usage.wallclock ?? 0) > MemoryWatch.first)
    }

    @Test("what was seen of a command that is ended is reported, and counts as at least that")
    func aKilledCommand() async throws {
        try await withTestDirectory { path in
            let end = try await run(
                python("hold(100); wait('ready')", in: path), in: path, ready: ["ready"],
                until: { $0.bytes > 100 * Self.mebibyte }, then: { $0.kill($1, .cancelled) })
            #expect(isNear(end.usage.memoryPeak, 100), "\(end.usage)")
            let judged = Outcome(evidence: end.evidence, usage: end.usage).judgedUsage.memoryPeak
            #expect(judged?.bound == .atLeast && judged?.bytes == end.usage.memoryPeak?.bytes)
        }
    }

    @Test("commands that run at the same time are told apart")
    func severalCommands() async throws {
        try await withTestDirectory { path in
            let loop = try ProcessLoop(reapsAll: false)
            var sizes: [CommandID: Int64] = [:]
            for size in [40, 80, 120] as [Int64] {
                let line = "if os.fork() == 0:\n    hold(\(size)); wait('r\(size)'); os._exit(0)\nos.wait()"
                sizes[try loop.start(python(line, in: path)).get().id] = size
            }
            try await waitUntil("all were seen") {
                _ = loop.turn(atMost: 50)
                return sizes.allSatisfy { id, size in
                    guard let peak = seen(loop, id) else { return false }
                    return peak.source == .pss && peak.bytes > size * Self.mebibyte
                }
            }
            make("go", path)
            var ends = 0
            while ends < sizes.count {
                for case .ended(let id, let end) in loop.turn(atMost: 20000) {
                    ends += 1
                    #expect(isNear(end.usage.memoryPeak, sizes[id] ?? 0), "\(end.usage)")
                }
            }
        }
    }
}
