import HTTPTypes
import Hummingbird
import JobmonCore
import JobmonViews
import JobmonWire
import NIOCore
import ServiceLifecycle

/// The requests of the page.
extension Responder {
    func answer(_ endpoint: PageEndpoint, _ body: ByteBuffer, _ request: Request) async throws -> Response {
        if endpoint == .enter { return try enter(body) }
        let session = try session(of: request, for: endpoint)
        let query = try QueryString(parsing: request.uri.query ?? "")
        switch endpoint {
        case .enter, .session: return answer(about(session))
        case .leave: return leave(request)
        case .ticks: return try await ticks(request)
        case .act: return answer(try await seeing.act(try parse(body), connection))
        case .changeGroup: return answer(try await seeing.changeGroup(try parse(body)))
        case .overview, .hosts, .timeline, .resources:
            return try await kept(request) { () throws(Problem) in try await seeing.views.view(endpoint, query) }
        case .mosaic:
            // A million cells at the default level take five times as long, and a seventh less of bytes.
            return compressed(
                try await seeing.views.view(endpoint, query), type: Self.binary, request, level: 4)
        case .rows, .cell, .brush, .params, .usage, .job, .output, .count:
            return answer(try await seeing.views.view(endpoint, query))
        }
    }

    private static let binary = "application/octet-stream"

    /// Answers a question that many pages ask at the same state of the ledger once.
    private func kept(
        _ request: Request, _ make: () async throws(Problem) -> [UInt8]
    ) async throws(Problem) -> Response {
        let question = "\(request.uri.path)?\(request.uri.query ?? "")"
        // What is told of the present moment, such as the rate, is at most a second old.
        let second = Int(seeing.time.steadySeconds())
        let state = try await seeing.keeper.answer { (snapshot, version) throws(Problem) in
            (version: version, sequence: snapshot.sequence)
        }
        guard let (version, sequence) = state else {
            return compressed(try await make(), type: WireNames.json, request)
        }
        let made = try await seeing.cache.answer("\(sequence) \(second) \(question)", version: version, make)
        return compressed(made, type: WireNames.json, request)
    }

    /// Compresses what is large enough for it to be worth it.
    private func compressed(_ bytes: [UInt8], type: String, _ request: Request, level: Int32 = 6) -> Response {
        guard bytes.count > 4096, accepts(gzip: request), let small = Gzip.compressed(bytes, level: level) else {
            return answer(bytes, type: type)
        }
        var response = answer(small, type: type)
        response.headers[.contentEncoding] = "gzip"
        response.headers[.vary] = "Accept-Encoding"
        return response
    }

    // MARK: - Ticks

    /// Ends with the session: a link that is shared shows nothing any more when its time is over.
    private func ticks(_ request: Request) async throws -> Response {
        let ticks = try await seeing.keeper.follow()
        let keepAlive = configuration.keepAliveSeconds
        let door = seeing.door
        let isOwner = request.headers[.authorization] != nil
        let cookies = request.headers[.cookie]
        let body = ResponseBody { writer in
            // A first byte at once, so that the browser knows that it is connected.
            try await writer.write(ByteBuffer(bytes: EventFrame.keepAlive))
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await Self.write(
                    ticks, keepAlive: keepAlive, while: { isOwner || door.session(cookies: cookies) != nil },
                    to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: WireNames.eventStream, .cacheControl: "no-store"], body: body)
    }

    private static func write(
        _ ticks: AsyncStream<SnapshotKeeper.Tick>, keepAlive: Double, while isValid: @Sendable () -> Bool,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let (frames, sender) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingNewest(4))
        let feeding = Task {  // allowed: cancelled below
            for await tick in ticks { sender.yield(ByteBuffer(bytes: tick.frame)) }
            sender.finish()
        }
        let beating = Task {  // allowed: cancelled below
            while (try? await Task.sleep(for: .seconds(keepAlive))) != nil {
                sender.yield(ByteBuffer(bytes: EventFrame.keepAlive))
            }
        }
        defer {
            feeding.cancel()
            beating.cancel()
        }
        for await frame in frames {
            guard isValid() else { return }
            try await writer.write(frame)
        }
    }
}

extension SnapshotKeeper.Tick {
    /// The frame of the event stream.
    fileprivate var frame: [UInt8] {
        let data: JSON = [
            "sequence": .int(summary.sequence), "version": .int(Int64(version)), "now": .string(now.description),
            "jobs": summary.jobs.json, "late": .int(Int64(summary.late)), "errors": .int(Int64(summary.errors)),
            "changed": true,
        ]
        return Array("event: tick\nid: \(summary.sequence)\ndata: ".utf8) + data.bytes + Array("\n\n".utf8)
    }
}
