import JobmonCore

/// An error of the library: what is wrong, where, and what to do about it.
public struct JobmonError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of errors that a program can distinguish.
    public enum Kind: String, Sendable, CaseIterable {
        /// Another monitor serves the directory, or another program runs a queue of that name.
        case inUse
        /// The directory, its ledger or a file in it cannot be used, or the monitor does not answer.
        case unavailable
        /// There is no executor with that name.
        case noSuchExecutor
        /// The `jobmon` executable, which supervises local jobs, was not found.
        case executableNotFound
        /// The requested item does not exist.
        case notFound
        /// An argument is invalid, such as a job with an empty command or an invalid name of a param.
        case invalid
        /// The queue has ended, was stopped, or accepts no more jobs.
        case ended
        /// An internal error of jobmon.
        case internalError
    }

    /// What went wrong, for programs.
    public var kind: Kind
    /// What is wrong and where, in one sentence.
    public var message: String
    /// What to do about it; nil when that is obvious.
    public var hint: String?

    /// - Parameters:
    ///   - kind: the kind of error.
    ///   - message: what is wrong and where, in one sentence.
    ///   - hint: what to do about it.
    public init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    /// The message, followed by the hint in parentheses.
    public var description: String { hint.map { "\(message) (\($0))" } ?? message }

    init(_ problem: Problem, _ kind: Kind? = nil) {
        let kind =
            kind
            ?? {
                switch problem.code {
                case .notFound: .notFound
                case .internalError: .internalError
                case .contradiction: .ended
                case .malformed, .invalid, .tooLarge, .unsupportedType: .invalid
                default: .unavailable
                }
            }()
        self.init(kind, problem.message, hint: problem.hint)
    }
}

/// Runs `body`, and converts its internal error to the public one.
func publicly<Value>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Problem) -> Value
) async throws(JobmonError) -> Value {
    do throws(Problem) {
        return try await body()
    } catch {
        throw JobmonError(error)
    }
}
