import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonLedger

/// A file that cannot be used is named in one sentence, and is left unchanged.
@Suite(.timeLimit(.minutes(20)))
struct OpeningTests {
    /// The content of a directory, byte for byte.
    private func contents(_ directory: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            files[name] = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
        return files
    }

    private func expectRefused(
        _ path: String, _ words: String, reads: Bool = false, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let directory = FileSystem.directory(of: path)
        let before = try contents(directory)
        let opened = #expect(throws: Problem.self, sourceLocation: location) {
            try SQLiteLedger.open(.file(path: path), time: .system)
        }
        #expect(opened?.message.contains(words) == true, "\(opened?.message ?? "")", sourceLocation: location)
        #expect(opened?.hint != nil, sourceLocation: location)
        if !reads {
            let read = #expect(throws: Problem.self, sourceLocation: location) { try SQLiteLedger.reader(path: path) }
            #expect(read?.message.contains(words) == true, "\(read?.message ?? "")", sourceLocation: location)
        }
        #expect(try contents(directory) == before, sourceLocation: location)
    }

    /// A ledger with some content, closed in order.
    private func make(_ path: String, jobs: Int = 3) async throws {
        let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
        _ = try await ledger.record(
            (0..<jobs).map { .plain(.exec("i\($0)", name: String(repeating: "n", count: 300))) })
        try await ledger.close()
    }

    @Test func aLedgerIsMadeAndOpenedAgain() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/a b?%#é/job_monitor.sqlite"
            try FileManager.default.createDirectory(
                atPath: FileSystem.directory(of: path), withIntermediateDirectories: true)
            try await make(path)
            #expect(try contents(FileSystem.directory(of: path)).keys.sorted() == ["job_monitor.sqlite"])
            let reader = try SQLiteLedger.reader(path: path)
            #expect(try await reader.summary(queue: nil).jobs[.submitted] == 3)
            let again = try SQLiteLedger.open(.file(path: path), time: .system)
            #expect(
                try await again.rows("SELECT name FROM pragma_table_info('error')") == [
                    "id", "job_instance_id", "error_time", "description", "jid", "signature_id", "traceback",
                    "headline",
                ])
            #expect(try await again.say(.exec("new")).sequence == 4)
            // Beside the writer too; committed rows are visible at once.
            #expect(try await reader.summary(queue: nil).jobs[.submitted] == 4)
            try await again.close()
            await #expect(throws: Problem.self) { try await again.record([.plain(.exec("closed"))]) }
        }
    }

    @Test(arguments: [Sharing.readersBesideWriter, .oneProcess])
    func writingSurvivesAPowerCut(sharing: Sharing) async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system, sharing: sharing)
            #expect(try await ledger.write { try $0.connection.number("PRAGMA synchronous") } == 2)
            #expect(try await ledger.write { try $0.connection.texts("PRAGMA journal_mode") } == ["wal"])
            try await ledger.say(.exec("i"))
            // Without shared memory there is no file for it, and no second reader.
            let shm = FileManager.default.fileExists(atPath: "\(path)-shm")
            #expect(shm == (sharing == .readersBesideWriter))
            #expect(try await ledger.job(1).status == .submitted)
            try await ledger.close()
            #expect(try contents(directory).keys.sorted() == ["job_monitor.sqlite"])
        }
    }

    @Test func whatIsNoLedgerIsLeftAlone() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            try Data("this is a text\n".utf8).write(to: URL(fileURLWithPath: path))
            try expectRefused(path, "not a ledger")
            try Data(repeating: 7, count: 100_000).write(to: URL(fileURLWithPath: path))
            try expectRefused(path, "not a ledger")
            try FileManager.default.removeItem(atPath: path)
            try RawDatabase(path, flags: 6).use {
                try $0.execute("CREATE TABLE job (jid INTEGER); INSERT INTO job VALUES (1)")
            }
            try expectRefused(path, "another program")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let folder = #expect(throws: Problem.self) { try SQLiteLedger.open(.file(path: path), time: .system) }
            #expect(folder?.message.contains("not a regular file") == true)
        }
    }

    @Test func anEmptyFileIsOneThatWasNotMadeYet() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            try Data().write(to: URL(fileURLWithPath: path))
            let read = #expect(throws: Problem.self) { try SQLiteLedger.reader(path: path) }
            #expect(read?.message.contains("empty") == true)
            try await make(path)
            #expect(try await SQLiteLedger.reader(path: path).job(1).jid == 1)
        }
    }

    @Test func aDamagedLedgerIsLeftAlone() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            try await make(path, jobs: 200)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
            try await expectDamaged(path)
            #expect(whole.count > 100_000)
            var holed = whole
            holed.replaceSubrange(8192..<(whole.count - 4096), with: Data(repeating: 0xA5, count: whole.count - 12288))
            try holed.write(to: URL(fileURLWithPath: path))
            try await expectDamaged(path)
        }
    }

    /// A monitor does not open it; a reader is told when it reads a damaged part.
    private func expectDamaged(_ path: String, _ location: SourceLocation = #_sourceLocation) async throws {
        try expectRefused(path, "damaged", reads: true, location)
        let before = try contents(FileSystem.directory(of: path))
        let read = await #expect(throws: Problem.self, sourceLocation: location) {
            _ = try await SQLiteLedger.reader(path: path).jobs(JobFilter(), page: Page(limit: 1000))
        }
        #expect(read?.message.contains("damaged") == true, "\(read?.message ?? "")", sourceLocation: location)
        #expect(try contents(FileSystem.directory(of: path)) == before, sourceLocation: location)
    }

    @Test func aLedgerOfANewerVersionIsLeftAlone() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            try await make(path)
            try RawDatabase(path, flags: 2).use { try $0.execute("INSERT INTO grdb_migrations VALUES ('999')") }
            try expectRefused(path, "newer version")
        }
    }

    @Test func aLedgerOfTheFirstVersionIsBroughtUpToDate() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            var sender = Sender("s")
            let event = sender.say(.exec("i"))
            let first = try SQLiteLedger.open(.file(path: path), time: .system)
            try await first.keepTexts()
            _ = try await first.record([event])
            try await first.close()
            // As the first version left it.
            try RawDatabase(path, flags: 2).use {
                try $0.execute(
                    """
                    \(Migration013.undo)
                    DROP INDEX event_reported; DROP INDEX event_once;
                    CREATE UNIQUE INDEX event_once ON event (sender, sender_seq) WHERE sender IS NOT NULL;
                    DELETE FROM grdb_migrations WHERE identifier = '002';
                    """)
            }
            // A reader changes nothing in it.
            try expectReaderRefused(path, "earlier version")
            #expect(SQLiteLedger.completeness(of: path) == .behind)
            let again = try SQLiteLedger.open(.file(path: path), time: .system)
            #expect(try await again.record([event]).results.map(\.outcome) == [.repeat])
            #expect(
                try await again.rows("SELECT name FROM pragma_index_info('event_once')") == ["sender_seq", "sender"])
            try await again.close()
            #expect(SQLiteLedger.completeness(of: path) == .complete)
            #expect(try await SQLiteLedger.reader(path: path).summary(queue: nil).jobs[.submitted] == 1)
        }
    }

    private func expectReaderRefused(_ path: String, _ words: String) throws {
        let before = try contents(FileSystem.directory(of: path))
        let refused = #expect(throws: Problem.self) { try SQLiteLedger.reader(path: path) }
        #expect(refused?.message.contains(words) == true && refused?.hint != nil, "\(refused?.message ?? "")")
        #expect(try contents(FileSystem.directory(of: path)) == before)
    }

    @Test func aDirectoryThatCannotBeWrittenIsNamed() async throws {
        let opened = #expect(throws: Problem.self) {
            try SQLiteLedger.open(.file(path: "/proc/jobmon/job_monitor.sqlite"), time: .system)
        }
        #expect(opened?.code == .unavailable)
        #expect(opened?.message.contains("directory can't be written") == true)
        let missing = #expect(throws: Problem.self) { try SQLiteLedger.reader(path: "/nowhere/job_monitor.sqlite") }
        #expect(missing?.code == .notFound)
    }

    @Test func whatAKilledMonitorLeftIsReadWithoutOne() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/job_monitor.sqlite"
            let ledger = try SQLiteLedger.open(.file(path: path), time: .system)
            try await ledger.say(.exec("i"))
            // A copy of the files is what a kill at this moment would leave.
            let left = "\(directory)/left"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
            for ending in ["", "-wal", "-shm"] {
                try FileManager.default.copyItem(
                    atPath: path + ending, toPath: "\(left)/job_monitor.sqlite\(ending)")
            }
            let reader = try SQLiteLedger.reader(path: "\(left)/job_monitor.sqlite")
            #expect(try await reader.job(1).status == .submitted)
            let next = try SQLiteLedger.open(.file(path: "\(left)/job_monitor.sqlite"), time: .system)
            #expect(try await next.say(.complete("i")).outcome == .recorded)
            #expect(try await reader.job(1).status == .complete)
            try await next.close()
            #expect(try await reader.job(1).status == .complete)
            try await ledger.close()
        }
    }
}
