import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

/// Signals and kills from other processes reach the command of `jobmon exec` as without it.
@Suite(.timeLimit(.minutes(20)), .serialized) struct ExecSignalTests {
    /// Counts the signals that it receives, one line per signal, and says when it is ready.
    private static let counter = """
        import os, signal, sys, time
        names = (signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP, signal.SIGCONT, signal.SIGALRM)
        signal.pthread_sigmask(signal.SIG_BLOCK, names)
        open("up", "w").close()
        end = time.time() + 20
        while time.time() < end:
            got = signal.sigtimedwait(names, 0.5)
            if got and 0 < got.si_signo < 65:
                with open("got", "a") as file: file.write(f"{got.si_signo}\\n")
            if os.path.exists("over"): break
        """

    /// Starts the counter under `exec` from a Python program, which then does what `deed` says (`p` is the process).
    /// Returns the signals that the command received.
    private func signals(_ path: String, _ deed: String, exec: Bool = true, prefix: [String] = []) async throws -> [Int]
    {
        let program = """
            import os, signal, subprocess, sys, time
            os.chdir(sys.argv[1])
            p = subprocess.Popen(sys.argv[2:], start_new_session=True)
            while not os.path.exists("up"): time.sleep(0.01)
            time.sleep(0.05)
            def got():
                try: return len(open("got").read().split())
                except FileNotFoundError: return 0
            def wait(count):
                end = time.time() + 10
                while got() < count and time.time() < end: time.sleep(0.01)
            def is_ours(q):
                try: return os.getpgid(q) == p.pid
                except ProcessLookupError: return False
            # All are found first, and then signalled as fast as can be.
            def group(): return [q for q in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_ours(q)]
            # A sender that has other things to do between two signals, or too little of a processor.
            def slowly(number, pids, clock=time.time):
                begun = time.monotonic()
                for q in pids:
                    os.kill(q, number)
                    taken = time.monotonic() - begun
                    end = clock() + 0.02
                    while clock() < end: pass
                # By then, the wrapper may have forwarded the first signal: it waits for a second at most.
                if taken > 0.8: open("late", "w").close()
            # The same with others on its processor, so that it waits long for its next turn.
            def crowded(number, pids):
                os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
                others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
                slowly(number, pids, time.process_time)
                for other in others: other.kill()
                for other in others: other.wait()
            \(deed)
            time.sleep(0.3)
            open("over", "w").close()
            p.wait()
            """
        try Self.counter.write(toFile: "\(path)/count.py", atomically: true, encoding: .utf8)
        let wrapper = exec ? [Executable.path, "exec", "-d", "\(path)/mon", "--"] : []
        _ = try await Running(
            "/usr/bin/env", ["python3", "-c", program, path] + wrapper + prefix + ["python3", "count.py"], stdin: ""
        ).finished()
        let text = (try? String(contentsOfFile: "\(path)/got", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { Int($0) }
    }

    @Test(
        "to the group, to the wrapper only, one by one, twice: received as often as sent",
        arguments: [
            ("os.killpg(p.pid, signal.SIGTERM)", [15]), ("os.kill(p.pid, signal.SIGTERM)", [15]),
            ("os.killpg(p.pid, signal.SIGUSR1); wait(1); os.killpg(p.pid, signal.SIGUSR1)", [10, 10]),
            ("os.kill(p.pid, signal.SIGUSR1); wait(1); os.kill(p.pid, signal.SIGUSR1)", [10, 10]),
            ("os.kill(p.pid, signal.SIGUSR1); wait(1); os.killpg(p.pid, signal.SIGUSR1)", [10, 10]),
            ("[os.kill(q, signal.SIGTERM) for q in group()]", [15]), ("slowly(signal.SIGTERM, group())", [15]),
            ("crowded(signal.SIGTERM, group())", [15]),
            ("os.killpg(p.pid, signal.SIGSTOP); time.sleep(0.1); os.killpg(p.pid, signal.SIGCONT)", [18]),
        ])
    func asOften(_ deed: String, _ expected: [Int]) async throws {
        // On a crowded machine, a sender may get no processor for longer than the wrapper waits: then it is tried again.
        for attempt in 1...5 {
            let isDecided = try await withTestDirectory { path in
                let got = try await signals(path, deed)
                let isLate = FileManager.default.fileExists(atPath: "\(path)/late")
                if isLate {
                    #expect(!got.isEmpty && got.allSatisfy(expected.contains), "received \(got)")
                } else {
                    #expect(got == expected)
                }
                return !isLate
            }
            if isDecided { return }
            print("attempt \(attempt): the sender waited too long for a processor")
        }
    }

    @Test(
        "a command that has left the group receives what is sent to the group or to the wrapper",
        arguments: ["kill", "killpg"])
    func ownGroup(_ how: String) async throws {
        try await withTestDirectory { path in
            let got = try await signals(path, "os.\(how)(p.pid, signal.SIGUSR1)", prefix: ["setsid"])
            #expect(got == [10])
        }
    }

    @Test("an alarm that was set before reaches the command")
    func alarm() async throws {
        let run = try await Executable.run(["exec", "--", "true"])
        #expect(run.status == 0)
        let program = "import os, signal, sys; signal.alarm(1); os.execv(sys.argv[1], sys.argv[1:])"
        let rung = try await Running(
            "/usr/bin/env", ["python3", "-c", program, Executable.path, "exec", "--", "sleep", "20"], stdin: ""
        ).finished()
        #expect(rung.signalled && rung.status == SIGALRM)
    }

    @Test("nothing is left of the witness, and it holds none of the command's descriptors")
    func witness() async throws {
        try await withTestDirectory { path in
            let line =
                "sleep 0.1; for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in signal-witness) "
                + "test $(cut -d' ' -f4 $p/stat) = $PPID && { echo ${p#/proc/}; ls $p/fd; tr '\\0' ' ' <$p/cmdline; } ;; esac; done"
            let run = try await Executable.run(["exec", "-d", "\(path)/mon", "--", "sh", "-c", line])
            let lines = run.stdout.split(separator: "\n")
            #expect(lines.count == 3 && lines[1] == "0" && lines[2].hasPrefix("[signals of"))
            let pid = try #require(lines.first.flatMap { Int32($0) })
            #expect(kill(pid, 0) != 0)
        }
    }

    @Test("the command dies with a wrapper that is killed")
    func diesWithWrapper() async throws {
        try await withTestDirectory { path in
            let wrapper = try Running(
                Executable.path,
                ["exec", "-d", "\(path)/mon", "--", "sh", "-c", "echo $$ >\(path)/pid; exec sleep 300"],
                stdin: "")
            let pid = try await waitFor("the command") {
                Int32((try? String(contentsOfFile: "\(path)/pid", encoding: .utf8))?.dropLast() ?? "")
            }
            kill(wrapper.pid, SIGKILL)
            try await waitUntil("it is gone") { kill(pid, 0) != 0 }
            _ = try await wrapper.finished()
        }
    }

    @Test("a time limit ends with 124, or as the command ended")
    func timeLimit() async throws {
        let heeds = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"]
        let plain = try await Executable.run(["exec", "--timeout", "0.3", "--"] + heeds)
        #expect(!plain.signalled && plain.status == 124)
        let kept = try await Executable.run(["exec", "--timeout", "0.3", "--preserve-status", "--"] + heeds)
        #expect(!kept.signalled && kept.status == 0)
        let ended = try await Executable.run(["exec", "--timeout=0.3", "--preserve-status", "--", "sleep", "20"])
        #expect(ended.signalled && ended.status == SIGTERM)
        let inTime = try await Executable.run(["exec", "--timeout", "30", "--", "sh", "-c", "exit 3"])
        #expect(inTime.status == 3)
    }

    @Test("without free descriptors, the command runs in place of the wrapper", arguments: [4, 6])
    func fewDescriptors(_ limit: Int) async throws {
        try await withTestDirectory { path in
            // What another thread of the test process has open in this moment must not take one of the few.
            let line =
                "exec 3>&- 4>&- 5>&-; ulimit -n \(limit); exec \(Executable.path) exec -d \(path)/mon -- sh -c 'echo ran; exit 3'"
            let run = try await Running("/bin/bash", ["-c", line], stdin: "").finished()
            #expect(run.status == 3 && run.stdout == "ran\n", "\(run)")
            #expect(run.stderr.contains("RLIMIT_NOFILE") || run.stderr.contains("Too many open files"), "\(run)")
        }
    }
}
