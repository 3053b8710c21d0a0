import JobmonCore

/// Why the library could not do as asked: what is wrong, where, and what to do about it.
public struct JobmonError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What can be told apart by a program.
    public enum Kind: String, Sendable, CaseIterable {
        /// Another monitor serves the directory, or a queue of that name is run by somebody else already.
        case inUse
        /// The directory, its ledger, or a file in it can't be used; or the monitor does not answer.
        case unavailable
        /// There is no executor of that name.
        case noSuchExecutor
        /// The `jobmon` executable, which supervises local jobs, was not found.
        case executableNotFound
        /// What was asked for is not there.
        case notFound
        /// What was given can't be taken, such as a job with an empty command or a text that is no param's name.
        case invalid
        /// The queue has ended, was stopped, or takes no more jobs.
        case ended
        /// A fault of jobmon's.
        case internalError
    }

    /// What went wrong, for programs.
    public var kind: Kind
    /// What is wrong and where, in one sentence.
    public var message: String
    /// What to do about it; nil when that is plain.
    public var hint: String?

    /// - Parameters:
    ///   - kind: what programs can tell apart.
    ///   - message: what is wrong and where, in one sentence.
    ///   - hint: what to do about it.
    public init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    /// The sentence, and what to do in parentheses.
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

/// Runs what fails with the inner word for a problem, and has it fail with the public one.
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
