import JobmonCore
import Testing

/// Which hosts a queue avoids.
@Suite struct BadHostsTests {
    private func tallies(_ hosts: (String, failed: Int, worked: Int)...) -> [HostTally] {
        hosts.map { HostTally(host: $0.0, failed: $0.failed, worked: $0.worked) }
    }

    @Test("a host on which everything fails that works elsewhere is avoided, and the sentence has the numbers")
    func blackHole() {
        var hosts = BadHosts()
        let said = hosts.judge(
            tallies(("n1", 0, 40), ("n2", 1, 39), ("n3", 12, 0), ("n4", 0, 40)), at: 0)
        #expect(hosts.avoided == ["n3"])
        #expect(said == ["host n3 is avoided for 30m00s: 12 of 12 jobs failed there, 1 of 120 elsewhere"])
        // It is said once.
        #expect(hosts.judge(tallies(("n1", 0, 40), ("n3", 13, 0)), at: 1).isEmpty)
    }

    @Test(
        "where failures say nothing of a host, none is avoided",
        arguments: [
            // Everything fails everywhere.
            [HostTally(host: "a", failed: 20, worked: 0), HostTally(host: "b", failed: 30, worked: 0)],
            // Two failures are no rule.
            [HostTally(host: "a", failed: 2, worked: 0), HostTally(host: "b", failed: 0, worked: 300)],
            // A third of its jobs is far from all of them.
            [HostTally(host: "a", failed: 20, worked: 40), HostTally(host: "b", failed: 0, worked: 400)],
            // As often as elsewhere.
            [HostTally(host: "a", failed: 6, worked: 5), HostTally(host: "b", failed: 50, worked: 60)],
            // One host alone.
            [HostTally(host: "a", failed: 20, worked: 30)],
            [],
        ])
    func noReason(_ tallies: [HostTally]) {
        var hosts = BadHosts()
        #expect(hosts.judge(tallies, at: 0).isEmpty && hosts.avoided.isEmpty)
    }

    @Test("chance alone avoids almost no host")
    func chance() {
        var random = SystemRandomNumberGenerator()
        var avoided = 0
        for _ in 0..<300 {
            var hosts = BadHosts()
            let tallies = (0..<20).map { host in
                let failed = (0..<10).count { _ in Double.random(in: 0..<1, using: &random) < 0.3 }
                return HostTally(host: "n\(host)", failed: failed, worked: 10 - failed)
            }
            _ = hosts.judge(tallies, at: 0)
            avoided += hosts.avoided.isEmpty ? 0 : 1
        }
        // The rate is one in a thousand.
        #expect(avoided <= 6, "\(avoided) of 300")
    }

    @Test("never more than half of the hosts")
    func half() {
        var hosts = BadHosts()
        _ = hosts.judge(
            tallies(("a", 30, 0), ("b", 30, 0), ("c", 30, 0), ("d", 0, 300), ("e", 0, 300)), at: 0)
        #expect(hosts.avoided.count == 2)
    }

    @Test("a host is used again after half an hour, counted anew, and avoided twice as long the next time")
    func release() {
        var hosts = BadHosts()
        let bad = tallies(("a", 12, 0), ("b", 0, 100), ("c", 0, 100))
        _ = hosts.judge(bad, at: 0)
        #expect(hosts.nextRelease == BadHosts.first)
        #expect(hosts.release(at: 1799, time: Timestamp(milliseconds: 5)).isEmpty)
        #expect(hosts.release(at: 1800, time: Timestamp(milliseconds: 7)) == ["a"])
        #expect(hosts.avoided.isEmpty && hosts.nextRelease == nil)
        #expect(hosts.counted == ["a": Timestamp(milliseconds: 7)])
        let said = hosts.judge(bad, at: 2000)
        #expect(hosts.avoided == ["a"] && hosts.nextRelease == 2000 + 3600)
        #expect(said.first?.contains("1h00m") == true)
    }
}
