import JobmonCore
import JobmonWire

/// The stream of one subscriber, for one reader at a time. Little is read ahead, except what the network buffers.
final class Subscription: Sendable {
    // As in every stream there is one reader at a time: only `next` uses these, and it is not called again before it
    // returns.
    private nonisolated(unsafe) let bytes: HTTPBody.AsyncIterator
    private nonisolated(unsafe) var reader: EventFrameReader
    private nonisolated(unsafe) var ready: [EventFrame]

    private init(bytes: HTTPBody.AsyncIterator, reader: EventFrameReader, ready: [EventFrame]) {
        self.bytes = bytes
        self.reader = reader
        self.ready = ready
    }

    /// Reads up to the first frame, which confirms the subscription: everything recorded from then on will follow.
    static func start(_ body: HTTPBody) async throws(RemoteConnection.CallError) -> Subscription {
        let bytes = body.makeAsyncIterator()
        var reader = EventFrameReader()
        do {
            while let part = try await bytes.next() {
                let frames = try reader.append(part)
                if frames.isEmpty { continue }
                guard case .start = frames[0] else { throw FieldError("the stream", "does not begin with its start") }
                return Subscription(bytes: bytes, reader: reader, ready: Array(frames.dropFirst()))
            }
            throw FieldError("the stream", "ended before it began")
        } catch {
            throw RemoteConnection.away(error)
        }
    }

    /// The next changes; nil if the monitor ended the stream in order, or the task is cancelled.
    /// - Throws: a `Problem` if the stream broke off.
    func next() async throws -> [Change]? {
        while true {
            let changes = ready.compactMap { frame in
                if case .change(let change) = frame { change } else { nil }
            }
            ready = []
            if !changes.isEmpty { return changes }
            do {
                guard let part = try await bytes.next() else { return nil }
                ready = try reader.append(part)
            } catch is CancellationError {
                return nil
            } catch {
                throw Problem(.unavailable, "the stream of the monitor broke off: \(error)", hint: "subscribe again")
            }
        }
    }
}
