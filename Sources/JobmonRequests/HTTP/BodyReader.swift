import NIOCore

/// Tells the handler of a connection what the reader of a body does. The reader is on another thread than the handler.
struct BodyReader: NIOAsyncSequenceProducerDelegate {
    private let handler: NIOLoopBound<ExchangeHandler>
    /// The number of the exchange that the body belongs to. The connection may be at a later one.
    private let exchange: Int

    init(_ handler: NIOLoopBound<ExchangeHandler>, exchange: Int) {
        self.handler = handler
        self.exchange = exchange
    }

    func produceMore() { onLoop { $0.readerWantsMore(exchange) } }

    func didTerminate() { onLoop { $0.readerLeft(exchange) } }

    private func onLoop(_ body: @escaping @Sendable (ExchangeHandler) -> Void) {
        if handler.eventLoop.inEventLoop {
            body(handler.value)
        } else {
            handler.eventLoop.execute { body(handler.value) }
        }
    }
}
