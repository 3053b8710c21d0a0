/// An error for people and programs: a code, a sentence, and a hint what to do.
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

        /// The HTTP status of a response with this code.
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
    /// What to do about it; nil when that is obvious.
    package var hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
