import NIOHTTP1

/// A request to a monitor.
struct HTTPRequest: Sendable {
    var address: HTTPAddress
    /// `GET`, `POST` and so on.
    var method: String
    /// The path, with the query if there is one; what is not ASCII in it is percent-encoded.
    var target: String
    /// The headers besides `Host` and `Content-Length`, which are derived from the other properties.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?

    /// What is sent before the body.
    var head: HTTPRequestHead {
        var all = HTTPHeaders([("Host", address.authority)])
        for header in headers { all.add(name: header.name, value: header.value) }
        if let body { all.add(name: "Content-Length", value: String(body.count)) }
        return HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: target, headers: all)
    }
}
