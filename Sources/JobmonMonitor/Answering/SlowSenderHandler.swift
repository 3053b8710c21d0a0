import NIOCore
import NIOHTTPTypes

/// Closes a connection whose sender takes too long from the first line of a request to its end, even if it keeps
/// sending a little. (Before the first line, the limit for idle connections applies.)
final class SlowSenderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limit: TimeAmount
    private var readingSince: NIODeadline?
    private var timer: Scheduled<Void>?

    init(seconds: Double) { limit = .nanoseconds(Int64(seconds * 1e9)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            readingSince = .now()
            if timer == nil { schedule(context, in: limit) }
        case .body: break
        case .end: readingSince = nil
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    /// Schedules one timer per connection. If it fires during a later request, it is scheduled again for that one. Most
    /// requests are over at once and need no timer of their own.
    private func schedule(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            timer = nil
            guard let readingSince else { return }
            let left = readingSince + limit - .now()
            if left > .zero {
                schedule(context, in: left)
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func cancel() {
        timer?.cancel()
        timer = nil
    }
}
