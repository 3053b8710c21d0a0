/// The requests of the page, besides those of `Endpoint`. They may change with each version: the page is a part of the
/// same executable.
package enum PageEndpoint: String, Sendable, CaseIterable {
    /// Exchanges a link's token for a session.
    case enter = "POST /v1/session"
    case session = "GET /v1/session"
    case leave = "DELETE /v1/session"
    case overview = "GET /v1/view"
    case rows = "GET /v1/view/rows"
    case mosaic = "GET /v1/view/mosaic"
    case cell = "GET /v1/view/cell"
    case brush = "GET /v1/view/brush"
    case params = "GET /v1/view/params"
    case hosts = "GET /v1/view/hosts"
    case timeline = "GET /v1/view/timeline"
    case resources = "GET /v1/view/resources"
    case usage = "GET /v1/view/usage"
    case job = "GET /v1/view/job"
    case output = "GET /v1/view/output"
    case count = "GET /v1/view/count"
    case ticks = "GET /v1/view/ticks"
    case act = "POST /v1/view/act"
    case changeGroup = "POST /v1/view/group"

    /// Whether it changes something, and so is refused on a read-only link.
    package var acts: Bool { self == .act || self == .changeGroup }

    package var method: String { String(rawValue.prefix { $0 != " " }) }
    package var path: String { String(rawValue.drop { $0 != " " }.dropFirst()) }

    /// The header that a request which changes something must have: a form of another page cannot send it.
    package static let actionHeader = "X-Jobmon-Page"

    /// Finds the endpoint of a request; nil: there is none.
    package static func match(method: String, path: String) -> PageEndpoint? {
        PageEndpoint(rawValue: "\(method) \(path)")
    }
}
