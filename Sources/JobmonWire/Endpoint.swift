/// What can be asked of a monitor: the one list of methods and paths, for both sides. `docs/openapi.yaml` describes
/// what goes in and what comes out.
package enum Endpoint: String, Sendable, CaseIterable {
    case recordEvents
    case alive
    case summary
    case jobs
    case job
    case instances
    case instance
    case errors
    case followEvents
    case query
    case actions
    case stop
    case metrics

    /// The HTTP method.
    package var method: String {
        switch self {
        case .recordEvents, .query, .actions, .stop: "POST"
        case .alive, .summary, .jobs, .job, .instances, .instance, .errors, .followEvents, .metrics: "GET"
        }
    }

    /// The path, with the parts that vary in braces, as in OpenAPI.
    package var template: String {
        switch self {
        case .recordEvents, .followEvents: "/v1/events"
        case .alive: "/v1/alive"
        case .summary: "/v1/summary"
        case .jobs: "/v1/jobs"
        case .job: "/v1/jobs/{jid}"
        case .instances: "/v1/instances"
        case .instance: "/v1/instances/{id}"
        case .errors: "/v1/errors"
        case .query: "/v1/query"
        case .actions: "/v1/actions"
        case .stop: "/v1/stop"
        case .metrics: "/metrics"
        }
    }

    /// The path to ask for, with `id` in the place of the part that varies.
    package func path(id: Int64? = nil) -> String {
        guard let id, let open = template.firstIndex(of: "{") else { return template }
        return template[..<open] + String(id)
    }
}

/// The words of the protocol that both sides must spell alike.
package enum WireNames {
    package static let json = "application/json"
    package static let eventStream = "text/event-stream"
    package static let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    /// The header with the number of the last change that a subscriber saw.
    package static let lastEventID = "Last-Event-ID"
}
