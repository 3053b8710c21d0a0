import AsyncHTTPClient
import JobmonCore
import JobmonWire
import NIOCore

/// The stream of one subscriber, pulled by one reader at a time: nothing is read ahead but what the network holds.
final class Subscription: Sendable {
    // One reader at a time, as of every stream: only `next` touches them, and it is not called again before it returned.
    private nonisolated(unsafe) var bytes: HTTPClientResponse.Body.AsyncIterator
    private nonisolated(unsafe) var reader: EventFrameReader
    private nonisolated(unsafe) var ready: [EventFrame]

    private init(bytes: HTTPClientResponse.Body.AsyncIterator, reader: EventFrameReader, ready: [EventFrame]) {
        self.bytes = bytes
        self.reader = reader
        self.ready = ready
    }

    /// Reads up to the first frame, which says that the subscription stands: what is recorded from then on will come.
    static func start(_ body: HTTPClientResponse.Body) async throws(RemoteConnection.CallError) -> Subscription {
        var bytes = body.makeAsyncIterator()
        var reader = EventFrameReader()
        do {
            while let buffer = try await bytes.next() {
                let frames = try reader.append(buffer.readableBytesView)
                if frames.isEmpty { continue }
                guard case .start = frames[0] else { throw FieldError("the stream", "does not begin with its start") }
                return Subscription(bytes: bytes, reader: reader, ready: Array(frames.dropFirst()))
            }
            throw FieldError("the stream", "ended before it began")
        } catch {
            throw RemoteConnection.away(error)
        }
    }

    /// The next changes; nil when the monitor ended the stream in order.
    /// - Throws: a `Problem` when it broke off.
    func next() async throws -> [Change]? {
        while true {
            let changes = ready.compactMap { frame in
                if case .change(let change) = frame { change } else { nil }
            }
            ready = []
            if !changes.isEmpty { return changes }
            do {
                guard let buffer = try await bytes.next() else { return nil }
                ready = try reader.append(buffer.readableBytesView)
            } catch is CancellationError {
                return nil
            } catch {
                throw Problem(.unavailable, "the stream of the monitor broke off: \(error)", hint: "subscribe again")
            }
        }
    }
}
