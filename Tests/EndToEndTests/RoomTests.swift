import Foundation
import JobmonTestSupport
import Testing

/// Slots, memory, GPUs, priorities and limits on this host, as users type them.
@Suite(.timeLimit(.minutes(20)))
struct RoomTests {
    /// A job that writes its amount to a log when it starts and takes it back before it ends: the sum of the log is at no
    /// place more than what ran at once.
    private static let counted = "echo $AMOUNT >>log; sleep 0.1; echo -$AMOUNT >>log"

    private func most(_ directory: String) throws -> Int {
        let log = try String(contentsOfFile: "\(directory)/log", encoding: .utf8)
        var (now, most) = (0, 0)
        for line in log.split(separator: "\n") {
            now += Int(line) ?? 1_000_000
            most = max(most, now)
        }
        #expect(now == 0)
        return most
    }

    private func write(_ jobs: [[String: Any]], _ directory: String) throws -> String {
        let lines = try jobs.map { job in
            String(decoding: try JSONSerialization.data(withJSONObject: job), as: UTF8.self)
        }
        try lines.joined(separator: "\n").write(
            toFile: "\(directory)/jobs.jsonl", atomically: true, encoding: .utf8)
        return "\(directory)/jobs.jsonl"
    }

    private func query(_ mon: String, _ sql: String) async throws -> [[String: Any]] {
        let answered = try await Executable.run(["query", "-d", mon, "--json", sql])
        return try #require(try JSONSerialization.jsonObject(with: Data(answered.stdout.utf8)) as? [[String: Any]])
    }

    @Test("never more slots than -j, and never more memory than --total-memory", arguments: ["slots", "memory"])
    func totals(_ resource: String) async throws {
        try await withTestDirectory { directory in
            let amounts = (0..<24).map { [1, 3, 2, 4][$0 % 4] }
            let file = try write(
                amounts.map { amount in
                    let need: [String: Any] = resource == "slots" ? ["slots": amount] : ["memory": "\(amount)G"]
                    return need.merging(["command": Self.counted, "env": ["AMOUNT": "\(amount)"]]) { $1 }
                }, directory)
            let totals = resource == "slots" ? ["-j", "5"] : ["-j", "16", "--total-memory", "5G"]
            let ran = try await Executable.run(
                ["run", "-d", "\(directory)/mon", "-f", file, "--no-progress"] + totals, in: directory)
            #expect(ran.status == 0, "\(ran.stderr)")
            let most = try most(directory)
            #expect(most <= 5 && most >= 4, "\(most)")
        }
    }

    @Test("each job has GPUs of its own; a variable that is set is the pool")
    func gpus() async throws {
        try await withTestDirectory { directory in
            let line = "mkdir gpu-$CUDA_VISIBLE_DEVICES && sleep 0.1 && rmdir gpu-$CUDA_VISIBLE_DEVICES"
            let file = try write(
                (0..<12).map { _ in ["gpus": 1, "command": line] } + [
                    ["command": "echo $CUDA_VISIBLE_DEVICES >inherited"],
                    ["gpus": 2, "command": "echo $CUDA_VISIBLE_DEVICES >both"],
                ], directory)
            let ran = try await Executable.run(
                ["run", "-d", "\(directory)/mon", "-f", file, "--no-progress", "-j", "8"], in: directory,
                environment: ["CUDA_VISIBLE_DEVICES": "3,GPU-8932f937"])
            #expect(ran.status == 0, "\(ran.stderr)")
            func read(_ name: String) throws -> String {
                try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
            }
            #expect(try read("inherited") == "3,GPU-8932f937\n")
            #expect(try read("both") == "3,GPU-8932f937\n")
            let fewer = try await Executable.run(
                [
                    "run", "-d", "\(directory)/mon", "--queue", "fewer", "--gpus", "1", "--total-gpus", "1",
                    "--no-progress",
                    "--", "sh", "-c", "echo $CUDA_VISIBLE_DEVICES >one",
                ], in: directory, environment: ["CUDA_VISIBLE_DEVICES": "3,GPU-8932f937"])
            #expect(fewer.status == 0, "\(fewer.stderr)")
            #expect(try read("one") == "3\n")
        }
    }

