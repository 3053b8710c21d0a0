/// The requests that a monitor answers: the only list of methods and paths, for both sides. `docs/openapi.yaml`
/// describes the bodies and answers.
package enum Endpoint: String, Sendable, CaseIterable {
    case recordEvents
    case alive
    case summary
    case jobs
    case job
    case numbers
    case instances
    case instance
    case errors
    case followEvents
    case query
    case actions
    case links
    case stop
    case metrics

    /// The HTTP method.
    package var method: String {
        switch self {
        case .recordEvents, .query, .actions, .links, .stop: "POST"
        case .alive, .summary, .jobs, .job, .numbers, .instances, .instance, .errors, .followEvents, .metrics: "GET"
        }
    }

    /// The path with its variable parts in braces, as in OpenAPI.
    package var template: String {
        switch self {
        case .recordEvents, .followEvents: "/v1/events"
        case .alive: "/v1/alive"
        case .summary: "/v1/summary"
        case .jobs: "/v1/jobs"
        case .job: "/v1/jobs/{jid}"
        case .numbers: "/v1/numbers"
        case .instances: "/v1/instances"
        case .instance: "/v1/instances/{id}"
        case .errors: "/v1/errors"
        case .query: "/v1/query"
        case .actions: "/v1/actions"
        case .links: "/v1/links"
        case .stop: "/v1/stop"
        case .metrics: "/metrics"
        }
    }

    /// The path of a request, with `id` in place of the variable part.
    package func path(id: Int64? = nil) -> String {
        guard let id, let open = template.firstIndex(of: "{") else { return template }
        return template[..<open] + String(id)
    }
}

extension Endpoint {
    /// The result of looking up a method and a path.
    package enum Match: Sendable, Equatable {
        case found(Endpoint, id: Int64?)
        /// The path exists for these methods only.
        case wrongMethod(allowed: [String])
        case unknown
    }

    /// Finds the endpoint of a request. A number in a path must be a positive integer; else the path is unknown.
    package static func match(method: String, path: String) -> Match {
        let named = allCases.filter { $0.template == path }
        if !named.isEmpty { return choose(named, method, id: nil) }
        guard let slash = path.lastIndex(of: "/"), let id = Int64(path[path.index(after: slash)...]), id > 0 else {
            return .unknown
        }
        return choose(allCases.filter { $0.path(id: id) == path }, method, id: id)
    }

    private static func choose(_ endpoints: [Endpoint], _ method: String, id: Int64?) -> Match {
        if endpoints.isEmpty { return .unknown }
        if let found = endpoints.first(where: { $0.method == method }) { return .found(found, id: id) }
        return .wrongMethod(allowed: endpoints.map(\.method))
    }
}

/// Names of the protocol that both sides share.
package enum WireNames {
    package static let json = "application/json"
    package static let eventStream = "text/event-stream"
    /// The header with the number of the last change that a subscriber has seen.
    package static let lastEventID = "Last-Event-ID"
}
