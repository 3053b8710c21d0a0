import Glibc
import JobmonCore
import JobmonReporting

/// The supervisor's facts on their way: noted, then spooled (one write for all that were noted), and from then on told
/// to the queue and posted to the monitor.
final class SupervisorJournal {
    let poster: Poster
    private let segment: SegmentWriter
    private let sender: String
    private let time: TimeSource
    private var nextSeq: Int64 = 0
    private var answered: Int64 = 0

    /// Noted, not spooled yet.
    private var lines: [UInt8] = []
    private var noted: [Noted] = []
    /// When the noted is to be spooled; steady seconds. Later only after a try that failed.
    private(set) var flushAt: Double = .infinity
    private var saidFailure = false

    private struct Noted {
        var identity: EventIdentity
        var range: Range<Int>
        var isReport: Bool
    }

    init(layout: DirectoryLayout, time: TimeSource) {
        self.time = time
        sender = makeUUID()
        segment = SegmentWriter(layout: layout, sender: sender, time: time)
        var options = Poster.Options()
        options.linger = 0.05
        poster = Poster(layout: layout, time: time, options: options)
    }

    /// How many facts no monitor has acknowledged yet.
    var unacknowledged: Int { Int(nextSeq - answered) }
    var hasNoted: Bool { !noted.isEmpty }

    /// Notes a fact; `spool` brings it on its way. Only RUNNING and outcomes are told to the queue.
    func note(_ fact: Fact, _ moment: Timestamp) {
        let identity = EventIdentity(sender: sender, seq: nextSeq)
        nextSeq += 1
        let start = lines.count
        Event(identity: identity, time: moment, fact: fact).write(to: &lines)
        var isReport = true
        if case .process = fact { isReport = false }
        noted.append(Noted(identity: identity, range: start..<lines.count, isReport: isReport))
        lines.append(0x0A)
        flushAt = 0
    }

    /// Spools all that was noted by one write, then queues it for the monitor and appends the lines for the queue to
    /// `reports`. False when nothing can be spooled anywhere: it stays noted.
    func spool(reports: inout [UInt8]) -> Bool {
        guard let first = noted.first, let last = noted.last else { return true }
        guard segment.append(lines, first: first.identity.seq, last: last.identity.seq) else {
            if !saidFailure {
                saidFailure = true
                complain("nothing can be spooled: nothing more is started until there is room")
            }
            flushAt = time.steadySeconds() + 1
            return false
        }
        saidFailure = false
        for fact in noted {
            poster.enqueue(identity: fact.identity, json: Array(lines[fact.range]))
            if fact.isReport { reports.append(contentsOf: lines[fact.range.lowerBound...fact.range.upperBound]) }
        }
        noted.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        flushAt = .infinity
        return true
    }

    /// Lets the poster go on. Refused facts have been delivered too: the ledger keeps them as evidence.
    func post(revents: Int16) {
        let answers = poster.proceed(revents: revents)
        guard let last = answers.last else { return }
        answered += Int64(answers.count)
        segment.acknowledge(through: last.0.seq)
        for (identity, result) in answers where result.outcome == .refused {
            complain("the monitor refused event \(identity.seq): \(result.problem?.description ?? "no reason given")")
        }
    }

    /// Says that instances are alive, unless the last time was not heard yet.
    func heartbeat(_ keys: [String], _ moment: Timestamp) {
        guard !keys.isEmpty, poster.pending < 1000 else { return }
        poster.enqueue(Event(time: moment, fact: .heartbeat(keys.map { .key($0) })))
    }

    func tend() { segment.tend() }

    /// What is not acknowledged by now is left for others.
    func close() { segment.closeSegment() }

    /// A line for people, in the supervisor's log.
    func complain(_ text: String) {
        let line = Array("\(time.now()) \(text)\n".utf8)
        _ = write(2, line, line.count)
    }
}
