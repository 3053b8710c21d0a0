import NIOCore
import NIOHTTP1
import NIOPosix

extension HTTPFailure {
    /// Why no connection was made.
    init(connecting error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case let failure as IOError: self = .unreachable(failure.errnoCode)
        case let failure as NIOConnectionError:
            // A name may stand for several addresses: the reason of the first one says enough.
            if let first = failure.connectionErrors.first {
                self = HTTPFailure(connecting: first.error)
            } else {
                self = .unknownHost(failure.host)
            }
        case let failure as ChannelError:
            if case .connectTimeout(let limit) = failure {
                self = .noConnection(seconds: Double(limit.nanoseconds) / 1e9)
            } else {
                self = .closed
            }
        default: self = .other("\(error)")
        }
    }

    /// Why an exchange broke off.
    /// - Parameters:
    ///   - error: what was found; nil: only that the connection is closed.
    ///   - hasHead: whether the head of the answer had come.
    init(breaking error: (any Error)?, hasHead: Bool) {
        if let error = error as? HTTPParserError {
            // The parser has read something of an answer whose end is missing.
            self = error == .invalidEOFState ? .cutOff : .notHTTP
        } else if error is NIOHTTPDecoderError || error is ByteToMessageDecoderError {
            self = .notHTTP
        } else {
            self = hasHead ? .cutOff : .closed
        }
    }
}
