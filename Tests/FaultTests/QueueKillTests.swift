import Foundation
import JobmonTestSupport
import Testing

/// A queue of real commands whose monitor, queue and supervisor are killed repeatedly, one at a time and two at once:
/// every job is done once, and no two instances of a job are alive at once.
@Suite(.serialized)  // Each of these needs the machine for itself.
struct QueueKillTests {
    /// A command that leaves a mark, and checks that nothing of another instance of its job is alive.
    static let job = #"""
        #!/bin/bash
        exec 9>"$1/locks/$2"
        flock -n 9 || echo "$2 $JOBMON_INSTANCE" >>"$1/alive-twice"
        echo "$JOBMON_INSTANCE" >>"$1/marks/$2"
        # A third of them is left by its group, and a third by its session too; the lock goes with them.
        case $(($2 % 3)) in
            0) sleep "$3" ;;
            1) timeout 600 sleep "$3" ;;
            2) setsid --wait sleep "$3" ;;
        esac
        """#

    enum Victim: CaseIterable { case monitor, queue, supervisor }

    @Test(
        "jobs outlive rounds of kill -9 of monitor, queue and supervisor",
        .enabled(if: SQLiteCommand.isThere), .timeLimit(.minutes(15)))
    func jobsOutliveEveryKill() async throws {
        let environment = ProcessInfo.processInfo.environment
        let jobs = Int(environment["JOBMON_TEST_KILL_JOBS"] ?? "") ?? 200
        let rounds = Int(environment["JOBMON_TEST_KILL_ROUNDS"] ?? "") ?? 3
        let seed = UInt64(environment["JOBMON_TEST_SEED"] ?? "") ?? UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        try await withTestDirectory { directory in
            let ledger = "\(directory)/mon/job_monitor.sqlite"
            for folder in ["locks", "marks"] {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
            }
            try Self.job.write(toFile: "\(directory)/job.sh", atomically: true, encoding: .utf8)
            // Long enough that the queue still has work at the last kill.
            let slots = 8
            let longest = max(0.5, Double(4 * rounds * slots) * 2.4 / Double(jobs))
            let lines = (0..<jobs).map { number in
                let seconds = Double.random(in: 0...longest, using: &random)
                return "bash \(directory)/job.sh \(directory) \(number) \(String(format: "%.3f", seconds))"
            }
            try lines.joined(separator: "\n").write(toFile: "\(directory)/jobs.txt", atomically: true, encoding: .utf8)

            // Nil while the queue itself is the monitor: if both are started at the same time, either may become it.
            var monitor: Running? = try await MonitorProcess.start("\(directory)/mon")
            func startQueue() throws -> Running {
                // A job that loses its supervisor four times in a row has used an attempt, according to the rule. Some
                // schedules do that (seed 3141060114918980048).
                try Running(
                    Executable.path,
                    [
                        "run", "-d", "\(directory)/mon", "-f", "\(directory)/jobs.txt", "-j", "\(slots)", "--no-logs",
                        "--no-progress", "--retries", "5",
                    ],
                    stdin: "")
            }
            func startMonitor(beside queue: Running) async throws -> Running? {
                do {
                    return try await MonitorProcess.start("\(directory)/mon")
                } catch let refused as MonitorProcess.DidNotStart where refused.description.contains("\(queue.pid)") {
                    return nil
                }
            }
            var queue = try startQueue()
            // Each victim alone, and each pair, `rounds` times in a random order.
            var targets: [[Victim]] = []
            for _ in 0..<rounds {
                targets += Victim.allCases.map { [$0] }
                targets.append(Array(Victim.allCases.shuffled(using: &random).prefix(2)))
            }
            targets.shuffle(using: &random)
            var kills: [Victim: Int] = [:]
            for victims in targets {
                try await pauses(Double.random(in: 0.05...1.0, using: &random))
                #expect(queue.isRunning, "seed \(seed): the queue had ended before the last kill")
                if victims.contains(.supervisor), let pid = try await Self.supervisor(of: "\(directory)/mon") {
                    kill(pid, SIGKILL)
                    kills[.supervisor, default: 0] += 1
                }
                if victims.contains(.monitor) {
                    kills[.monitor, default: 0] += 1
                    if let monitor { try await monitor.killed() } else { try await queue.killed() }
                }
                if victims.contains(.queue) {
                    kills[.queue, default: 0] += 1
                    try await queue.killed()
                }
                if !queue.isRunning {
                    if monitor?.isRunning != true { monitor = nil }
                    queue = try startQueue()
                }
                if victims.contains(.monitor) { monitor = try await startMonitor(beside: queue) }
            }
            #expect(kills[.supervisor, default: 0] >= rounds, "seed \(seed): \(kills)")
            let finished = try await queue.finished()
            #expect(finished.status == 0, "seed \(seed): \(finished.stderr.suffix(2000))")

            let unfinished = try await SQLiteCommand.number(ledger, "select count(*) from job where status <> 4")
            #expect(unfinished == 0, "seed \(seed)")
            #expect(try await SQLiteCommand.number(ledger, "select count(*) from job") == jobs, "seed \(seed)")
            let complete = try await SQLiteCommand.number(
                ledger,
                "select count(*) from (select jid from job_instance where status = 4 group by jid having count(*) = 1)")
            #expect(complete == jobs, "seed \(seed): every job has exactly one COMPLETE instance")
            #expect(
                !FileManager.default.fileExists(atPath: "\(directory)/alive-twice"),
                "seed \(seed): \((try? String(contentsOfFile: "\(directory)/alive-twice", encoding: .utf8)) ?? "")")

            // A loss costs an attempt only after three in a row that were given back.
            let unjust = try await SQLiteCommand.number(
                ledger,
                """
                select count(*) from job_instance i where cause is 'lost' and attempt_returned = 0 and (
                    select count(*) from job_instance e where e.jid = i.jid and e.cause is 'lost'
                        and e.attempt_returned = 1 and e.retry_number between i.retry_number - 3 and i.retry_number - 1
                ) < 3
                """)
            #expect(unjust == 0, "seed \(seed): a job lost an attempt with its supervisor")
            let otherwise = try await SQLiteCommand.rows(
                ledger,
                """
                select jid, retry_number, status, cause, exit_code, signal, attempt_returned, submitted_date, started_date,
                    finished_date, evidence from job_instance where status <> 4 and cause is not 'lost'
                """)
            #expect(otherwise.isEmpty, "seed \(seed): attempts that ended in another way than with their supervisor")

            let rows = try await SQLiteCommand.rows(
                ledger,
                """
                select j.args, j.runfile, count(*), sum(i.cause is 'lost') from job j join job_instance i using (jid)
                group by jid
                """)
            for row in rows {
                let words = row[1].split(separator: " ")
                guard words.count > 3, let instances = Int(row[2]), let lost = Int(row[3]) else {
                    Issue.record("an unexpected row \(row)")
                    continue
                }
                let number = words[3]
                let marks = try String(contentsOfFile: "\(directory)/marks/\(number)", encoding: .utf8)
                    .split(separator: "\n").count
                if lost == 0 {
                    #expect(marks == 1, "job \(number) was never lost and has \(marks) marks, seed \(seed)")
                } else {
                    #expect(
                        (1...instances).contains(marks),
                        "job \(number): \(marks) marks, \(instances) instances, seed \(seed)")
                }
            }
            let lostOnes = rows.count { $0[3] != "0" }
            let instances = rows.compactMap { Int($0[2]) }.reduce(0, +)
            print(
                "\(jobs) jobs, each COMPLETE once, none alive twice; kills: \(kills[.monitor, default: 0]) of the monitor,",
                "\(kills[.queue, default: 0]) of the queue, \(kills[.supervisor, default: 0]) of the supervisor, of them",
                "\(rounds) of two at once; \(instances) instances, \(lostOnes) jobs lost one; seed \(seed)")
            try await monitor?.killed()
        }
    }

    /// The pid of a directory's supervisor, from /proc: the only process that was started as such for it. Nil if there
    /// was none for some seconds, as when all jobs are done.
    static func supervisor(of directory: String) async throws -> Int32? {
        for _ in 0..<200 {
            let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            let found = processes.lazy.compactMap(Int32.init).first { pid in
                guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
                let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                return words.count > 1 && words[1] == "__supervisor" && words.contains(directory)
            }
            if let found { return found }
            try await pauses(0.05)
        }
        return nil
    }
}
