/// The errors of one cause, as lists show them: `E3`.
package struct ErrorGroup: Sendable, Equatable {
    /// Its number; it never changes, and is not used again.
    package var number: Int64
    /// What the errors have in common, in one line: the message, with what differs left out.
    package var title: String
    /// What must be equal for an error to belong to it, a line each.
    package var rule: String
    package var errors: Int
    /// The number of jobs that have such an error.
    package var jobs: Int
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// A job that has such an error.
    package var example: Int64
    /// The first of these jobs, at most 20, in ascending order.
    package var firstJobs: [Int64]
    /// The line of the example's error.
    package var exampleLine: String
    /// How it changed since the last run of its queue began; nil: it was there before and came again, or nobody can
    /// tell, because its queue was run only once.
    package var sinceLastRun: SinceLastRun?
    /// When somebody muted it: it is left out of summaries.
    package var muted: Timestamp?
    /// What somebody wrote about it.
    package var note: String?

    package init(
        number: Int64, title: String, rule: String, errors: Int, jobs: Int, firstSeen: Timestamp, lastSeen: Timestamp,
        example: Int64, firstJobs: [Int64] = [], exampleLine: String, sinceLastRun: SinceLastRun? = nil,
        muted: Timestamp? = nil, note: String? = nil
    ) {
        self.number = number
        self.title = title
        self.rule = rule
        self.errors = errors
        self.jobs = jobs
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.example = example
        self.firstJobs = firstJobs
        self.exampleLine = exampleLine
        self.sinceLastRun = sinceLastRun
        self.muted = muted
        self.note = note
    }

    package enum SinceLastRun: String, Sendable {
        /// It had no error before.
        case new
        /// It had errors before, and none since.
        case gone
    }

    /// The form in which people name it: `E3`.
    package static func name(_ number: Int64) -> String { "E\(number)" }

    /// The number of `E3`, `e3` or `3`; nil for anything else.
    package static func number(_ text: String) -> Int64? {
        let digits = text.first == "E" || text.first == "e" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int64(digits), number > 0
        else { return nil }
        return number
    }
}
