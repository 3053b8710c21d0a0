import HTTPTypes
import Hummingbird
import JobmonCore
import JobmonReporting
import JobmonWire
import NIOCore

/// The page itself, and who may use it.
extension Responder {
    /// A file of the page; nil: the path is not that of one. The files hold nothing of the ledger, so everybody who
    /// reaches the monitor may have them.
    func pageFile(_ request: Request) -> Response? {
        guard request.method == .get || request.method == .head, let file = PageFiles.shared[request.uri.path] else {
            return nil
        }
        var headers: HTTPFields = [
            .contentType: file.type, .cacheControl: "no-cache", .eTag: file.tag, .xContentTypeOptions: "nosniff",
        ]
        headers[.contentSecurityPolicy] = PageFiles.policy
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        headers[.vary] = "Accept-Encoding"
        if request.headers[.ifNoneMatch] == file.tag { return Response(status: .notModified, headers: headers) }
        var bytes = file.bytes
        if let compressed = file.compressed, accepts(gzip: request) {
            headers[.contentEncoding] = "gzip"
            bytes = compressed
        }
        if request.method == .head { return Response(status: .ok, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    func accepts(gzip request: Request) -> Bool {
        (request.headers[.acceptEncoding] ?? "").split(separator: ",")
            .contains { $0.drop { $0 == " " }.prefix { $0 != ";" && $0 != " " } == "gzip" }
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

    // MARK: - Links and sessions

    func makeLink(_ body: ByteBuffer) throws -> Response {
        let request = try read(body) { (json) throws(FieldError) in try PageLinkRequest(json) }
        let link = try seeing.door.makeLink(share: request.share)
        return answer(PageLink(token: link.token, expires: link.expires).json)
    }

    func enter(_ body: ByteBuffer) throws -> Response {
        let token = try read(body) { (json) throws(FieldError) in
            try JSONFields(json, named: "the body").requiredString("token")
        }
        let cookie: String
        let session: PageDoor.Session
        do throws(Problem) {
            (cookie, session) = try seeing.door.enter(token)
        } catch {
            seeing.refusals.note(error, path: PageEndpoint.enter.path)
            throw error
        }
        var response = answer(about(session))
        response.headers[.setCookie] = seeing.door.cookie(cookie, until: session.expires)
        return response
    }

    func about(_ session: PageDoor.Session) -> JSON {
        [
            "read_only": .bool(session.isReadOnly), "expires": .string(session.expires.description),
            "directory": seeing.layout.map { .string($0.root) } ?? .null, "host": .string(HostIdentity.host),
            "version": .string(JobmonVersion.current), "monitor": .string(seeing.door.cookieName),
        ]
    }

    func leave(_ request: Request) -> Response {
        seeing.door.leave(cookies: request.headers[.cookie])
        var response = answer(["left": true])
        response.headers[.setCookie] = "\(seeing.door.cookieName)=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
        return response
    }

    /// The session of a request. A program that knows the secret has one without a cookie: it may do everything anyway,
    /// and no page can send its header to another origin.
    /// - Throws: `.unauthorized` if it has none; `.forbidden` if it would change something and may not.
    func session(of request: Request, for endpoint: PageEndpoint) throws(Problem) -> PageDoor.Session {
        if request.headers[.authorization] != nil {
            try gate.checkSecret(request)
            return PageDoor.Session(isReadOnly: false, expires: seeing.time.now())
        }
        guard let session = seeing.door.session(cookies: request.headers[.cookie]) else {
            throw Problem(
                .unauthorized, "this page has no session, or its session has ended",
                hint: "get a new link with jobmon dashboard")
        }
        // A page of another port of this host is of the same site: its requests have the cookie, and often no origin.
        if let site = Self.fetchSite.flatMap({ request.headers[$0] }), site != "same-origin", site != "none" {
            throw Problem(.forbidden, "the request comes from a page of another origin (its Sec-Fetch-Site header)")
        }
        guard endpoint.acts || endpoint == .leave else { return session }
        let header = PageEndpoint.actionHeader.lowercased()
        guard request.headers.contains(where: { $0.name.canonicalName == header }), request.headers[.origin] != nil
        else {
            throw Problem(.forbidden, "the request was not made by the page of this monitor")
        }
        guard !session.isReadOnly || endpoint == .leave else {
            throw Problem(
                .forbidden, "this link is for looking only: it cannot act",
                hint: "open the page with jobmon dashboard, as the owner of the directory")
        }
        return session
    }
}
