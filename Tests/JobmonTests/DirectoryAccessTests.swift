import Foundation
import Jobmon
import JobmonCore
import JobmonLedger
import JobmonReporting
import JobmonTestSupport
import Testing

/// How commands open a directory whose ledger is not complete.
struct DirectoryAccessTests {
    @Test("a ledger that another process is just making is waited for, and is not called an old one")
    func aLedgerThatIsBeingMadeIsWaitedFor() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            let lock = try #require(try MonitorLock.take(layout))
            try Data().write(to: URL(fileURLWithPath: layout.ledger))
            let problem = await #expect(throws: Problem.self) { _ = try await DirectoryAccess.open(layout, wait: 0) }
            let sentence = problem?.description ?? ""
            #expect(
                sentence.contains("is just being made, or brought up to date, by process \(getpid()) on"), "\(sentence)"
            )
            async let opened = DirectoryAccess.open(layout)
            try await SQLiteLedger.open(.file(path: layout.ledger), time: .system).close()
            let summary = try await opened.reading.summary(queue: nil)
            #expect(summary.jobs.values.allSatisfy { $0 == 0 })
            withExtendedLifetime(lock) {}
        }
    }

    @Test("nothing is made in an empty file that nobody is about to fill")
    func anEmptyFileIsLeftAsItIs() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            try Data().write(to: URL(fileURLWithPath: layout.ledger))
            let problem = await #expect(throws: Problem.self) { _ = try await DirectoryAccess.open(layout) }
            #expect(problem?.description.contains("is empty") == true, "\(problem?.description ?? "")")
            #expect(try Data(contentsOf: URL(fileURLWithPath: layout.ledger)).isEmpty)
        }
    }
}
