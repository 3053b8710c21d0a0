import Dispatch
import Foundation
import Glibc
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// What was acknowledged is in the ledger, at whatever moment the process was killed.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct CrashTests {
    @Test func nothingAcknowledgedIsLost() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            var random = Seeded(state: 7)
            var acknowledged: [String] = []
            for round in 0..<8 {
                let delay = Int.random(in: 1...120, using: &random)
                let result = try await #require(
                    processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
                ) { [path = path as String, round = round as Int, delay = delay as Int] in
                    try await recordUntilKilled(path: path, sender: "round\(round)", after: delay)
                }
                let said = String(decoding: result.standardOutputContent, as: UTF8.self)
                // The last line may be incomplete: it does not count.
                let lines = said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                acknowledged += lines.filter { $0.hasPrefix("round\(round) ") }.map(String.init)

                let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
                let kept = Set(try await ledger.rows("SELECT sender || ' ' || sender_seq FROM event"))
                let lost = acknowledged.filter { !kept.contains($0) }
                #expect(lost.isEmpty, "lost after \(delay) ms of round \(round): \(lost)")
                #expect(try await ledger.write { try $0.connection.texts("PRAGMA integrity_check") } == ["ok"])
                try await ledger.checkInvariants()
                // A batch is recorded completely or not at all.
                #expect(
                    try await ledger.rows(
                        "SELECT job_instance_id FROM job_instance WHERE status NOT IN (3, 4)"
                    ).isEmpty)
                try await ledger.close()
            }
            // Each round acknowledges three events at least; how many more depends on the machine.
            #expect(acknowledged.count >= 3 * 8)
            #expect(Set(acknowledged).count == acknowledged.count)
        }
    }
}

/// Records lives of jobs and prints what was acknowledged, until it is killed `delay` milliseconds after its first
/// acknowledgement.
private func recordUntilKilled(path: String, sender name: String, after delay: Int) async throws {
    let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
    var sender = Sender(name)
    for index in 0... {
        let key = "\(name)-\(index)"
        let batch = [
            sender.say(.exec(key)), sender.say(.running(key)),
            sender.say(index % 3 == 0 ? .failed(key) : .complete(key)),
        ]
        let recorded = try await ledger.record(batch)
        guard recorded.results.allSatisfy({ $0.outcome == .recorded }) else { exit(1) }
        let said = batch.compactMap(\.identity).map { "\($0.sender) \($0.seq)\n" }.joined()
        var bytes = Array(said.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            guard written > 0 else { exit(2) }
            bytes = bytes.dropFirst(written)
        }
        if index == 0 {
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) { kill(getpid(), SIGKILL) }
        }
    }
}
