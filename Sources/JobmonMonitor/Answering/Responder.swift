import HTTPTypes
import Hummingbird
import JobmonCore
import JobmonWire
import Logging
import NIOCore
import Synchronization

/// Answers requests. Every route decodes the request, makes one call and encodes the answer; the rules are elsewhere.
struct Responder: HTTPResponder {
    typealias Context = MonitorContext

    let connection: InProcessConnection
    let gate: Gate
    let configuration: MonitorConfiguration
    let counts: RequestCounts
    let stop: StopSwitch
    let seeing: Seeing
    let logger: Logger

    func respond(to request: Request, context: MonitorContext) async throws -> Response {
        var isBodyRead = false
        var response: Response
        do {
            response = try await route(request, context, isBodyRead: &isBodyRead)
        } catch let broken as BrokenRequest {
            throw broken.underlying
        } catch let problem as Problem {
            if problem.code == .forbidden { seeing.refusals.note(problem, path: request.uri.path) }
            response = answer(problem)
        } catch is CancellationError {
            response = answer(Problem(.unavailable, "the monitor is ending", hint: "try again in a moment"))
        } catch {
            logger.error(
                "a request failed unexpectedly",
                metadata: [
                    LogKey.method: "\(request.method)", LogKey.path: "\(request.uri.path)", LogKey.error: "\(error)",
                ])
            response = answer(
                Problem(.internalError, "the monitor failed to answer", hint: "its log says why; please report it"))
        }
        if !isBodyRead, Self.hasBody(request) { closeSoon(&response, context.channel) }
        counts.count(response.status.code)
        return response
    }

    private func route(
        _ request: Request, _ context: MonitorContext, isBodyRead: inout Bool
    ) async throws -> Response {
        try gate.checkOpen()
        try gate.checkOrigin(request)
        let path = request.uri.path
        let match = Endpoint.match(method: request.method.rawValue, path: path)
        if case .found(.alive, _) = match { return answer(["alive": true]) }
        if let file = pageFile(request) { return file }
        if let endpoint = PageEndpoint.match(method: request.method.rawValue, path: path) {
            var body = ByteBuffer()
            if endpoint.method == "POST" {
                body = try await readBody(request)
                isBodyRead = true
            }
            return try await answer(endpoint, body, request)
        }
        try gate.checkSecret(request)
        switch match {
        case .unknown:
            throw Problem(
                .notFound, "there is nothing at \(path.prefix(200))", hint: "docs/protocol.md lists the paths")
        case .wrongMethod(let allowed):
            var response = answer(
                Problem(.methodNotAllowed, "\(path) does not support \(request.method.rawValue.prefix(20))"))
            response.headers[.allow] = allowed.joined(separator: ", ")
            return response
        case .found(let endpoint, let id):
            var body = ByteBuffer()
            if endpoint.method == "POST" {
                body = try await readBody(request)
                isBodyRead = true
            }
            let query = try QueryString(parsing: request.uri.query ?? "")
            return try await answer(endpoint, id: id ?? 0, query: query, body: body, request: request)
        }
    }

    private func answer(
        _ endpoint: Endpoint, id: Int64, query: QueryString, body: ByteBuffer, request: Request
    ) async throws -> Response {
        switch endpoint {
        case .recordEvents: try await recordEvents(body)
        case .alive: answer(["alive": true])
        case .summary: try await summary(query)
        case .jobs: try await jobs(query)
        case .job: try await job(id)
        case .numbers: try await numbers(query)
        case .instances: try await instances(query)
        case .instance: try await instance(id)
        case .errors: try await errors(query)
        case .followEvents: try await followEvents(query, request)
        case .query: try await runQuery(body)
        case .actions: try await act(body)
        case .links: try makeLink(body)
        case .stop: stopMonitor()
        case .metrics: try await metrics(request)
        }
    }

    // MARK: - Bodies and answers

    private func readBody(_ request: Request) async throws -> ByteBuffer {
        let type = request.headers[.contentType] ?? ""
        guard type.prefix(while: { $0 != ";" && $0 != " " }).lowercased() == WireNames.json else {
            throw Problem(
                .unsupportedType, "the body must be \(WireNames.json)",
                hint: "send the header \"Content-Type: \(WireNames.json)\"")
        }
        let tooLarge = Problem(
            .tooLarge, "the body is larger than \(configuration.maximumBody >> 20) MiB",
            hint: "send the events in several requests")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > configuration.maximumBody {
            throw tooLarge
        }
        do {
            return try await request.body.collect(upTo: configuration.maximumBody)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch {
            // The sender is gone, or does not send HTTP: an answer in JSON would reach nobody.
            throw BrokenRequest(underlying: error)
        }
    }

    func parse(_ body: ByteBuffer) throws(Problem) -> JSON {
        do throws(JSONSyntaxError) { return try JSON(parsing: body.readableBytesView) } catch { throw Problem(error) }
    }

    /// Reads a body that must be a message of one type.
    func read<Message>(
        _ body: ByteBuffer, as message: (JSON) throws(FieldError) -> Message
    ) throws(Problem) -> Message {
        let json = try parse(body)
        do throws(FieldError) { return try message(json) } catch { throw Problem(error) }
    }

    func answer(_ json: JSON) -> Response { answer(json.bytes) }

    func answer(_ bytes: [UInt8], status: Int = 200, type: String = WireNames.json) -> Response {
        Response(
            status: HTTPResponse.Status(code: status),
            headers: [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    func answer(_ problem: Problem) -> Response {
        var response = answer(problem.json.bytes, status: problem.code.httpStatus)
        switch problem.code {
        case .unauthorized: response.headers[.wwwAuthenticate] = "Bearer"
        case .unavailable: response.headers[.retryAfter] = "1"
        default: break
        }
        return response
    }

    private static func hasBody(_ request: Request) -> Bool {
        if let length = request.headers[.contentLength] { return length != "0" }
        return request.headers[.transferEncoding] != nil
    }

    /// Closes the connection soon, so that a body that is not read cannot keep it busy as long as its sender likes.
    private func closeSoon(_ response: inout Response, _ channel: any Channel) {
        response.headers[.connection] = "close"
        channel.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
    }
}

/// The request ended before it was complete.
private struct BrokenRequest: Error {
    let underlying: any Error
}
