import Foundation
import Glibc
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// A full disk loses nothing that was acknowledged, and recording continues once there is room.
@Suite(.timeLimit(.minutes(20)))
struct FullDiskTests {
    private func big(_ key: String) -> Event {
        .plain(.exec(key, name: String(repeating: "x", count: 20000)))
    }

    /// Records until there is no room; returns the number of records and the problem.
    private func fill(_ ledger: SQLiteLedger, from start: Int = 0) async throws -> (Int, Problem) {
        for index in start..<5000 {
            do {
                _ = try await ledger.record([big("i\(index)"), .plain(.complete("i\(index)"))])
            } catch {
                return (index, error)
            }
        }
        throw Problem(.internalError, "the disk never became full")
    }

    @Test func aLedgerThatMayNotGrow() async throws {
        let ledger = try SQLiteLedger.open(.memory, time: .system)
        let pages = try await ledger.write { try $0.connection.number("PRAGMA page_count") ?? 0 }
        try await ledger.write { try $0.connection.execute("PRAGMA max_page_count = \(pages + 100)") }
        let (recorded, problem) = try await fill(ledger)
        #expect(problem.code == .unavailable)
        #expect(problem.message.contains("full"))
        #expect(recorded > 0)
        #expect(try await ledger.summary(queue: nil).jobs[.complete] == recorded)
        try await ledger.checkInvariants()
        try await ledger.write { try $0.connection.execute("PRAGMA max_page_count = 1000000") }
        #expect(try await ledger.record([big("i\(recorded)")]).results.first?.outcome == .recorded)
        #expect(
            try await ledger.rows("SELECT max(seq), count(*) FROM event") == ["\(2 * recorded + 1)|\(2 * recorded + 1)"]
        )
        try await ledger.checkInvariants()
    }

    /// Runs `body` with a small file system; returns false if this process may not mount one.
    private func withSmallDisk(_ directory: String, _ body: (String) async throws -> Void) async throws -> Bool {
        let disk = "\(directory)/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        guard mount("jobmon-test", disk, "tmpfs", 0, "size=4m") == 0 else { return false }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        try await body(disk)
        return true
    }

    @Test func aRealDiskThatIsFull() async throws {
        try await withTestDirectory { directory in
            let tried = try await withSmallDisk(directory) { disk in
                let path = "\(disk)/job_monitor.sqlite"
                let ballast = "\(disk)/ballast"
                try Data(count: 1 << 20).write(to: URL(fileURLWithPath: ballast))
                let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
                let (recorded, problem) = try await fill(ledger)
                #expect(problem.code == .unavailable)
                // A single one may fit into what is left of the last pages.
                let more = (0..<8).map { big("again \($0)") }
                await #expect(throws: Problem.self) { try await ledger.record(more) }
                // Reading still works.
                #expect(try await ledger.summary(queue: nil).jobs[.complete] == recorded)
                try FileManager.default.removeItem(atPath: ballast)
                #expect(try await ledger.record([big("i\(recorded)")]).results.first?.outcome == .recorded)
                try await ledger.checkInvariants()
                try await ledger.close()

                // No room at the start: one clear sentence, and nothing is left of the attempt.
                let old = try Data(contentsOf: URL(fileURLWithPath: path))
                let room = "\(disk)/room"
                try Data().write(to: URL(fileURLWithPath: room))
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: room))
                while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
                try handle.close()
                let other = "\(disk)/other.sqlite"
                let start = #expect(throws: Problem.self) { try SQLiteLedger.open(.file(path: other), time: .system) }
                #expect(start?.code == .unavailable, "\(start?.message ?? "")")
                #expect(!FileManager.default.fileExists(atPath: other))
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == old)
            }
            if !tried { print("skipped: only root can mount a small disk to fill") }
        }
    }
}
