/// What became of one event.
package struct EventResult: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// It is on disk and applied.
        case recorded
        /// It was there already; nothing changed.
        case `repeat`
        /// It is on disk, and is applied once the instance or job that it speaks of is known.
        case early
        /// It contradicts what is recorded, or can't be applied; it is kept as evidence.
        case refused
    }

    package var outcome: Outcome
    package var jid: Int64?
    package var jobInstanceID: Int64?
    /// Why it was refused.
    package var problem: Problem?
    /// The ledger's sequence number of the event; nil for what is not kept as one (heartbeats).
    package var sequence: Int64?

    package init(
        outcome: Outcome, jid: Int64? = nil, jobInstanceID: Int64? = nil, problem: Problem? = nil,
        sequence: Int64? = nil
    ) {
        self.outcome = outcome
        self.jid = jid
        self.jobInstanceID = jobInstanceID
        self.problem = problem
        self.sequence = sequence
    }
}

/// An error as it is said to people and programs alike: a code, a sentence, what to do.
package struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        case malformed
        case invalid
        case unauthorized
        case forbidden
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case requestTimeout = "request_timeout"
        case contradiction
        case tooLarge = "too_large"
        case unsupportedType = "unsupported_type"
        case unavailable
        case internalError = "internal_error"

        /// The HTTP status that goes with it.
        package var httpStatus: Int {
            switch self {
            case .malformed: 400
            case .invalid: 422
            case .unauthorized: 401
            case .forbidden: 403
            case .notFound: 404
            case .methodNotAllowed: 405
            case .requestTimeout: 408
            case .contradiction: 409
            case .tooLarge: 413
            case .unsupportedType: 415
            case .unavailable: 503
            case .internalError: 500
            }
        }
    }

    package var code: Code
    /// What is wrong and where, in one sentence.
    package var message: String
    /// What to do about it; nil when that is plain.
    package var hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
