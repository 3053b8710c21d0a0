import Foundation
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import JobmonWire
import Testing

/// `jobmon exec --task` as a process, in a simulated task of Grid Engine, without a monitor.
@Suite(.timeLimit(.minutes(20))) struct TaskTests {
    private struct Task: Sendable {
        let layout: DirectoryLayout
        let manifest: String

        var outcome: Outcome? {
            for case .outcome(_, let outcome) in SpoolReader(layout: layout).batches().flatMap(\.events).map(\.fact) {
                return outcome
            }
            return nil
        }

        var hasStarted: Bool {
            SpoolReader(layout: layout).batches().flatMap(\.events).contains {
                if case .running = $0.fact { true } else { false }
            }
        }

        /// What the command wrote to a file of the directory.
        func text(_ name: String) -> String {
            (try? String(contentsOfFile: "\(layout.root)/\(name)", encoding: .utf8)) ?? ""
        }

        /// The command's process, once the command has written its pid.
        func pid() async throws -> Int32 {
            try await waitFor("it runs") { Int32(text("pid").trimmingCharacters(in: .whitespacesAndNewlines)) }
        }

        func start(_ environment: [String: String] = [:]) throws -> Running {
            try Running(
                Executable.path, ["exec", "--task", manifest],
                environment: Self.place.merging(environment) { $1 }, stdin: "")
        }

        static let place = ["JOB_ID": "7", "SGE_TASK_ID": "1", "SGE_ROOT": "/nowhere", "QUEUE": "all.q"]
    }

    /// A manifest with one instance that runs a shell line; `ROOT` in it is the directory.
    private func withTask(
        _ line: String, executor: String = "sge", resources: JSONObject = [:], _ body: (Task) async throws -> Void
    ) async throws {
        try await withTestDirectory("task") { path in
            let layout = DirectoryLayout(root: "\(path)/mon")
            for folder in layout.folders {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            let order = InstanceOrder(
                instanceKey: "key", jid: 7, retryNumber: 0,
                description: JobDescription(
                    runfile: line.replacing("ROOT", with: layout.root), shell: true, resources: resources))
            let manifest = TaskManifest(
                batch: "batch", queue: "q", executor: executor, name: "n", intended: Timestamp(milliseconds: 0),
                timeLimit: nil, orders: [order])
            let file = layout.manifest("batch", .tasks)
            try Data(manifest.bytes).write(to: URL(fileURLWithPath: file))
            try await body(Task(layout: layout, manifest: file))
        }
    }

    /// A folder with a `qstat` that lists task 1 of job 7 in this state, with these requested resources.
    private func folder(
        _ task: Task, state: String, resources: String = "h_rt=300", used: String = "N/A"
    ) throws -> String {
        let folder = "\(task.layout.root)/../bin"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        #!/bin/sh
        if test "$1" = -j; then
            echo 'hard resource_list:         \(resources)'
            echo 'usage         1:            cpu=00:00:01, mem=0.0 GB s, io=0.0 GB, vmem=\(used), maxvmem=\(used)'
            exit
        fi
        echo 'job-ID  prior   name       user         state submit/start at     queue           slots ja-task-ID'
        echo '---------------------------------------------------------------------------------------------------'
        echo '      7 0.55500 n.1a2b3c.0 somebody     \(state)     11/25/2026 10:00:00 all.q@here          1 1'
        echo '      7 0.55500 n.1a2b3c.0 somebody     r     11/25/2026 10:00:00 all.q@here          1 2'
        """.write(toFile: "\(folder)/qstat", atomically: true, encoding: .utf8)
        chmod("\(folder)/qstat", 0o755)
        return folder
    }

    private func script(_ text: String, _ path: String) throws {
        try "#!/bin/sh\n\(text)\n".write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o755)
    }

    private func path(_ folder: String) -> [String: String] {
        ["PATH": "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"]
    }

    private func state(of pid: Int32) -> Character? {
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return stat.split(separator: ")").last?.first { !$0.isWhitespace }
    }

    @Test("the end of stdout is sent where stderr gives no reason")
    func stdoutTells() async throws {
        try await withTask("echo 'Error: no grid'; exit 3", resources: ["stdout": "ROOT/own.out"]) { task in
            let line = "\(Executable.path) exec --task \(task.manifest) >>\(task.layout.root)/own.out 2>/dev/null"
            try "Error: of before\n".write(
                toFile: "\(task.layout.root)/own.out", atomically: true, encoding: .utf8)
            _ = try await Running("/bin/sh", ["-c", line], environment: Task.place, stdin: "").finished()
            #expect(task.outcome?.stdout == "Error: no grid\n")
        }
    }

    @Test("an instance that was cancelled before its task started does not run")
    func cancelledBefore() async throws {
        try await withTask("touch ROOT/ran") { task in
            try Data("counted\n".utf8).write(to: URL(fileURLWithPath: task.layout.cancelMark("key")))
            let run = try await task.start().finished()
            #expect(run.status != 0)
            #expect(!FileManager.default.fileExists(atPath: "\(task.layout.root)/ran"))
            let outcome = try #require(task.outcome)
            #expect(outcome.status == .cancelled && outcome.cause == .cancelled && !outcome.returnsAttempt)
            #expect(!task.hasStarted)
        }
    }

    @Test("a mark of the whole array job counts too")
    func arrayCancelled() async throws {
        try await withTask("touch ROOT/ran") { task in
            try Data("returned\n".utf8).write(to: URL(fileURLWithPath: task.layout.manifest("batch", .cancel)))
            _ = try await task.start().finished()
            #expect(!FileManager.default.fileExists(atPath: "\(task.layout.root)/ran"))
            let outcome = try #require(task.outcome)
            #expect(outcome.status == .cancelled && outcome.returnsAttempt)
        }
    }

    @Test("a TERM is a deletion if Grid Engine says so; else it is a signal from elsewhere")
    func terminated() async throws {
        for (letters, status, cause) in [("dr", Status.cancelled, Cause.cancelled), ("r", .failed, .signal)] {
            try await withTask("echo $$ > ROOT/pid; exec sleep 300") { task in
                let run = try task.start(path(try folder(task, state: letters)))
                _ = try await task.pid()
                run.send(SIGTERM)
                _ = try await run.finished()
                #expect(task.outcome?.status == status && task.outcome?.cause == cause, "\(letters)")
            }
        }
    }

    /// The environment of a Slurm task.
    private static let slurm = [
        "SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "1", "JOB_ID": "undefined",
    ]

    @Test(
        "the end of a command that Slurm may have ended is open, and the task itself asks nothing",
        arguments: ["exec sleep 300", "trap 'exit 143' TERM; while :; do sleep 0.05; done", "trap '' TERM; sleep 1"],
        [true, false])
    func openEnd(_ line: String, toBoth: Bool) async throws {
        try await withTask("echo $$ > ROOT/pid; \(line)", executor: "slurm") { task in
            let folder = "\(task.layout.root)/../bin"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "#!/bin/sh\ntouch \(task.layout.root)/asked\n".write(
                toFile: "\(folder)/scontrol", atomically: true, encoding: .utf8)
            chmod("\(folder)/scontrol", 0o755)
            let run = try task.start(path(folder).merging(Self.slurm) { $1 })
            let pid = try await task.pid()
            // With proctrack/linuxproc, all processes are signalled at once.
            if toBoth { kill(pid, SIGTERM) }
            if !line.contains("trap ''") || !toBoth { run.send(SIGTERM) }
            _ = try await run.finished()
            let outcome = try #require(task.outcome)
            if line.contains("trap ''"), toBoth {
                #expect(outcome.status == .complete, "nobody told the task: \(outcome)")
            } else {
                #expect(outcome.status == .unknown && outcome.isOpen, "\(outcome)")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(task.layout.root)/asked"))
        }
    }

    @Test("a cancel by our queue counts even if the command is over before its task is told")
    func cancelBeforeTheSignal() async throws {
        try await withTask("echo $$ > ROOT/pid; exec sleep 300", executor: "slurm") { task in
            let run = try task.start(Self.slurm)
            let pid = try await task.pid()
            try Data("returned\n".utf8).write(to: URL(fileURLWithPath: task.layout.cancelMark("key")))
            kill(pid, SIGTERM)
            _ = try await run.finished()
            #expect(task.outcome?.status == .cancelled && task.outcome?.returnsAttempt == true)
        }
    }

    @Test("a suspended task stops its command too, and continues it")
    func suspended() async throws {
        try await withTask("echo $$ > ROOT/pid; until test -e ROOT/go; do sleep 0.05; done") { task in
            let run = try task.start(path(try folder(task, state: "s")))
            let pid = try await task.pid()
            // The signal that Grid Engine sends before it stops us, and only us.
            run.send(SIGUSR1)
            try await waitUntil("the command is stopped") { state(of: pid) == "T" }
            run.send(SIGSTOP)
            try await waitUntil("the wrapper is stopped") { state(of: run.pid) == "T" }
            run.send(SIGCONT)
            try await waitUntil("the command goes on") { state(of: pid) != "T" }
            try Data().write(to: URL(fileURLWithPath: "\(task.layout.root)/go"))
            #expect(try await run.finished().status == 0)
            #expect(task.outcome?.status == .complete)
        }
    }

    @Test("whether it is suspended is the first question: limits that are said late, or never, do not matter")
    func suspendedFirst() async throws {
        try await withTask("echo $$ > ROOT/pid; until test -e ROOT/go; do sleep 0.05; done") { task in
            let folder = try folder(task, state: "s")
            try script(
                """
                [ "$1" != -j ] || { touch '\(task.layout.root)/asked'; exec sleep 300; }
                echo '      7 0.55500 n.1a2b3c.0 somebody     s     11/25/2026 10:00:00 all.q@here          1 1'
                """, "\(folder)/qstat")
            let run = try task.start(path(folder))
            let pid = try await task.pid()
            run.send(SIGUSR1)
            try await waitUntil("the command is stopped") { state(of: pid) == "T" }
            #expect(!FileManager.default.fileExists(atPath: "\(task.layout.root)/asked"))
            run.send(SIGCONT)
            try Data().write(to: URL(fileURLWithPath: "\(task.layout.root)/go"))
            #expect(try await run.finished().status == 0)
            #expect(task.outcome?.status == .complete)
        }
    }

    @Test(
        "if a queue has limits per host, the one of this host counts",
        arguments: [("0:0:1,[n7=100:0:0]", false), ("100:0:0,[n7=0:0:1]", true), ("0:0:1,[@big=9:0:0]", false)])
    func limitOfHost(_ value: String, _ isReached: Bool) async throws {
        try await withTask("echo $$ > ROOT/pid; until test -e ROOT/go; do sleep 0.05; done") { task in
            let folder = try folder(task, state: "r")
            try script(
                "touch '\(task.layout.root)/asked'; echo 's_rt                  \(value)'", "\(folder)/qconf")
            let run = try task.start(path(folder).merging(["HOSTNAME": "n7"]) { $1 })
            _ = try await task.pid()
            run.send(SIGUSR1)
            try await waitUntil("the limit is asked for") {
                FileManager.default.fileExists(atPath: "\(task.layout.root)/asked")
            }
            // Of a limit that is reached the command is told, which ends it.
            if !isReached { try Data().write(to: URL(fileURLWithPath: "\(task.layout.root)/go")) }
            _ = try await run.finished()
            #expect(task.outcome?.cause == (isReached ? .timeLimit : nil))
        }
    }

    @Test("a task that must end while it is suspended ends")
    func endedSuspended() async throws {
        try await withTask("echo $$ > ROOT/pid; sleep 300") { task in
            let run = try task.start(path(try folder(task, state: "S")))
            let pid = try await task.pid()
            run.send(SIGUSR1)
            try await waitUntil("the command is stopped") { state(of: pid) == "T" }
            run.send(SIGUSR2)
            _ = try await run.finished()
            #expect(task.outcome?.status == .cancelled)
        }
    }

    @Test(
        "an announced kill is a deletion if Grid Engine says so; else the limit of memory that the job exceeds",
        arguments: [
            ("r", "h_rt=300,h_vmem=300M", "412.3M", Status.failed, Cause.outOfMemory),
            ("dr", "h_rt=300,h_vmem=300M", "412.3M", .cancelled, .cancelled),
            ("r", "h_rt=300", "412.3M", .cancelled, .cancelled),
            ("r", "h_rt=1,h_vmem=300M", "412.3M", .failed, .timeLimit),
        ])
    func announcedKill(
        _ letters: String, _ resources: String, _ used: String, _ status: Status, _ cause: Cause
    ) async throws {
        try await withTask("echo $$ > ROOT/pid; exec sleep 300") { task in
            let run = try task.start(path(try folder(task, state: letters, resources: resources, used: used)))
            _ = try await task.pid()
            run.send(SIGUSR2)
            _ = try await run.finished()
            let outcome = try #require(task.outcome)
            #expect(outcome.status == status && outcome.cause == cause, "\(outcome)")
            if cause == .outOfMemory {
                #expect(outcome.evidence.scheduler?.said.contains("h_vmem (300M, maxvmem 412.3M)") == true)
            }
        }
    }

    @Test("an announcement that nothing follows has no effect")
    func announced() async throws {
        try await withTask("echo $$ > ROOT/pid; until test -e ROOT/go; do sleep 0.05; done") { task in
            let run = try task.start(path(try folder(task, state: "r")))
            _ = try await task.pid()
            run.send(SIGUSR1)
            try Data().write(to: URL(fileURLWithPath: "\(task.layout.root)/go"))
            #expect(try await run.finished().status == 0)
            #expect(task.outcome?.status == .complete)
        }
    }

    @Test("the soft run time limit reaches the command, which may end in order or not")
    func softLimit() async throws {
        for (line, status, cause) in [
            (
                "trap 'echo noticed > ROOT/noticed; exit 0' USR1; echo $$ > ROOT/pid; while :; do sleep 0.05; done",
                Status.complete, Cause?.none
            ),
            ("echo $$ > ROOT/pid; exec sleep 300", .failed, .timeLimit),
        ] {
            try await withTask(line) { task in
                let folder = try folder(task, state: "r", resources: "h_rt=300,s_rt=0:0:1")
                let run = try task.start(path(folder))
                _ = try await task.pid()
                run.send(SIGUSR1)
                _ = try await run.finished()
                #expect(
                    task.outcome?.status == status && task.outcome?.cause == cause,
                    "\(String(describing: task.outcome))")
                #expect(task.text("noticed") == (status == .complete ? "noticed\n" : ""))
            }
        }
    }
}
