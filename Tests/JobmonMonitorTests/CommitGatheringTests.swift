import Testing

@testable import JobmonMonitor

/// For whom the writer waits before a commit.
@Suite struct CommitGatheringTests {
    /// After a commit of so many requests and events, which took so many seconds and ended at 10.
    private func after(_ requests: Int, events: Int? = nil, waiting: Int = 0, seconds: Double) -> CommitGathering {
        var gathering = CommitGathering()
        gathering.noteCommit(
            requests: requests, events: events ?? requests, waiting: waiting, from: 10 - seconds, to: 10)
        return gathering
    }

    @Test("at first, and for a sender that is alone, nobody is waited for")
    func alone() {
        #expect(CommitGathering().isEnough(requests: 1, events: 1, at: 0))
        #expect(after(1, seconds: 0.005).isEnough(requests: 1, events: 1, at: 10))
    }

    @Test("where a flush is slow: those that were answered, and those that came meanwhile")
    func slowDisk() {
        let gathering = after(8, waiting: 8, seconds: 0.005)
        #expect(!gathering.isEnough(requests: 8, events: 8, at: 10.001))
        #expect(gathering.isEnough(requests: 16, events: 16, at: 10.001))
        // No longer than a commit takes, and never long.
        #expect(gathering.isEnough(requests: 8, events: 8, at: 10.0051))
        #expect(after(8, waiting: 8, seconds: 3).isEnough(requests: 8, events: 8, at: 10.051))
    }

    @Test("on a quick disk, and for large commits, nobody is waited for")
    func notWorthIt() {
        #expect(after(8, waiting: 8, seconds: 0.0005).isEnough(requests: 1, events: 1, at: 10))
        #expect(after(2, events: 200, waiting: 2, seconds: 0.005).isEnough(requests: 1, events: 1, at: 10))
        #expect(after(8, waiting: 8, seconds: 0.005).isEnough(requests: 1, events: 100, at: 10))
    }
}
