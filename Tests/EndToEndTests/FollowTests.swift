import Foundation
import JobmonTestSupport
import Testing

/// Following changes: `events`, `watch`, `logs -f`, and background processes.
@Suite(.timeLimit(.minutes(20)))
struct FollowTests {
    private func sequences(_ text: String) throws -> [Int] {
        try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["sequence"] as? Int)
        }
    }

    private func exec(_ directory: String, _ name: String) async throws {
        let run = try await Executable.run(["exec", "-d", directory, "--name", name, "--", "/bin/true"])
        #expect(run.status == 0, "\(run.stderr)")
    }

    @Test("events continue when the monitor is back, without a gap, and from where a reader stopped")
    func eventsGoOn() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let first = try await MonitorProcess.start(mon)
            let follower = try Running(Executable.path, ["events", "-d", mon, "--since", "0"])
            try await exec(mon, "one")
            try await waitUntil("its events are printed") { try sequences(follower.stdout).count == 3 }
            try await first.killed()
            try await waitUntil("it says that the monitor is away") { follower.stderr.contains("went away") }
            // Spooled meanwhile.
            try await exec(mon, "two")
            let second = try await MonitorProcess.start(mon)
            try await waitUntil("it goes on", within: 30) { try sequences(follower.stdout).count == 6 }
            try await waitUntil("it says that one is back") { follower.stderr.contains("is back") }
            let all = try sequences(follower.stdout)
            #expect(all == all.sorted() && Set(all).count == 6)
            try await follower.killed()

            let rest = try await Executable.run(["events", "-d", mon, "--since", "\(all[3])", "--no-follow"])
            #expect(try sequences(rest.stdout) == Array(all[4...]))
            let recent = try await Executable.run(["events", "-d", mon, "--since", "1h", "--no-follow"])
            #expect(try sequences(recent.stdout) == all)
            try await second.killed()
            let without = try await Executable.run(["events", "-d", mon])
            #expect(without.status == 3 && without.stderr.contains("--no-follow"), "\(without.stderr)")
            let wrong = try await Executable.run(["events", "-d", mon, "--since", "yesterday"])
            #expect(wrong.status == 2 && wrong.stderr.contains("invalid start \"yesterday\" for --since"))
        }
    }

    @Test("watch names each group of errors once, shows the progress, and ends with the jobs")
    func watch() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let monitor = try await MonitorProcess.start(mon)
            try Data("exit 3\n[ -e '\(directory)/go' ] || while [ ! -e '\(directory)/go' ]; do sleep 0.05; done\n".utf8)
                .write(to: URL(fileURLWithPath: "\(directory)/jobs.txt"))
            let run = try Running(
                Executable.path, ["run", "-d", mon, "-f", "\(directory)/jobs.txt", "-j", "2"], stdin: "")
            try await waitUntil("the second job runs") {
                let jobs = try await Executable.run(["jobs", "-d", mon])
                return jobs.stdout.contains("RUNNING") && jobs.stdout.contains("FAILED")
            }
            let watch = try Running(Executable.path, ["watch", "-d", mon, "--queue", "jobs"])
            try await waitUntil("it names the error") {
                watch.stdout.contains("error E1: 1 job (job 1): exit code 3")
            }
            try await waitUntil("it says how far it is") {
                watch.stdout.contains("jobs: 1/2 done (1 failed), 1 running")
            }
            try await monitor.killed()
            try await waitUntil("it says that the monitor is away") { watch.stderr.contains("monitor") }
            let second = try await MonitorProcess.start(mon)
            try await waitUntil("it says that one is back") { watch.stderr.contains("is back") }
            _ = FileManager.default.createFile(atPath: "\(directory)/go", contents: nil)
            let watched = try await watch.finished()
            #expect(
                watched.status == 1 && watched.stdout.contains("jobs: 2/2 done (1 failed), 0 running"),
                "\(watched.stdout)")
            #expect(watched.stdout.split(separator: "\n").filter { $0.hasPrefix("error ") }.count == 1)
            #expect(try await run.finished().status == 1)
            try await second.killed()
            // Without a monitor, if all jobs are over, the final state is shown.
            let late = try await Executable.run(["watch", "-d", mon])
            #expect(late.status == 1 && late.stdout.contains("2/2 done"), "\(late.stderr)")
            #expect(late.stdout.contains("error E1: 1 job (job 1): exit code 3"), "\(late.stdout)")
        }
    }

    @Test("logs -f prints a job's output as it comes, through all its attempts")
    func followedLogs() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let line = """
                echo try {attempt}; while [ ! -e '\(directory)/go{attempt}' ]; do sleep 0.05; done; \
                echo end {attempt} >&2; [ {attempt} = 2 ]
                """
            try Data("\(line)\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/jobs.txt"))
            let run = try Running(
                Executable.path, ["run", "-d", mon, "-f", "\(directory)/jobs.txt", "--retries", "1"], stdin: "")
            try await waitUntil("the job is known") {
                try await Executable.run(["jobs", "-d", mon]).stdout.contains("RUNNING")
            }
            let logs = try Running(Executable.path, ["logs", "-d", mon, "1", "-f"])
            try await waitUntil("the first line came while it runs") { logs.stdout == "try 1\n" }
            _ = FileManager.default.createFile(atPath: "\(directory)/go1", contents: nil)
            try await waitUntil("the second attempt writes") { logs.stdout.hasSuffix("try 2\n") }
            _ = FileManager.default.createFile(atPath: "\(directory)/go2", contents: nil)
            let finished = try await logs.finished()
            #expect(finished.status == 0 && finished.stdout == "try 1\nend 1\ntry 2\nend 2\n", "\(finished.stdout)")
            #expect(finished.stderr.contains("==> stderr of job 1, attempt 2"), "\(finished.stderr)")
            #expect(try await run.finished().status == 0)
        }
    }

    @Test("logs -f of a job that is no longer monitored prints what there is, and says so")
    func followedLogsWithoutAMonitor() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let run = try Running(
                Executable.path, ["run", "-d", mon, "--", "sh", "-c", "echo begun; exec sleep 600"], stdin: "")
            try await waitUntil("it writes") {
                let logs = try await Executable.run(["logs", "-d", mon, "1", "--stdout"])
                return logs.stdout == "begun\n"
            }
            let follower = try Running(Executable.path, ["logs", "-d", mon, "1", "-f"])
            try await waitUntil("it follows") { follower.stdout == "begun\n" }
            try await run.killed()
            try await waitUntil("it says that the monitor is away") { follower.stderr.contains("went away") }
            let late = try await Executable.run(["logs", "-d", mon, "1", "-f"])
            #expect(late.status == 3 && late.stdout == "begun\n", "\(late.stderr)")
            // The next run learns of the end by itself.
            let next = try Running(
                Executable.path, ["run", "-d", mon, "--", "sh", "-c", "echo begun; exec sleep 600"], stdin: "")
            try await waitUntil("one is back") { follower.stderr.contains("is back") }
            next.send(SIGTERM)
            _ = try await next.finished()
            try await follower.killed()
        }
    }

    @Test("background processes hold none of their starter's open files")
    func detachedHoldsNothing() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let line = "exec 9>'\(directory)/lock'; flock 9; '\(Executable.path)' monitor '\(mon)' --detach </dev/null"
            let started = try await Running("/bin/bash", ["-c", line], stdin: "").finished()
            #expect(started.status == 0, "\(started.stderr)")
            let free = try await Running("/usr/bin/env", ["flock", "-n", "\(directory)/lock", "true"], stdin: "")
                .finished()
            #expect(free.status == 0, "the monitor holds its starter's lock")
            _ = try await Executable.run(["stop", "-d", mon])
        }
    }

    @Test("a monitor in the background is ready when the command returns; errors are reported")
    func detachedMonitor() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let started = try await Executable.run(["monitor", mon, "--detach"])
            #expect(started.status == 0 && started.stdout.hasPrefix("ready http://127.0.0.1:"), "\(started.stderr)")
            try await exec(mon, "one")
            let again = try await Executable.run(["monitor", mon, "--detach"])
            #expect(again.status == 4 && again.stderr.contains("is served by process"), "\(again.stderr)")
            #expect(again.stdout == "")
            let stopped = try await Executable.run(["stop", "-d", mon])
            #expect(stopped.status == 0)
            #expect(FileManager.default.fileExists(atPath: "\(mon)/monitor.log"))
        }
    }

    @Test("a run in the background continues after the command has returned; errors are reported at once")
    func detachedRun() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let arguments = [
                "run", "-d", mon, "--detach", "--each", "n=1..3", "--queue", "q", "--", "sh", "-c", "exit 0", "{n}",
            ]
            let started = try await Executable.run(arguments, in: directory)
            #expect(
                started.status == 0 && started.stderr.contains("queue q runs in the background"), "\(started.stderr)")
            try await waitUntil("its jobs are done") {
                try await Executable.run(["jobs", "-d", mon, "--status", "complete"]).stdout.split(separator: "\n")
                    .count == 4
            }
            try await waitUntil("it has said so") {
                (try? String(contentsOfFile: "\(mon)/run/queue.q.log", encoding: .utf8))?.contains("3 complete") == true
            }
            let wrong = try await Executable.run(["run", "-d", mon, "--detach", "-f", "/nowhere/jobs.txt"])
            #expect(wrong.status == 2 && wrong.stderr.contains("/nowhere/jobs.txt"), "\(wrong.stderr)")
            let stdin = try await Executable.run(["run", "-d", mon, "--detach", "-f", "-"])
            #expect(stdin.status == 2 && stdin.stderr.contains("stdin"), "\(stdin.stderr)")

            let holder = try Running(
                Executable.path,
                ["run", "-d", mon, "--queue", "held", "--unused-ok", "--each", "n=1", "--", "sleep", "600"], stdin: ""
            )
            try await waitUntil("the queue is held") {
                try await Executable.run(["jobs", "-d", mon, "--status", "running"]).stdout.contains("sleep")
            }
            let held = try await Executable.run(
                ["run", "-d", mon, "--detach", "--queue", "held", "--unused-ok", "--each", "n=1", "--", "sleep", "600"])
            #expect(held.status == 4 && held.stderr.contains("is run by process \(holder.pid)"), "\(held.stderr)")
            holder.send(SIGTERM)
            _ = try await holder.finished()
        }
    }

    @Test("the shells read their completion scripts", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async throws {
        let script = try await Executable.run(["completions", shell])
        #expect(script.status == 0 && script.stdout.contains("jobmon"))
        #expect(script.stdout.contains("watch") && script.stdout.contains("since"))
        let path = ["/bin/\(shell)", "/usr/bin/\(shell)"].first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let path else { return }
        try await withTestDirectory { directory in
            try Data(script.stdout.utf8).write(to: URL(fileURLWithPath: "\(directory)/script"))
            let read = try await Running(path, ["-n", "\(directory)/script"], stdin: "").finished()
            #expect(read.status == 0, "\(read.stderr)")
        }
    }
}
