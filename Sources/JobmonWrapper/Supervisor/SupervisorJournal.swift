import Glibc
import JobmonCore
import JobmonReporting
import JobmonWire

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
    /// There is more than we keep in memory: the monitor takes it from the spool, and we only look how far it is.
    private var isBehind = false
    private var lookAt: Double = 0
    private let mostKept: Int

    private struct Noted {
        var identity: EventIdentity
        var range: Range<Int>
        var report: Answer
    }

    /// How the queue is told of a fact.
    private enum Answer {
        case none
        case started(String)
        case completed(String)
        /// By the fact itself.
        case whole
    }

    /// - Parameter mostKept: how many facts are kept in memory for a monitor that is away.
    init(layout: DirectoryLayout, time: TimeSource, mostKept: Int = 20000) {
        self.time = time
        self.mostKept = mostKept
        sender = makeUUID()
        segment = SegmentWriter(layout: layout, sender: sender, time: time)
        var options = Poster.Options()
        // Well below the second by which the ledger may be behind; each commit costs the same, however large it is.
        options.linger = 0.15
        poster = Poster(layout: layout, time: time, options: options)
    }

    /// How many facts no monitor has acknowledged yet.
    var unacknowledged: Int { Int(nextSeq - answered) }
    var hasNoted: Bool { !noted.isEmpty }

    /// Notes a fact; `spool` brings it on its way. Of the queue's concern are only starts and outcomes.
    /// - Parameter tellsWhole: the queue is told all of it.
    func note(_ fact: Fact, _ moment: Timestamp, tellsWhole: Bool = false) {
        let identity = EventIdentity(sender: sender, seq: nextSeq)
        nextSeq += 1
        let start = lines.count
        Event(identity: identity, time: moment, fact: fact).write(to: &lines)
        noted.append(
            Noted(identity: identity, range: start..<lines.count, report: tellsWhole ? .whole : Self.report(of: fact)))
        lines.append(0x0A)
        flushAt = 0
    }

    private static func report(of fact: Fact) -> Answer {
        switch fact {
        case .running(.key(let key), _): .started(key)
        case .outcome(.key(let key), let outcome):
            outcome.status == .complete && outcome.doubt == nil ? .completed(key) : .whole
        default: .none
        }
    }

    /// Spools all that was noted by one write, then queues it for the monitor and appends the lines for the queue to
    /// `reports`. False when nothing can be spooled anywhere: it stays noted.
    func spool(reports: inout [UInt8]) -> Bool {
        guard let first = noted.first, let last = noted.last else { return true }
        guard segment.append(lines, first: first.identity.seq, last: last.identity.seq) else {
            if !saidFailure {
                saidFailure = true
                complain("the spool can't be written: no more commands are started until there is space")
            }
            flushAt = time.steadySeconds() + 1
            return false
        }
        saidFailure = false
        // In their order, what follows on its like in one line with it.
        var alike: SupervisorReport?
        func tell(_ next: SupervisorReport?) {
            switch (alike, next) {
            case (.started(let keys)?, .started(let more)?): alike = .started(keys + more)
            case (.completed(let keys)?, .completed(let more)?): alike = .completed(keys + more)
            default:
                alike?.write(to: &reports)
                alike = next
            }
        }
        for fact in noted {
            if !isBehind { poster.enqueue(identity: fact.identity, json: Array(lines[fact.range])) }
            switch fact.report {
            case .none: break
            case .started(let key): tell(.started([key]))
            case .completed(let key): tell(.completed([key]))
            case .whole:
                tell(nil)
                reports.append(contentsOf: lines[fact.range.lowerBound...fact.range.upperBound])
            }
        }
        tell(nil)
        noted.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        flushAt = .infinity
        if !isBehind, poster.pending > mostKept {
            isBehind = true
            poster.forget()
            segment.closeSegment()
        }
        return true
    }

    /// Lets the poster go on. Refused facts have been delivered too: the ledger keeps them as evidence.
    func post(revents: Int16) {
        let answers = poster.proceed(revents: revents)
        guard let last = answers.last else { return }
        answered = max(answered, last.0.seq + 1)
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

    func tend() {
        guard isBehind else { return segment.tend() }
        let now = time.steadySeconds()
        guard lookAt <= now else { return }
        lookAt = now + 0.05
        segment.lookForTaken()
        answered = max(answered, segment.acknowledged + 1)
        // Small steps: what is closed can be taken by others too, and removed.
        if segment.age ?? 0 >= 5 { segment.closeSegment() }
        guard poster.pending == 0 else { return }
        // A segment at a time, so that only one is in memory. Others may have it too: then it is a repeat.
        let isLast = segment.left == 0
        if let (first, lines) = segment.oldestLines() {
            for (index, line) in lines.enumerated() {
                poster.enqueue(identity: EventIdentity(sender: sender, seq: first + Int64(index)), json: Array(line))
            }
        } else if isLast, segment.age != nil {
            // It can't be read now: it stays for others, and we look again.
            segment.closeSegment()
            return
        }
        isBehind = !isLast
    }

    /// What is not acknowledged by now is left for others.
    func close() { segment.closeSegment() }

    /// A line for people, in the supervisor's log.
    func complain(_ text: String) {
        let line = Array("\(time.now()) \(text)\n".utf8)
        _ = write(2, line, line.count)
    }
}