    @Test("a job that says its slots has as many threads, unless the user says otherwise")
    func threads() async throws {
        try await withTestDirectory { directory in
            let line = "echo $OMP_NUM_THREADS/$OPENBLAS_NUM_THREADS/$JULIA_NUM_THREADS"
            let names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "JULIA_NUM_THREADS"]
            func run(_ queue: String, _ more: [String], _ variables: [String] = []) async throws -> String {
                let ran = try await Running(
                    "/usr/bin/env",
                    names.flatMap { ["-u", $0] } + variables + [Executable.path]
                        + ["run", "-d", "\(directory)/mon", "--queue", queue, "--no-progress", "-j", "4"] + more
                        + ["--", "sh", "-c", "\(line) >\(queue)"], in: directory
                ).finished()
                #expect(ran.status == 0, "\(ran.stderr)")
                return try String(contentsOfFile: "\(directory)/\(queue)", encoding: .utf8)
            }
            let silent = try await run("silent", [])
            #expect(silent == "//\n")
            let two = try await run("two", ["--slots", "2"])
            #expect(two == "2/2/2\n")
            // The libraries that follow OpenMP are not told otherwise.
            let own = try await run("own", ["--slots", "2"], ["OMP_NUM_THREADS=7"])
            #expect(own == "7//2\n")
            let one = try await run("one", ["--slots", "1"], ["OPENBLAS_NUM_THREADS=3"])
            #expect(one == "1/3/1\n")
        }
    }

    @Test("what can never run is refused at once, with the numbers, and nothing is queued")
    func refusals() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let file = try write(
                [
                    ["command": "true"], ["name": "big", "slots": 64, "command": "true"],
                    ["memory": "90T", "command": "true"],
                ],
                directory)
            let ran = try await Executable.run(
                ["run", "-d", mon, "-f", file, "--no-progress", "-j", "8"], environment: ["CUDA_VISIBLE_DEVICES": ""])
            #expect(ran.status != 0)
            #expect(
                ran.stderr.contains(
                    "job 2 of this run (big) can never run here: it asks for 64 slots, and there are 8; 1 more job asks for "
                        + "too much too"), "\(ran.stderr)")
            let jobs = try await Executable.run(["jobs", "-d", mon, "--json"])
            #expect(jobs.stdout.trimmingCharacters(in: .whitespacesAndNewlines) == "[]", "\(jobs.stdout)")
            for (options, text) in [
                (["--gpus", "1"], "it asks for 1 GPU, and there is none"),
                (["--slots", "0"], "--slots must be 1 or more"),
                (["--memory", "lots"], "invalid size \"lots\" for --memory"),
                (["--total-memory", "lots"], "invalid size \"lots\" for --total-memory"),
                (["--total-gpus", "0,0"], "invalid list \"0,0\" for --total-gpus"),
                (["--limit", "stata"], "invalid \"stata\" for --limit"), (["--limit", "stata=-1"], "for --limit"),
                (["--priority", "9999999999"], "--priority must be between"),
            ] {
                let refused = try await Executable.run(
                    ["run", "-d", mon, "--no-progress"] + options + ["--", "true"],
                    environment: ["CUDA_VISIBLE_DEVICES": ""])
                #expect(refused.status != 0 && refused.stderr.contains(text), "\(options): \(refused.stderr)")
            }
        }
    }

    @Test("more memory than a job asked for is shown; with --enforce-memory the job is ended")
    func memory() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let program = "import time; x = bytearray(150 << 20); time.sleep(1.2)"
            let shown = try await Executable.run(
                [
                    "run", "-d", mon, "--queue", "shown", "--memory", "50M", "--no-progress", "--", "python3", "-c",
                    program,
                ])
            #expect(shown.status == 0, "\(shown.stderr)")
            #expect(shown.stderr.contains("1 attempt had more memory than it asked for: job 1 had "), "\(shown.stderr)")
            let details = try await Executable.run(["show", "1", "-d", mon])
            #expect(details.stdout.contains("of memory, more than it asked for"), "\(details.stdout)")
            let ended = try await Executable.run(
                [
                    "run", "-d", mon, "--queue", "ended", "--memory", "50M", "--enforce-memory", "--retry", "none",
                    "--no-progress", "--", "python3", "-c", program.replacingOccurrences(of: "1.2", with: "60"),
                ])
            #expect(ended.status == 1, "\(ended.stderr)")
            #expect(ended.stderr.contains("ended by jobmon for its memory: it had "), "\(ended.stderr)")
            let rows = try await query(
                mon, "select cause, memory_bound, memory_peak from job_instance where jid = 2")
            #expect(rows.first?["cause"] as? String == "out_of_memory")
            #expect(rows.first?["memory_bound"] as? String == "at_least")
            // It may be ended while its memory still grows.
            #expect((rows.first?["memory_peak"] as? Int ?? 0) > 50 << 20)
            let why = try await Executable.run(["explain", "2", "-d", mon])
            #expect(why.stdout.contains("jobmon ended it for its memory (--enforce-memory)"), "\(why.stdout)")
        }
    }

    @Test("a job that was ended for its memory gets more, up to the memory of this host")
    func moreMemory() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let program = "import time; x = bytearray(150 << 20); time.sleep(1.2)"
            let ran = try await Executable.run(
                [
                    "run", "-d", mon, "--memory", "120M", "--enforce-memory", "--retry", "oom:3,mem=4x",
                    "--total-memory",
                    "400M", "--no-progress", "--backoff", "0", "--", "python3", "-c", program,
                ])
            #expect(ran.status == 0, "\(ran.stderr)")
            let rows = try await query(
                mon, "select requested_memory / 1048576 as mib from job_instance order by job_instance_id")
            #expect(rows.map { $0["mib"] as? Int } == [120, 400])
        }
    }

    @Test("a retry with more memory gets it while the queue runs")
    func retryWithMore() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let file = try write(
                [
                    ["name": "big", "memory": "60M", "command": "touch ran; test {attempt} = 2"],
                    ["name": "gate", "memory": "10M", "command": "until [ -e open ]; do sleep 0.05; done"],
                ], directory)
            let running = try Running(
                Executable.path, ["run", "-d", mon, "-f", file, "--no-progress", "-j", "4"], in: directory)
            try await waitUntil("the first has failed") {
                // Before it runs there may be no ledger.
                guard FileManager.default.fileExists(atPath: "\(directory)/ran") else { return false }
                let rows = try await query(mon, "select status from job where jid = 1")
                return rows.first?["status"] as? Int == 3
            }
            let retried = try await Executable.run(["retry", "1", "-d", mon, "--memory", "200M"])
            #expect(retried.status == 0, "\(retried.stderr)")
            try await waitUntil("it is complete") {
                let rows = try await query(mon, "select status from job where jid = 1")
                return rows.first?["status"] as? Int == 4
            }
            try "".write(toFile: "\(directory)/open", atomically: true, encoding: .utf8)
            #expect(try await running.finished().status == 0)
            let rows = try await query(
                mon, "select requested_memory / 1048576 as mib from job_instance where jid = 1 order by retry_number")
            #expect(rows.map { $0["mib"] as? Int } == [60, 200])
        }
    }

    @Test("at most so many jobs of a name at once, and more after jobmon set")
    func limits() async throws {
        try await withTestDirectory { directory in
            let mon = "\(directory)/mon"
            let file = try write(
                (0..<10).map { _ in ["name": "stata", "command": Self.counted, "env": ["AMOUNT": "1"]] }
                    + (0..<10).map { _ in ["name": "other", "command": "sleep 0.1"] }, directory)
            let ran = try await Executable.run(
                ["run", "-d", mon, "-f", file, "--no-progress", "-j", "8", "--limit", "stata=2"], in: directory)
            #expect(ran.status == 0, "\(ran.stderr)")
            let most = try most(directory)
            #expect(most == 2)
            let paused = try Running(
                Executable.path,
                ["run", "-d", mon, "-f", file, "--queue", "paused", "--no-progress", "-j", "8", "--limit", "stata=0"],
                in: directory)
            try await waitUntil("the other jobs are over") {
                let rows = try await query(mon, "select count(*) as n from job where queue = 'paused' and status = 4")
                return rows.first?["n"] as? Int == 10
            }
            let raised = try await Executable.run(["set", "-d", mon, "--queue", "paused", "--limit", "stata=3"])
            #expect(raised.status == 0 && raised.stderr.contains("at most 3 jobs of stata at once"), "\(raised.stderr)")
            let over = try await paused.finished()
            #expect(over.status == 0, "\(over.stderr)")
            #expect(over.stderr.contains("no job of stata is started: its limit is 0"), "\(over.stderr)")
        }
    }

    @Test("a higher priority starts first")
    func priorities() async throws {
        try await withTestDirectory { directory in
            let file = try write(
                [1, 2, 3, 4].map { ["priority": $0, "command": "echo \($0) >>order"] }, directory)
            let ran = try await Executable.run(
                ["run", "-d", "\(directory)/mon", "-f", file, "--no-progress", "-j", "1"], in: directory)
            #expect(ran.status == 0, "\(ran.stderr)")
            #expect(try String(contentsOfFile: "\(directory)/order", encoding: .utf8) == "4\n3\n2\n1\n")
        }
    }
}
