import JobmonCore
import JobmonWire

/// What the full screen asks.
enum WatchQuestion: Hashable, Sendable {
    /// The counts of all jobs, which cost nothing.
    case summary
    case overview
    case list(WatchList)
    case job(Int64)
    case output(WatchOutput.Source)
    /// How many jobs an action would touch.
    case count
    /// To do something to jobs, and to a group of errors.
    case change
    case changeGroup
}

/// The lists of the full screen.
enum WatchList: Int, CaseIterable, Sendable, Hashable {
    case groups = 1
    case running, ended, jobs
}

/// A question with what is needed to ask it.
struct WatchRequest: Sendable {
    enum Ask: Sendable {
        case summary(queue: String?)
        case view(PageEndpoint, QueryString)
        case change(PageEndpoint, JSON)
    }

    var question: WatchQuestion
    var ask: Ask
    /// The state of the selection: an answer to an earlier one is out of date.
    var round: Int
}

struct WatchAnswer: Sendable {
    enum Content: Sendable {
        case summary(Summary, hasMonitor: Bool)
        case json(JSON)
        case problem(Problem)
    }

    var question: WatchQuestion
    var round: Int
    var content: Content
    /// How long it took.
    var seconds: Double
}

/// When questions are asked: each again after a pause of two hundred times what its answer took, so that all of them
/// together cost one or two hundredths of a core, and at most one of each at a time. Times are seconds of the monotonic
/// clock.
struct WatchSchedule: Sendable {
    private struct Entry {
        var isAsked = false
        var isFirst = true
        var notBefore = -Double.infinity
        /// The ledger's sequence number when it was asked.
        var sequence: Int64 = -1
        var askedAt = -Double.infinity
    }

    private static let pause = 200.0
    private static let slowest = 5.0

    private static func longest(_ question: WatchQuestion) -> Double { question == .summary ? 2 : 30 }

    /// Seconds after which it is asked again although nothing was recorded: rates, and how long jobs run.
    private static let quiet = 10.0
    /// Seconds after which a question without an answer is asked again.
    private static let patience = 120.0

    private var entries: [WatchQuestion: Entry] = [:]

    private static func least(_ question: WatchQuestion) -> Double {
        switch question {
        case .summary: 0.5
        case .output: 0.3
        case .overview, .list, .job, .count, .change, .changeGroup: 1
        }
    }

    /// Whether to ask now; then it is asked.
    mutating func begins(_ question: WatchQuestion, sequence: Int64, at now: Double) -> Bool {
        var entry = entries[question] ?? Entry()
        guard now >= entry.notBefore, !entry.isAsked || now - entry.askedAt > Self.patience else { return false }
        switch question {
        case .overview, .list:
            guard entry.isFirst || entry.sequence != sequence || now - entry.askedAt >= Self.quiet else { return false }
        case .summary, .job, .output, .count, .change, .changeGroup: break
        }
        entry.isAsked = true
        entry.isFirst = false
        entry.askedAt = now
        entry.sequence = sequence
        entries[question] = entry
        return true
    }

    mutating func ends(_ question: WatchQuestion, took seconds: Double, at now: Double) {
        guard var entry = entries[question] else { return }
        entry.isAsked = false
        // What was asked for meanwhile stays due.
        if entry.notBefore > -Double.infinity || !entry.isFirst {
            // A monitor that did not answer for so long was stopped, and not at work.
            let pause = seconds > Self.slowest ? 0 : Self.pause * seconds
            entry.notBefore = now + max(Self.least(question), min(Self.longest(question), pause))
        }
        entries[question] = entry
    }

    /// A key asks for it: at once.
    mutating func hurry(_ question: WatchQuestion) { entries[question] = nil }

    /// All but the counts, which come by themselves.
    mutating func hurryAll() { entries = entries.filter { $0.key == .summary } }

    /// Asks again in a moment.
    mutating func delay(_ question: WatchQuestion, until time: Double) {
        var entry = Entry()
        entry.notBefore = time
        entries[question] = entry
    }

    /// Seconds for which a question has been waiting for its answer; 0: it is not.
    func wait(_ question: WatchQuestion, at now: Double) -> Double {
        entries[question].map { $0.isAsked ? now - $0.askedAt : 0 } ?? 0
    }
}
