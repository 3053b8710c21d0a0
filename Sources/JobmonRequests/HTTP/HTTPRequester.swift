/// Sends requests over HTTP/1.1. It keeps connections open for the next requests to the same address.
final class HTTPRequester: Sendable {
    let pool = ConnectionPool()
    let slots: RequestSlots
    private let limits: HTTPLimits

    init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        slots = RequestSlots(limits.requests)
    }

    /// Sends a request and reads the whole answer, whatever its status is.
    ///
    /// The request must be safe to repeat: it is sent a second time if a kept connection turns out to be closed.
    /// - Parameters:
    ///   - seconds: maximum seconds for everything, including the wait for other requests if there are too many.
    ///   - limit: maximum bytes of the body.
    /// - Throws: a `HTTPFailure`; `CancellationError` as soon as the task is cancelled.
    func answer(
        to request: HTTPRequest, within seconds: Double, upTo limit: Int
    ) async throws -> (status: Int, body: [UInt8]) {
        try await withTimeLimit(seconds) { [self] in
            try await slots.take()
            defer { slots.giveBack() }
            let answer = try await send(request)
            return (status: answer.status, body: try await answer.body.collect(upTo: limit))
        }
    }

    /// Sends a request whose answer is a stream, over a connection of its own.
    ///
    /// The body ends with `.silent` if nothing comes for `HTTPLimits.silenceSeconds`.
    /// - Parameter seconds: maximum seconds until the head of the answer.
    /// - Throws: a `HTTPFailure`; `CancellationError` as soon as the task is cancelled.
    func stream(_ request: HTTPRequest, within seconds: Double) async throws -> HTTPAnswer {
        try await withTimeLimit(seconds) { [limits] in
            try await HTTPConnection.open(to: request.address, keptIn: nil, limits: limits).send(request)
        }
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        if let kept = pool.take(for: request.address) {
            do {
                return try await kept.send(request)
            } catch HTTPFailure.closed {
                // The other side closed it between two requests, or in this moment. Others may be closed too, so the
                // second try is over a new one.
            }
        }
        return try await HTTPConnection.open(to: request.address, keptIn: pool, limits: limits).send(request)
    }
}
