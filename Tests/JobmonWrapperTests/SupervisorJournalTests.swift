import Foundation
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonWrapper

/// What a supervisor keeps in memory for a monitor that is away is bounded, and nothing is lost because of the bound.
struct SupervisorJournalTests {
    @Test(.timeLimit(.minutes(20)))
    func whatIsTooMuchForMemoryIsLeftInTheSpool() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            try FileManager.default.createDirectory(atPath: layout.spool, withIntermediateDirectories: true)
            let clock = ManualSteadyClock()
            let journal = SupervisorJournal(layout: layout, time: clock.source, mostKept: 100)
            var reports: [UInt8] = []
            func say(_ numbers: Range<Int>) {
                for number in numbers {
                    journal.note(.running(.key("k\(number)"), Start(host: "n1")), Timestamp(milliseconds: 1))
                    #expect(journal.spool(reports: &reports))
                }
            }
            say(0..<1000)
            #expect(journal.poster.pending <= 101)
            #expect(journal.unacknowledged == 1000)

            // A monitor comes and takes in what is closed. It reads the open segment, but leaves it.
            clock.advance(6)
            journal.tend()
            say(1000..<1010)
            var taken: [String] = []
            for batch in SpoolReader(layout: layout).batches() {
                taken += batch.events.compactMap(\.fact.instanceKey)
                batch.acknowledge()
            }
            #expect(taken == (0..<1010).map { "k\($0)" })
            // What is in memory for that monitor is answered too, as repeats.
            journal.poster.forget()
            clock.advance(2)
            journal.tend()
            #expect(journal.unacknowledged == 10)
            // From here on it posts again, starting with what no monitor has removed.
            #expect(journal.poster.pending == 10)
            say(1010..<1015)
            #expect(journal.poster.pending == 15)
            journal.close()
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func whatNobodyElseTakesIsPostedASegmentAtATime() async throws {
        try await withTestDirectory { path in
            let layout = DirectoryLayout(root: path)
            try FileManager.default.createDirectory(atPath: layout.spool, withIntermediateDirectories: true)
            let clock = ManualSteadyClock()
            let journal = SupervisorJournal(layout: layout, time: clock.source, mostKept: 100)
            var reports: [UInt8] = []
            for number in 0..<5000 {
                journal.note(.running(.key("k\(number)"), Start(host: "n1")), Timestamp(milliseconds: 1))
                #expect(journal.spool(reports: &reports))
            }
            clock.advance(1)
            journal.tend()
            // The oldest segment, whose first event is the first of all. The rest stays where it is.
            #expect(journal.poster.pending > 0 && journal.poster.pending < 4000)
            #expect(journal.unacknowledged == 5000)
            journal.close()
        }
    }
}

/// A monotonic clock that advances only when told to.
private final class ManualSteadyClock: Sendable {
    private let seconds = Mutex(0.0)
    func advance(_ more: Double) { seconds.withLock { $0 += more } }
    var source: TimeSource {
        TimeSource(wall: { Timestamp(milliseconds: 0) }, steady: { self.seconds.withLock { $0 } })
    }
}
