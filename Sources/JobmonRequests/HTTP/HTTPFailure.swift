import JobmonSystem

/// Why there is no answer, or no whole one. The description completes "the monitor does not answer: …".
enum HTTPFailure: Error, Equatable {
    /// No connection could be made, for the kernel's reason: a number of `errno`.
    case unreachable(Int32)
    /// The host's name is not known here.
    case unknownHost(String)
    /// The number is not one of a port.
    case noPort(Int)
    /// No connection was made within this time.
    case noConnection(seconds: Double)
    /// The time limit of the call has passed.
    case noAnswer(seconds: Double)
    /// The stream sent nothing for this time, not even a keep-alive sign.
    case silent(seconds: Double)
    /// The connection was closed before the head of an answer came.
    case closed
    /// The connection was closed within the answer.
    case cutOff
    /// The body is larger than this number of bytes.
    case tooLarge(limit: Int)
    /// What came is not an answer of HTTP/1.
    case notHTTP
    /// Anything else, in the words of whoever found it.
    case other(String)
}

extension HTTPFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .unreachable(let number):
            let reason = SystemError.text(number)
            return reason.prefix(1).lowercased() + reason.dropFirst()
        case .unknownHost(let name): return "the host \(name) is unknown here"
        case .noPort(let number): return "\(number) is not the number of a port"
        case .noConnection(let seconds): return "no connection within \(Self.text(seconds))"
        case .noAnswer(let seconds): return "no answer within \(Self.text(seconds))"
        case .silent(let seconds): return "nothing came for \(Self.text(seconds))"
        case .closed: return "the connection was closed"
        case .cutOff: return "the connection was closed within the answer"
        case .tooLarge(let limit):
            return "the answer is larger than " + (limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit) bytes")
        case .notHTTP: return "the answer is not HTTP"
        case .other(let words): return words
        }
    }

    private static func text(_ seconds: Double) -> String {
        let number = "\(seconds)"
        return number.hasSuffix(".0") ? "\(number.dropLast(2)) s" : "\(number) s"
    }
}
