/// One thing that `jobmon doctor` looked at, and what it found.
package struct Diagnosis: Sendable, Equatable {
    package enum Verdict: String, Sendable, CaseIterable {
        case ok
        /// Jobs run, but something is not known, or is done in another way, because of it.
        case remark
        /// Jobs will not run, or not be recorded, until it is put right.
        case wrong
    }

    /// What was looked at, such as `directory`, `accounting`.
    package var subject: String
    package var verdict: Verdict
    /// What was found, in a sentence.
    package var text: String
    /// What to do about it; nil: nothing.
    package var advice: String?

    package init(_ subject: String, _ verdict: Verdict, _ text: String, advice: String? = nil) {
        self.subject = subject
        self.verdict = verdict
        self.text = text
        self.advice = advice
    }

    /// It in JSON: `subject`, `verdict`, `text`, and `advice` (null where there is none).
    package var json: JSON {
        .object([
            "subject": .string(subject), "verdict": .string(verdict.rawValue), "text": .string(text),
            "advice": advice.map { .string($0) } ?? .null,
        ])
    }
}
