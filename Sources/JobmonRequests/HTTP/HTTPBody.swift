import NIOCore

/// The body of an answer as it arrives, for one reader, which makes one iterator.
///
/// A reader that is slow stops the reading of the socket after a few parts, and so the sender. One that leaves before
/// the end (it drops the body and its iterator, or its task is cancelled) closes the connection.
struct HTTPBody: AsyncSequence, Sendable {
    typealias Parts = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, BodyReader
    >

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let parts: Parts.AsyncIterator

        /// The next bytes; nil at the end of the body.
        /// - Throws: a `HTTPFailure` if the body is not whole, `CancellationError` if the task is cancelled.
        func next() async throws -> [UInt8]? {
            guard let part = try await parts.next() else { return nil }
            return Array(part.readableBytesView)
        }
    }

    private let parts: Parts

    private init(parts: Parts) { self.parts = parts }

    /// Makes a body, and the source of its parts. Parts are at most 64 KiB.
    static func make(for reader: BodyReader) -> (body: HTTPBody, source: Parts.Source) {
        let made = Parts.makeSequence(
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8), finishOnDeinit: true, delegate: reader)
        return (HTTPBody(parts: made.sequence), made.source)
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: parts.makeAsyncIterator()) }

    /// The whole body.
    /// - Throws: `.tooLarge` as soon as there are more than `limit` bytes, and what the iterator throws.
    func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let iterator = parts.makeAsyncIterator()
        while let part = try await iterator.next() {
            guard bytes.count + part.readableBytes <= limit else { throw HTTPFailure.tooLarge(limit: limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}
