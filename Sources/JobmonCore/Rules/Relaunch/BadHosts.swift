/// How jobs of a queue ended on one host.
package struct HostTally: Sendable, Equatable {
    package var host: String
    /// The number of jobs that failed there.
    package var failed: Int
    /// The number of jobs that completed there.
    package var worked: Int

    package init(host: String, failed: Int, worked: Int) {
        self.host = host
        self.failed = failed
        self.worked = worked
    }
}

/// The hosts of a cluster that a queue avoids for a while, since its jobs fail there far above what they do elsewhere.
package struct BadHosts: Sendable, Equatable {
    /// So many jobs must have failed on a host, so large a share of those that ended there, and so many times the share
    /// elsewhere.
    private static let least = (jobs: 3, share: 0.5, ratio: 3.0)
    /// The rate of hosts that are avoided though only chance was against them.
    private static let rate = 0.001
    /// Seconds for which a host is avoided the first time; each time, it is twice as long.
    package static let first = 1800.0
    private static let longest = 28800.0

    private struct Avoided: Sendable, Equatable {
        var until: Double
        var times: Int
    }

    private var hosts: [String: Avoided] = [:]
    /// Since when the ends on a host count that was used again.
    package private(set) var counted: [String: Timestamp] = [:]

    package init() {}

    /// The hosts that are avoided now, in order.
    package var avoided: [String] { hosts.filter { $0.value.until < .infinity }.map(\.key).sorted() }

    /// When the next host is used again, in seconds of the monotonic clock; nil: none is avoided.
    package var nextRelease: Double? { hosts.values.map(\.until).filter { $0 < .infinity }.min() }

    /// Decides which further hosts are avoided.
    /// - Parameters:
    ///   - tallies: how the jobs of the queue ended lately, on each host.
    ///   - now: seconds of the monotonic clock.
    /// - Returns: a sentence for each.
    package mutating func judge(_ tallies: [HostTally], at now: Double) -> [String] {
        let failed = tallies.reduce(0) { $0 + $1.failed }
        let worked = tallies.reduce(0) { $0 + $1.worked }
        let all = tallies.map { tally in
            Concentration(
                property: tally.host, failedWith: tally.failed, failed: failed, workedWith: tally.worked, worked: worked
            )
        }
        var said: [String] = []
        for one in Concentration.striking(all, rate: Self.rate) {
            guard Self.isFarAbove(one), hosts[one.property].map({ $0.until == .infinity }) ?? true else { continue }
            // Most hosts cannot be the exception.
            guard avoided.count + 1 <= tallies.count / 2 else { break }
            let times = hosts[one.property]?.times ?? 0
            var seconds = Self.first
            for _ in 0..<min(times, 10) { seconds = min(seconds * 2, Self.longest) }
            hosts[one.property] = Avoided(until: now + seconds, times: times + 1)
            said.append(
                "host \(one.property) is avoided for \(Units.duration(seconds)): \(one.failedWith) of "
                    + "\(one.failedWith + one.workedWith) jobs failed there, "
                    + "\(failed - one.failedWith) of \(failed + worked - one.failedWith - one.workedWith) elsewhere")
        }
        return said
    }

    private static func isFarAbove(_ one: Concentration) -> Bool {
        let here = Double(one.failedWith) / Double(max(1, one.failedWith + one.workedWith))
        let others = one.failed + one.worked - one.failedWith - one.workedWith
        let elsewhere = Double(one.failed - one.failedWith) / Double(max(1, others))
        return one.failedWith >= least.jobs && here >= least.share && here >= least.ratio * elsewhere
    }

    /// Uses hosts again whose time is over. What ended there before does not count any more.
    /// - Returns: them, in order.
    package mutating func release(at now: Double, time: Timestamp) -> [String] {
        let due = hosts.filter { $0.value.until <= now }.map(\.key).sorted()
        for host in due {
            hosts[host]?.until = .infinity
            counted[host] = time
        }
        return due
    }
}
