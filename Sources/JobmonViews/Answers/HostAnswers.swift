import Glibc
import JobmonCore

/// The jobs of one host.
package struct HostAnswer: Sendable, Equatable {
    package var host: String
    package var jobs: Int
    package var running: Int
    package var complete: Int
    package var failed: Int
    /// How fast jobs run there: 1 is as fast as jobs of the same name on other hosts, 0.5 half as fast; nil: no job can
    /// be compared.
    package var speed: Double?
    /// The jobs that the speed rests on.
    package var timed: Int
}

extension JobSnapshot {
    /// The hosts of the latest attempts, those with most failures first.
    package func hostAnswers(_ selection: Selection) -> [HostAnswer] {
        var answers = hostNames.values.map {
            HostAnswer(host: $0, jobs: 0, running: 0, complete: 0, failed: 0, timed: 0)
        }
        let speeds = HostSpeeds(self, selection)
        withColumns(selection) { columns, rows in
            for row in rows {
                let row = Int(row)
                guard columns.hosts[row] != 0 else { continue }
                let host = Int(columns.hosts[row]) - 1
                answers[host].jobs += 1
                switch columns.statuses[row] {
                case Columns.running: answers[host].running += 1
                case Columns.failed: answers[host].failed += 1
                case Columns.complete: answers[host].complete += 1
                default: break
                }
            }
        }
        for host in answers.indices {
            guard let speed = speeds.speed(host) else { continue }
            answers[host].speed = speed.ratio
            answers[host].timed = speed.jobs
        }
        return answers.filter { $0.jobs > 0 }
            .sorted { one, other in
                if one.failed != other.failed { return one.failed > other.failed }
                if one.jobs != other.jobs { return one.jobs > other.jobs }
                return ValueOrder.areInOrder(one.host, other.host)
            }
    }
}

/// The times of complete jobs by name and host. Their logarithms are compared: the means of these compare ratios, and one
/// very slow job does not decide.
private struct HostSpeeds {
    private struct Sum {
        var count = 0
        var sum = 0.0

        mutating func add(_ time: Double) {
            count += 1
            sum += time
        }
    }

    private let hosts: Int
    private var byName: [Sum]
    private var ratios: [Sum]

    /// Pairs of a name and a host up to which each has a place of its own; beyond, only those that occur.
    private static let most = 500_000

    init(_ snapshot: JobSnapshot, _ selection: JobSnapshot.Selection) {
        let hosts = snapshot.hostNames.values.count
        let names = snapshot.names.values.count
        self.hosts = hosts
        var byName = [Sum](repeating: Sum(), count: names)
        let isDense = names * hosts <= Self.most
        var dense = [Sum](repeating: Sum(), count: isDense ? names * hosts : 0)
        var sparse: [Int: Sum] = [:]
        let nameOfKind = snapshot.kindPool.values.map { Int($0.name) }
        snapshot.withColumns(selection) { columns, rows in
            for row in rows {
                let row = Int(row)
                guard columns.hosts[row] != 0, columns.statuses[row] == Columns.complete, columns.times[row] > 0 else {
                    continue
                }
                let name = nameOfKind[Int(columns.kinds[row])]
                let place = name * hosts + Int(columns.hosts[row]) - 1
                let time = Double(logf(columns.times[row]))
                byName[name].add(time)
                if isDense { dense[place].add(time) } else { sparse[place, default: Sum()].add(time) }
            }
        }
        self.byName = byName
        ratios = [Sum](repeating: Sum(), count: hosts)
        if isDense {
            for (place, sum) in dense.enumerated() where sum.count > 0 { compare(place, sum) }
        } else {
            for (place, sum) in sparse { compare(place, sum) }
        }
    }

    /// Compares the times of a name on a host with those of the same name elsewhere.
    private mutating func compare(_ place: Int, _ here: Sum) {
        let all = byName[place / hosts]
        guard all.count > here.count else { return }
        let elsewhere = (all.sum - here.sum) / Double(all.count - here.count)
        ratios[place % hosts].count += here.count
        ratios[place % hosts].sum += elsewhere * Double(here.count) - here.sum
    }

    /// How fast a host is, and the jobs that this rests on; nil: none can be compared.
    func speed(_ host: Int) -> (ratio: Double, jobs: Int)? {
        let ratio = ratios[host]
        return ratio.count > 0 ? (exp(ratio.sum / Double(ratio.count)), ratio.count) : nil
    }
}
