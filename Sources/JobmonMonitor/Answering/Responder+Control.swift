import Hummingbird
import JobmonCore
import JobmonWire
import Logging
import NIOCore

/// Queries, the stop request, and metrics for a monitoring system.
extension Responder {
    func runQuery(_ body: ByteBuffer) async throws -> Response {
        let request = try read(body) { (json) throws(FieldError) in try QueryRequest(json) }
        return answer(try await connection.query(request.sql, limits: request.limits).json)
    }

    func stopMonitor() -> Response {
        logger.notice("asked to stop")
        stop.ask()
        return answer(["stopping": true])
    }

    /// The figures for a monitoring system, in the text format that it accepts.
    func metrics(_ request: Request) async throws -> Response {
        let format = MetricsFormat(accept: request.headers[.accept])
        let metrics = try await seeing.metrics(writer: connection.writer, requests: counts.all)
        return answer(try metrics.render(format), type: format.contentType)
    }
}
