import NIOCore
import NIOHTTP1

/// The last handler of a connection's pipeline: sends a request and passes its answer on, one exchange after the other.
///
/// Everything happens on the connection's event loop. The handler closes the connection unless it can carry another
/// exchange; a connection that can is put into the pool.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPClientRequestPart

    private struct Exchange {
        let number: Int
        /// Waits for the head; nil once it has come.
        var answer: EventLoopPromise<HTTPAnswer>?
        /// Where the parts of the body go; nil until the head has come.
        var source: HTTPBody.Parts.Source?
        var isWritten = false
        /// The other side does not close the connection after the answer.
        var keepsConnection = false
    }

    private let address: HTTPAddress
    /// Where the connection is kept between requests; nil: it carries one exchange, a stream.
    private let pool: ConnectionPool?
    /// How long a kept connection may be without a request, or a stream without a part.
    private let quietLimit: TimeAmount
    private let quietSeconds: Double

    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var lastNumber = 0
    /// The reader of the body has enough for now.
    private var isHeld = false
    /// The channel wanted to read the socket while the reader had enough.
    private var owesRead = false
    /// Since when the connection is without a request, or the stream without a part; nil while that has no limit.
    private var quietSince: NIODeadline?
    private var timer: Scheduled<Void>?

    init(_ address: HTTPAddress, keptIn pool: ConnectionPool?, limits: HTTPLimits) {
        self.address = address
        self.pool = pool
        quietSeconds = pool == nil ? limits.silenceSeconds : limits.idleSeconds
        quietLimit = .nanoseconds(Int64(quietSeconds * 1e9))
    }

    // MARK: - For the requester

    /// Sends a request. `answer` succeeds with the head, or fails with the reason why there is none: `.closed` also if
    /// the connection cannot carry an exchange any more.
    func begin(_ head: HTTPRequestHead, _ body: ByteBuffer?, _ answer: EventLoopPromise<HTTPAnswer>) {
        guard let context, context.channel.isActive, exchange == nil else {
            answer.fail(HTTPFailure.closed)
            return
        }
        lastNumber += 1
        let number = lastNumber
        exchange = Exchange(number: number, answer: answer)
        quietSince = nil
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] result in wrote(number, result) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Ends the wait for the head of an answer, and the connection. Without effect once the head has come: from then on
    /// its reader decides.
    func abandon(_ answer: EventLoopPromise<HTTPAnswer>) {
        if exchange?.answer == answer { giveUp(CancellationError()) }
    }

    /// The reader of an exchange's body has used up most of what it has.
    func readerWantsMore(_ number: Int) {
        guard exchange?.number == number else { return }
        release()
        if pool == nil { becomeQuiet() }
    }

    /// The reader of an exchange's body has gone, perhaps since it has read all.
    func readerLeft(_ number: Int) {
        if exchange?.number == number { giveUp(CancellationError()) }
    }

    // MARK: - ChannelDuplexHandler

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopTimer()
        breakOff(nil)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, context)
        case .body(let part): receive(part)
        case .end: finish(context)
        }
    }

    /// Reads the socket, unless the reader of the body has enough; then later.
    func read(context: ChannelHandlerContext) {
        if isHeld {
            owesRead = true
        } else {
            context.read()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        breakOff(error)
        // Also between exchanges, where nobody waits: what came then belongs to no request.
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopTimer()
        pool?.remove(context.channel, at: address)
        breakOff(nil)
        context.fireChannelInactive()
    }

    // MARK: - The exchange

    private func wrote(_ number: Int, _ result: Result<Void, any Error>) {
        guard exchange?.number == number else { return }
        switch result {
        case .success: exchange?.isWritten = true
        case .failure(let error): breakOff(error)
        }
    }

    // What still comes after an exchange was given up finds none, and is dropped.

    private func receive(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        guard let answer = exchange?.answer, let number = exchange?.number else { return }
        let reader = BodyReader(NIOLoopBound(self, eventLoop: context.eventLoop), exchange: number)
        let (body, source) = HTTPBody.make(for: reader)
        exchange?.answer = nil
        exchange?.source = source
        // After status 101 the connection would speak another protocol.
        exchange?.keepsConnection = head.isKeepAlive && head.status.code >= 200
        if pool == nil { becomeQuiet() }
        answer.succeed(HTTPAnswer(status: Int(head.status.code), body: body))
    }

    private func receive(_ part: ByteBuffer) {
        guard let source = exchange?.source else { return }
        switch source.yield(part) {
        case .produceMore: release()
        case .stopProducing: isHeld = true
        case .dropped: return  // its reader has gone, and `readerLeft` follows
        }
        guard pool == nil else { return }
        // While the socket is not read, the silence is on this side.
        if isHeld { quietSince = nil } else { becomeQuiet() }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let exchange else { return }
        self.exchange = nil
        quietSince = nil
        release()
        // An answer that came before its whole request leaves the rest of that in the way of the next one.
        if let pool, exchange.keepsConnection, exchange.isWritten, context.channel.isActive {
            becomeQuiet()
            pool.keep(HTTPConnection(context.channel, self), for: address)
        } else {
            context.close(promise: nil)
        }
        // Last, so that whoever has read the end finds the connection in the pool, or closed.
        exchange.source?.finish()
    }

    private func breakOff(_ error: (any Error)?) {
        guard let exchange else { return }
        giveUp(HTTPFailure(breaking: error, hasHead: exchange.answer == nil))
    }

    /// Ends the exchange, if there is one, with a failure for whoever waits, and closes the connection.
    private func giveUp(_ failure: any Error) {
        guard let exchange else { return }
        self.exchange = nil
        quietSince = nil
        // First, so that the connection is closed when somebody opens another one instead.
        context?.close(promise: nil)
        exchange.answer?.fail(failure)
        exchange.source?.finish(failure)
    }

    /// Reads the socket again, if that was held back. Between exchanges too: the end of a kept connection must be seen.
    private func release() {
        isHeld = false
        guard owesRead else { return }
        owesRead = false
        context?.read()
    }

    // MARK: - Limits of time

    private func becomeQuiet() {
        quietSince = .now()
        if timer == nil, let context { startTimer(context, in: quietLimit) }
    }

    /// One timer serves many short times: if it fires within a later one, it is started again for the rest of that.
    private func startTimer(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            timer = nil
            guard let quietSince else { return }
            let left = quietSince + quietLimit - .now()
            if left > .zero {
                startTimer(context, in: left)
            } else if let pool {
                // A connection that is not in the pool any more was just taken out for a request.
                if pool.remove(context.channel, at: address) { context.close(promise: nil) }
            } else {
                giveUp(HTTPFailure.silent(seconds: quietSeconds))
            }
        }
    }

    private func stopTimer() {
        quietSince = nil
        timer?.cancel()
        timer = nil
    }
}
