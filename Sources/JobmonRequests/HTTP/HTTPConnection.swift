import NIOCore
import NIOHTTP1
import NIOPosix

/// An open connection to a monitor, for use from any thread. It carries one exchange at a time.
struct HTTPConnection: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<ExchangeHandler>

    /// Must be called on the channel's event loop.
    init(_ channel: any Channel, _ handler: ExchangeHandler) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    /// Opens a connection.
    /// - Parameters:
    ///   - pool: where it is kept between requests; nil: it is for one exchange, a stream.
    /// - Throws: a `HTTPFailure`, after `limits.connectSeconds` at the latest; `CancellationError` as soon as the task
    ///   is cancelled. A connection that is made nevertheless is closed then.
    static func open(
        to address: HTTPAddress, keptIn pool: ConnectionPool?, limits: HTTPLimits
    ) async throws -> HTTPConnection {
        guard UInt16(exactly: address.port) != nil else { throw HTTPFailure.noPort(address.port) }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let opened = loop.makePromise(of: HTTPConnection.self)
        connect(on: loop, to: address, keptIn: pool, limits: limits).whenComplete { result in
            switch result {
            case .failure(let error): opened.fail(HTTPFailure(connecting: error))
            case .success(let channel):
                do {
                    let handler = try channel.pipeline.syncOperations.handler(type: ExchangeHandler.self)
                    opened.succeed(HTTPConnection(channel, handler))
                } catch {
                    // It was closed at once, and its handlers are gone.
                    opened.fail(HTTPFailure.closed)
                }
                // After a cancellation the promise has failed before, and nobody will use the channel.
                opened.futureResult.whenFailure { _ in channel.close(promise: nil) }
            }
        }
        return try await withTaskCancellationHandler {
            try await opened.futureResult.get()
        } onCancel: {
            opened.fail(CancellationError())
        }
    }

    private static func connect(
        on loop: any EventLoop, to address: HTTPAddress, keptIn pool: ConnectionPool?, limits: HTTPLimits
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(Int64(limits.connectSeconds * 1e9)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        ExchangeHandler(address, keptIn: pool, limits: limits))
                }
            }
        // For a numeric address nothing is looked up: a resolver may be slow, or out of order.
        if let numeric = try? SocketAddress(ipAddress: address.host, port: address.port) {
            return bootstrap.connect(to: numeric)
        }
        return bootstrap.connect(host: address.host, port: address.port)
    }

    /// Sends a request and waits for the head of its answer.
    /// - Throws: a `HTTPFailure`: `.closed` if the connection ended before there was anything of an answer.
    ///   `CancellationError` as soon as the task is cancelled. After each of them the connection is closed.
    func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let head = request.head
        let body = request.body.map { ByteBuffer(bytes: $0) }
        let answer = channel.eventLoop.makePromise(of: HTTPAnswer.self)
        // Before there is a cancellation handler, so that a cancellation always comes after the beginning.
        channel.eventLoop.execute { handler.value.begin(head, body, answer) }
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            channel.eventLoop.execute { handler.value.abandon(answer) }
        }
    }
}
