import HTTPTypes
import Hummingbird
import JobmonCore
import JobmonWire
import Logging
import NIOCore
import ServiceLifecycle

/// Recording facts, and streaming the changes that they make.
extension Responder {
    func recordEvents(_ body: ByteBuffer) async throws -> Response {
        let events = try EventRequest.read(body.readableBytesView)
        let results = try await connection.writer.record(events, bytes: body.readableBytes)
        return answer(EventAnswer.body(results), status: EventAnswer.status(results))
    }

    func act(_ body: ByteBuffer) async throws -> Response {
        let action = try read(body) { (json) throws(FieldError) in try ActionRequest(json) }
        let results = try await connection.act(action)
        // An action on one job is answered like one event.
        guard action.jobs.count > 1 else {
            return answer(EventAnswer.body(results), status: EventAnswer.status(results))
        }
        return answer(ActionAnswer(results, of: action.events(at: nil)).json)
    }

    func followEvents(_ query: QueryString, _ request: Request) async throws -> Response {
        try query.allow("after", "limit")
        let accepted = request.headers[.accept] ?? ""
        if accepted.contains(WireNames.json), !accepted.contains(WireNames.eventStream) {
            let page = try Page(query)
            let changes = try await connection.changes(after: page.after, limit: page.limit)
            let next = changes.count < page.limit ? nil : changes.last?.sequence
            return answer(Paged(items: changes, next: next).text("changes", \.json))
        }
        let name = WireNames.lastEventID.lowercased()
        let last = request.headers.last { $0.name.canonicalName == name }?.value
        guard last == nil || last.flatMap({ Int64($0) }) != nil else {
            throw Problem(.invalid, "\"\(WireNames.lastEventID)\" must be an integer")
        }
        let after = try last.flatMap { Int64($0) } ?? query.int("after", atLeast: 0)
        return stream(connection.follower(after: after), request)
    }

    private func stream(_ follower: Follower, _ request: Request) -> Response {
        let body = ResponseBody { writer in
            var first: [UInt8] = []
            EventFrame.start(sequence: follower.start).write(to: &first)
            try await writer.write(ByteBuffer(bytes: first))
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await withGracefulShutdownHandler {
                    try await write(follower, to: &writer)
                } onGracefulShutdown: {
                    follower.stop()
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: WireNames.eventStream, .cacheControl: "no-store"], body: body)
    }

    private func write(_ follower: Follower, to writer: inout any ResponseBodyWriter) async throws {
        while let delivery = try await follower.next() {
            switch delivery {
            case .changes(let changes): try await writer.write(Publisher.Chunk.encode(changes[...]))
            case .chunks(let chunks, let cursor):
                try await writer.write(
                    contentsOf: chunks.map { chunk in
                        if cursor <= chunk.start { return chunk.encoded }
                        return Publisher.Chunk.encode(chunk.changes.filter { $0.sequence > cursor }[...])
                    })
            case .lagged(let cursor):
                var frame: [UInt8] = []
                EventFrame.lagged(sequence: cursor).write(to: &frame)
                try await writer.write(ByteBuffer(bytes: frame))
            case .nothing: try await writer.write(ByteBuffer(bytes: EventFrame.keepAlive))
            }
        }
    }
}
