import Glibc
import JobmonCore
import JobmonProcesses
import JobmonTestSupport
import Testing

/// Runs a command to its end in its own loop.
func runToEnd(_ command: Command, in loop: ProcessLoop? = nil) throws -> CommandEnd {
    let loop = try loop ?? ProcessLoop(reapsAll: false)
    let id = try loop.start(command).get().id
    while true {
        for event in loop.turn(atMost: 20000) {
            if case .ended(id, let end) = event { return end }
        }
    }
}

func shell(_ line: String) -> Command {
    var command = Command(PackedTexts(["/bin/sh", "-c", line]))
    command.stderr = .tail
    command.stdout = .discarded
    return command
}

/// Both ways to start must look the same from outside.
private let bothWays = [true, false]

@Suite(.timeLimit(.minutes(20))) struct ProcessLoopTests {
    @Test(arguments: [0, 1, 126, 255], bothWays) func exitCodes(code: Int, fast: Bool) throws {
        var command = shell("exit \(code)")
        command.startsFast = fast
        let end = try runToEnd(command)
        #expect(end.evidence == Evidence(exitCode: code))
        #expect(end.stderr == "")
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV, 34]) func deathBySignal(signal: Int32) throws {
        #expect(try runToEnd(shell("ulimit -c 0; kill -\(signal) $$")).evidence.signal == Int(signal))
    }

    @Test(arguments: bothWays) func whatCanNotBeStarted(fast: Bool) async throws {
        try await withTestDirectory { path in
            let plain = "\(path)/plain"
            close(creat(plain, 0o644))
            let loop = try ProcessLoop(reapsAll: false)
            func failure(_ words: [String], in directory: String? = nil, out: String? = nil) -> StartFailure? {
                var command = Command(PackedTexts(words))
                command.startsFast = fast
                command.directory = directory
                if let out { command.stdout = .file(out) }
                switch loop.start(command) {
                case .failure(let failure): return failure
                case .success(let started):
                    // A command that starts fast reports this by its end.
                    while loop.running > 0 {
                        for case .ended(started.id, let end) in loop.turn(atMost: 20000) {
                            #expect(end.usage == Usage() && end.stderr == nil)
                            return end.evidence.notStarted
                        }
                    }
                    return nil
                }
            }
            let missing = try #require(failure(["no-such-command-anywhere"]))
            #expect(missing.step == .command && missing.errno == ENOENT && missing.path == "no-such-command-anywhere")
            #expect(missing.exitCode == 127)
            #expect(failure(["\(path)/no/x"])?.exitCode == 127)
            #expect(failure([plain])?.exitCode == 126)
            #expect(failure([path])?.errno == EACCES)
            let directory = try #require(failure(["true"], in: "\(path)/nowhere"))
            #expect(directory.step == .directory && directory.path == "\(path)/nowhere")
            let output = try #require(failure(["true"], out: "\(path)/nowhere/out"))
            #expect(output.step == .output && output.path == "\(path)/nowhere/out")
            #expect(loop.running == 0)
            #expect(loop.turn(atMost: 0).isEmpty)
        }
    }

    /// A command may be ended before its process executes: it then shares our memory, with all signals blocked.
    @Test func anEndThatComesAtOnceIsAnEnd() throws {
        let loop = try ProcessLoop(reapsAll: false)
        for round in 0..<200 {
            let id = try loop.start(Command(PackedTexts(["sleep", "100"]))).get().id
            if round % 2 == 0 { #expect(loop.end(id, .cancelled)) } else { loop.kill(id, .cancelled) }
            var end: CommandEnd?
            while end == nil {
                for case .ended(id, let found) in loop.turn(atMost: 4000) { end = found }
            }
            #expect(end?.evidence.cancelled == true && end?.evidence.notStarted == nil)
            #expect(end?.evidence.signal == (round % 2 == 0 ? Int(SIGTERM) : Int(SIGKILL)))
        }
    }

    /// Our errno must not be that of processes that share our memory.
    @Test func startsThatFailLeaveOurErrorNumberAlone() throws {
        let loop = try ProcessLoop(reapsAll: false)
        var command = Command(PackedTexts(["no-such-command-anywhere"]))
        command.additions.append("PATH=" + (0..<50).map { "/nowhere/\($0)" }.joined(separator: ":"))
        for _ in 0..<50 {
            _ = try loop.start(command).get()
            for _ in 0..<200 {
                #expect(close(-1) == -1)
                #expect(errno == EBADF)
            }
            while loop.running > 0 { _ = loop.turn(atMost: 20000) }
        }
    }

    @Test(arguments: bothWays) func argumentsAndEnvironmentAreTheirBytes(fast: Bool) async throws {
        try await withTestDirectory { path in
            var arguments = PackedTexts(["/bin/sh", "-c", #"printf '%s|' "$@" "$ADDED" "${HOME-none}""#, "sh"])
            arguments.append([0xFF, 0x20, 0x27])
            arguments.append("")
            arguments.append("--")
            var command = Command(arguments)
            command.startsFast = fast
            command.additions.append("ADDED=new\nline")
            command.additions.append("HOME")
            command.stdout = .file("\(path)/out")
            _ = try runToEnd(command)
            #expect(try bytes(of: "\(path)/out") == [0xFF, 0x20, 0x27] + Array("||--|new\nline|none|".utf8))
        }
    }

    @Test func theProgramIsLookedUpOnTheCommandsPath() async throws {
        try await withTestDirectory { path in
            let program = "\(path)/only-here"
            let fd = open(program, O_CREAT | O_WRONLY, 0o755)
            let text = "exit 9\n"  // no #!: a shell runs it, as execvp does
            _ = text.withCString { write(fd, $0, 7) }
            close(fd)
            var command = Command(PackedTexts(["only-here"]))
            command.additions.append("PATH=/nowhere:\(path)")
            let end = try runToEnd(command)
            #expect(end.evidence.exitCode == 9)
        }
    }

    @Test(arguments: bothWays) func aCommandStartsClean(fast: Bool) async throws {
        try await withTestDirectory { path in
            let extra = open("/dev/null", O_RDONLY)
            defer { close(extra) }
            var command = shell(
                "ls /proc/self/fd | tr '\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status | tr '\\n' ' '; "
                    + "test \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ && echo own group")
            command.startsFast = fast
            command.stdout = .file("\(path)/out")
            #expect(try runToEnd(command).evidence.exitCode == 0)
            let text = String(decoding: try bytes(of: "\(path)/out"), as: UTF8.self)
            // The fourth is the descriptor with which ls reads the folder.
            #expect(text.hasPrefix("0 1 2 3 SigBlk"))
            #expect(text.hasSuffix("own group\n"))
            #expect(text.contains("SigBlk:\t0000000000000000"), "\(text)")
            #expect(text.contains("SigIgn:\t0000000000000000"), "\(text)")
        }
    }

    @Test func theTailIsTheEndOfStderr() throws {
        let end = try runToEnd(shell("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo last >&2; exit 1"))
        let text = try #require(end.stderr)
        #expect(text.utf8.count == 64 << 10)
        // Do not print the whole text if this fails.
        #expect(text.suffix(8) == "xxxlast\n")
    }

    @Test func aGrandchildThatHoldsStderrHoldsNothingUp() async throws {
        try await withTestDirectory { path in
            let fifo = "\(path)/go"
            mkfifo(fifo, 0o600)
            let loop = try ProcessLoop(reapsAll: false)
            let end = try runToEnd(
                shell("(read x <\(fifo); echo late >&2; echo survived >\(path)/mark) & echo early >&2; exit 2"),
                in: loop)
            #expect(end.stderr == "early\n")
            let fd = open(fifo, O_WRONLY)
            _ = "go\n".withCString { write(fd, $0, 3) }
            close(fd)
            // Its late output is read and discarded, and it is not killed.
            try await waitUntil("the grandchild goes on") {
                _ = loop.turn(atMost: 10)
                return access("\(path)/mark", F_OK) == 0
            }
        }
    }

    @Test func usageIsMeasured() throws {
        let code = "x = bytearray(60 << 20); x[::4096] = b'x' * len(x[::4096]); sum(range(3000000))"
        let end = try runToEnd(Command(PackedTexts(["python3", "-I", "-S", "-c", code])))
        #expect(end.evidence.exitCode == 0)
        let maxrss = try #require(end.usage.maxrss)
        #expect(maxrss > 60 << 20)
        #expect((end.usage.cpu ?? 0) > 0.01)
        #expect((end.usage.wallclock ?? 0) >= 0.01)
    }

    @Test func aSmallCommandsMemoryIsAtMostOurOwn() throws {
        var command = Command(PackedTexts(["/bin/true"]))
        command.startsFast = true
        #expect(try runToEnd(command).usage.maxrssAtMost)
    }

    @Test func processesHaveTheirStartTime() throws {
        let loop = try ProcessLoop(reapsAll: false)
        let started = try loop.start(Command(PackedTexts(["sleep", "100"]))).get()
        #expect((started.process.started ?? 0) > 0)
        #expect(loop.pid(of: started.id) == started.process.pid)
        loop.kill(started.id, .cancelled)
        while loop.running > 0 { _ = loop.turn(atMost: 20000) }
    }

    @Test func manyAtOnceEachEndsOnce() throws {
        let loop = try ProcessLoop(reapsAll: false)
        var expected: [CommandID: Int] = [:]
        for code in 0..<60 {
            expected[try loop.start(shell("echo \(code) >&2; exit \(code)")).get().id] = code
        }
        var seen: [CommandID: Int] = [:]
        while seen.count < 60 {
            for case .ended(let id, let end) in loop.turn(atMost: 20000) {
                #expect(seen[id] == nil)
                seen[id] = end.evidence.exitCode
                if end.evidence.exitCode != 0 { #expect(end.stderr == "\(expected[id] ?? -1)\n") }
            }
        }
        #expect(seen == expected)
    }

    @Test func noDescriptorIsLeftOpen() throws {
        let loop = try ProcessLoop(reapsAll: false)
        func descriptors(_ loop: ProcessLoop) -> [Int32] { (0..<200).filter { fcntl($0, F_GETFD) >= 0 } }
        // Other tests open and close files meanwhile: one round without an increase is the proof.
        var gains: [Int] = []
        for _ in 0..<20 {
            let before = descriptors(loop).count
            for _ in 0..<10 { _ = try runToEnd(shell("echo x >&2; exit 1"), in: loop) }
            gains.append(descriptors(loop).count - before)
        }
        #expect((gains.min() ?? 1) <= 0)
    }

    @Test func timersAndDescriptors() throws {
        let loop = try ProcessLoop(reapsAll: false)
        loop.setTimer(1, after: 30)
        loop.setTimer(2, after: 0.01)
        #expect(loop.turn(atMost: 20000) == [.timer(token: 2)])
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        defer { for fd in ends { close(fd) } }
        loop.watch(ends[0], events: Int16(POLLIN), token: 7)
        #expect(loop.turn(atMost: 0).isEmpty)
        _ = "x".withCString { write(ends[1], $0, 1) }
        #expect(loop.turn(atMost: 20000) == [.ready(token: 7, revents: Int16(POLLIN))])
        loop.unwatch(token: 7)
        loop.cancelTimer(1)
        #expect(loop.turn(atMost: 10).isEmpty)
    }
}

func bytes(of path: String) throws -> [UInt8] { try #require(bytesIfThere(path)) }

/// Nil if it cannot be opened or read, such as a file of a process in /proc that is gone.
func bytesIfThere(_ path: String) -> [UInt8]? {
    let fd = open(path, O_RDONLY)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(fd, &bytes, bytes.count)
    return count >= 0 ? Array(bytes[..<count]) : nil
}
