import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// A ledger is valid in every state that a checkpoint can leave when it is killed, runs out of disk space or loses
/// power: what is missing in the file is in the WAL.
@Suite(.timeLimit(.minutes(20)))
struct CheckpointTests {
    /// The files as a dead process left them: most of the records are in the WAL only.
    private struct Files {
        var database: Data
        var wal: Data
        var jobs: Int
    }

    /// The pages that a checkpoint writes, in its order: ascending, each from its latest frame.
    private func pages(of wal: Data) throws -> [(number: Int, content: Data)] {
        func number(_ offset: Int) -> Int {
            wal[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let size = number(8)
        try #require(size == 4096)
        var latest: [Int: Data] = [:]
        var offset = 32
        let salt = wal[16..<24]
        while offset + 24 + size <= wal.count {
            // Frames from an earlier round of the WAL have other salts.
            guard wal[offset + 8..<offset + 16].elementsEqual(salt) else { break }
            latest[number(offset)] = wal[offset + 24..<offset + 24 + size]
            offset += 24 + size
        }
        return latest.sorted { $0.key < $1.key }.map { (number: $0.key, content: $0.value) }
    }

    /// A ledger whose WAL has more pages than its file.
    private func make(_ directory: String) async throws -> Files {
        let path = "\(directory)/first.sqlite"
        let before = try SQLiteLedger.open(.file(path: path), time: .system)
        _ = try await before.record((0..<20).map { .plain(.exec("a\($0)")) })
        try await before.close()
        let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
        for batch in 0..<10 {
            _ = try await ledger.record(
                (0..<20).map { .plain(.exec("b\(batch).\($0)", name: String(repeating: "n", count: 500))) })
        }
        let files = Files(
            database: try Data(contentsOf: URL(fileURLWithPath: path)),
            wal: try Data(contentsOf: URL(fileURLWithPath: "\(path)-wal")), jobs: 220)
        try await ledger.close()
        return files
    }

    private func expectSound(
        _ database: Data, _ wal: Data, shm: Data?, _ jobs: Int, in directory: String, _ state: String
    ) async throws {
        let path = "\(directory)/job_monitor.sqlite"
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
        try database.write(to: URL(fileURLWithPath: path))
        try wal.write(to: URL(fileURLWithPath: "\(path)-wal"))
        try shm?.write(to: URL(fileURLWithPath: "\(path)-shm"))
        do {
            let read = try await SQLiteLedger.reader(path: path).summary(queue: nil)
            #expect(read.jobs[.submitted] == jobs, "read: \(state)")
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
            #expect(try await ledger.summary(queue: nil).jobs[.submitted] == jobs, "\(state)")
            try await ledger.checkInvariants()
            try await ledger.close()
        } catch {
            Issue.record("\(state): \(error)")
        }
    }

    @Test("a checkpoint that ended after any of its writes, or in the middle of one")
    func afterEachWrite() async throws {
        try await withTestDirectory { directory in
            let files = try await make(directory)
            let pages = try pages(of: files.wal)
            #expect(pages.count > 30)
            #expect(pages.contains { $0.number * 4096 > files.database.count }, "the file does not grow")
            var database = files.database
            for (index, page) in [(number: 0, content: Data())].appending(pages).enumerated() {
                if page.number > 0 {
                    // A torn page: only its first half is new.
                    var torn = database
                    write(page.content.prefix(2048), at: (page.number - 1) * 4096, into: &torn)
                    write(page.content, at: (page.number - 1) * 4096, into: &database)
                    guard index < 6 || index % 11 == 0 || index > pages.count - 3 else { continue }
                    try await expectSound(
                        torn, files.wal, shm: nil, files.jobs, in: directory, "torn page \(page.number)")
                }
                guard index < 6 || index % 11 == 0 || index > pages.count - 3 else { continue }
                try await expectSound(
                    database, files.wal, shm: nil, files.jobs, in: directory, "after \(index) of \(pages.count) pages")
            }
            try await expectSound(
                database, files.wal, shm: Data(repeating: 7, count: 32768), files.jobs, in: directory,
                "all pages, and what another process left as shared memory")
            // The WAL is released last: emptied or removed.
            try await expectSound(database, Data(), shm: nil, files.jobs, in: directory, "an empty WAL")
        }
    }

    @Test("a WAL whose last frames were never written completely")
    func tornWAL() async throws {
        try await withTestDirectory { directory in
            let files = try await make(directory)
            for count in [16, 32, 32 + 24, 32 + 24 + 100] {
                // If the WAL was started and has no complete frame, only the file counts.
                try await expectSound(
                    files.database, files.wal.prefix(count), shm: nil, 20, in: directory, "\(count) bytes of the WAL")
            }
        }
    }

    @Test("a file whose process was killed while creating it is created anew")
    func killedWhileMade() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            // The header is in the file, and the journal says that the file was empty before.
            let made = try SQLiteLedger.open(.file(path: path), time: .system)
            try await made.close()
            let first = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(4096)
            try FileManager.default.removeItem(atPath: path)
            try first.write(to: URL(fileURLWithPath: path))
            var journal = Data([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7])
            for number in [0, 1, 0, 512, 4096] as [UInt32] {
                journal.append(contentsOf: withUnsafeBytes(of: number.bigEndian) { Array($0) })
            }
            journal.append(Data(repeating: 0, count: 512 - journal.count))
            try journal.write(to: URL(fileURLWithPath: "\(path)-journal"))
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
            #expect(try await ledger.say(.exec("new")).sequence == 1)
            try await ledger.close()
        }
    }

    private func write(_ bytes: Data, at offset: Int, into data: inout Data) {
        if data.count < offset + bytes.count {
            data.append(Data(repeating: 0, count: offset + bytes.count - data.count))
        }
        data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}

extension Array {
    fileprivate func appending(_ others: [Element]) -> [Element] { self + others }
}
