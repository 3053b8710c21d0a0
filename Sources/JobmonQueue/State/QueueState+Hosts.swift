import JobmonCore

/// Hosts of a cluster on which jobs fail far above what they do elsewhere.
extension QueueState {
    /// So many failures must have come since hosts were compared, and so many seconds passed: twice as many each time that
    /// nothing was found.
    private static let comparison = (failures: 3, seconds: 5.0, most: 60.0)

    /// The hosts that the next attempt of a job must not run on; none on this host alone.
    func avoidedHosts(_ index: Int) -> [String] {
        guard configuration.hearsFromMonitor else { return [] }
        let ofJob = jobs[index].relaunches.avoided
        return ofJob + badHosts.avoided.filter { !ofJob.contains($0) }
    }

    /// Notes the failure of an instance, for a comparison of the hosts.
    mutating func noteFailure(at now: Moment) {
        guard configuration.hearsFromMonitor else { return }
        failuresNotCompared += 1
        guard compareHostsAt == nil, failuresNotCompared >= Self.comparison.failures else { return }
        // The ends of the same moment are compared together.
        compareHostsAt = max(now.steady + 1, hostsComparedAt + max(Self.comparison.seconds, hostsPause))
    }

    mutating func lookAtHosts(at now: Moment) {
        let released = badHosts.release(at: now.steady, time: now.time)
        if !released.isEmpty {
            for host in released { outbox.say("host \(host) is used again") }
            tellHosts(at: now)
        }
        guard let due = compareHostsAt, due <= now.steady else { return }
        compareHostsAt = nil
        failuresNotCompared = 0
        hostsComparedAt = now.steady
        outbox.readHosts = badHosts.counted
    }

    mutating func compare(_ tallies: [HostTally], at now: Moment) {
        let said = badHosts.judge(tallies, at: now.steady)
        hostsPause = said.isEmpty ? min(max(Self.comparison.seconds, hostsPause * 2), Self.comparison.most) : 0
        guard !said.isEmpty else { return }
        for text in said { outbox.say(text) }
        tellHosts(at: now)
    }

    /// Tells the executor which hosts are avoided, and records it, so that everybody can see it.
    private mutating func tellHosts(at now: Moment) {
        outbox.avoid = badHosts.avoided
        outbox.events.append(
            Event(
                time: now.time, fact: .set(queue: configuration.queue, QueueSetting(avoids: badHosts.avoided))))
    }
}
