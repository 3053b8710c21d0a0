import Foundation
import JobmonTestSupport
import Testing

/// The monitor is killed repeatedly while wrappers and a plain sender talk to it: nothing that was acknowledged is
/// lost.
@Suite(.serialized)  // Each of these needs the machine for itself.
struct MonitorKillTests {
    /// The number of wrappers that are alive at once, the number of kills, and the longest command.
    static let wrappers = 200
    static let kills = 20
    static let longest = 20.0

    @Test(
        "200 wrappers and a plain sender outlive 20 kills of the monitor", .enabled(if: SQLiteCommand.isThere),
        .timeLimit(.minutes(20)))
    func wrappersAndSenderOutliveTheMonitor() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        try await withTestDirectory { directory in
            let ledger = "\(directory)/mon/job_monitor.sqlite"
            var monitor = try await MonitorProcess.start("\(directory)/mon")
            let script = "\(directory)/sender.py"
            try PlainSender.source.write(toFile: script, atomically: true, encoding: .utf8)
            let sender = try Running("/usr/bin/env", ["python3", script, "\(directory)/mon"])

            var running: [(process: Running, code: Int32)] = []
            for number in 0..<Self.wrappers {
                let code = Int32.random(in: 0...5, using: &random)
                let seconds = Double.random(in: 0...Self.longest, using: &random)
                let command = "sleep \(seconds); echo wrapper \(number) ends >&2; exit \(code)"
                let process = try Running(
                    Executable.path,
                    ["exec", "-d", "\(directory)/mon", "--name", "w\(number)", "--", "sh", "-c", command])
                running.append((process, code))
            }
            for _ in 0..<Self.kills {
                let pause = Double.random(in: 0.1...(Self.longest / Double(Self.kills) * 1.6), using: &random)
                try await pauses(pause)
                try await monitor.killed()
                monitor = try await MonitorProcess.start("\(directory)/mon")
            }
            let lastStart = Date()
            for wrapper in running {
                let finished = try await wrapper.process.finished()
                #expect(finished.status == wrapper.code, "seed \(seed)")
            }
            // Ten seconds after the last start, or one spool scan after the last wrapper's end.
            try await waitUntil("the spool is empty", within: max(6, 10 - Date().timeIntervalSince(lastStart))) {
                try FileManager.default.contentsOfDirectory(atPath: "\(directory)/mon/spool")
                    .filter { $0.hasSuffix(".json") || $0.hasSuffix(".jsonl") }.isEmpty
            }
            let emptied = Date().timeIntervalSince(lastStart)
            sender.send(SIGTERM)
            let acknowledged = try await sender.finished().stdout.split(separator: "\n").map(String.init)
            #expect(acknowledged.count > Self.kills, "seed \(seed): the sender hardly got a word in")

            for (number, wrapper) in running.enumerated() {
                let rows = try await SQLiteCommand.rows(
                    ledger,
                    """
                    select s.label, i.exit_code, (select group_concat(status) from (
                        select status from job_status where job_instance_id = i.job_instance_id order by status))
                    from job j join job_instance i using (jid) join status s on s.id = i.status
                    where j.name = 'w\(number)'
                    """)
                let expected =
                    wrapper.code == 0
                    ? ["COMPLETE", "0", "1,2,4"] : ["FAILED", "\(wrapper.code)", "1,2,3"]
                #expect(rows == [expected], "w\(number), seed \(seed)")
            }
            let times = try await SQLiteCommand.rows(
                ledger, "select sender || ' ' || sender_seq, count(*) from event where sender like 'plain-%' group by 1"
            )
            let counts = Dictionary(uniqueKeysWithValues: times.map { ($0[0], $0[1]) })
            for identity in acknowledged where counts[identity] != "1" {
                Issue.record("\(identity) was acknowledged and is there \(counts[identity] ?? "0") times, seed \(seed)")
            }
            let refused = try await SQLiteCommand.number(ledger, "select count(*) from event where outcome = 'refused'")
            #expect(refused == 0, "seed \(seed)")
            print(
                "\(Self.kills) kills: \(running.count) wrappers with the right outcome, spool empty",
                String(format: "%.1f", emptied),
                "s after the last start, \(acknowledged.count) events acknowledged to the",
                "sender and there once, \(refused) refused; seed \(seed)")
            try await monitor.killed()
        }
    }
}
