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
    /// The line of that job's error.
    package var exampleLine: String
    /// When somebody muted it: it is left out of summaries.
    package var muted: Timestamp?
    /// What somebody wrote about it.
    package var note: String?

    package init(
        number: Int64, title: String, rule: String, errors: Int, jobs: Int, firstSeen: Timestamp, lastSeen: Timestamp,
        example: Int64, exampleLine: String, muted: Timestamp? = nil, note: String? = nil
    ) {
        self.number = number
        self.title = title
        self.rule = rule
        self.errors = errors
        self.jobs = jobs
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.example = example
        self.exampleLine = exampleLine
        self.muted = muted
        self.note = note
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
