import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem
import JobmonWire
import Synchronization

/// Decides who may use the page: makes links, exchanges their tokens for sessions, and knows the sessions by their
/// cookies. Links and sessions are kept in a file (mode 0600) in the monitor's directory, so that a page continues with
/// the next monitor.
final class PageDoor: Sendable {
    struct Session: Sendable, Equatable {
        /// Looks, but may not act.
        var isReadOnly: Bool
        /// When it ends.
        var expires: Timestamp
    }

    private struct Link {
        var isReadOnly: Bool
        var expires: Timestamp
        /// A link to share is used until it ends, any other once.
        var isShared: Bool
    }

    private struct State {
        var links: [String: Link] = [:]
        var sessions: [String: Session] = [:]
    }

    /// Seconds after which a link that was not used is void.
    static let linkSeconds = 60.0
    /// Seconds after which a session ends.
    static let sessionSeconds = 7 * 86400.0
    /// Seconds that a shared link may last.
    static let longestShare = 30 * 86400.0
    /// Sessions that are kept. One that only looks makes room before one that may act, and one that ends first before
    /// one that ends later.
    private static let mostSessions = 1000
    private static let mostLinks = 1000
    /// Seconds without a monitor after which the sessions are void. While no monitor has its port, another program of
    /// this host may take it, and gets the cookies of pages that are still open.
    static let awaySeconds = 120.0
    /// Seconds between two notes that the monitor is there.
    static let beatSeconds = 15.0

    /// The name of the cookie: cookies are sent to every port of a host, so each directory has its own.
    let cookieName: String
    private let path: String?
    private let time: TimeSource
    private let state = Mutex(State())

    init(layout: DirectoryLayout?, time: TimeSource) {
        self.time = time
        path = layout?.pageSessions
        cookieName = "jobmon_\(String(FNV1a.hash((layout?.root ?? "memory").utf8), radix: 16))"
        if let path, let kept = Self.read(path, now: time.now()) { state.withLock { $0 = kept } }
    }

    /// Makes a link.
    /// - Parameter share: seconds for which it can be used, for looking only; nil: it is for its maker, once.
    /// - Returns: the token, and when the link is void.
    /// - Throws: `.invalid` for a duration that is not allowed.
    func makeLink(share: Double?) throws(Problem) -> (token: String, expires: Timestamp) {
        if let share, !(share > 0 && share <= Self.longestShare) {
            throw Problem(.invalid, "a link can be shared for 1 second to 30 days")
        }
        let token = Self.secret()
        let expires = time.now().advanced(bySeconds: share ?? Self.linkSeconds)
        change { state in
            if state.links.count >= Self.mostLinks,
                let first = state.links.min(by: { $0.value.expires < $1.value.expires })
            {
                state.links[first.key] = nil
            }
            state.links[token] = Link(isReadOnly: share != nil, expires: expires, isShared: share != nil)
        }
        return (token, expires)
    }

    /// Exchanges the token of a link for a session.
    /// - Returns: the value of the session's cookie.
    /// - Throws: `.unauthorized` for a token that was used, is void, or never was one.
    func enter(_ token: String) throws(Problem) -> (cookie: String, session: Session) {
        let now = time.now()
        let cookie = Self.secret()
        var session: Session?
        let isKnown = state.withLock { $0.links[token].map { $0.expires > now } ?? false }
        if isKnown {
            change { state in
                guard let link = state.links[token], link.expires > now else { return }
                if !link.isShared { state.links[token] = nil }
                let made = Session(
                    isReadOnly: link.isReadOnly,
                    expires: link.isShared ? link.expires : now.advanced(bySeconds: Self.sessionSeconds))
                if state.sessions.count >= Self.mostSessions,
                    let first = state.sessions.min(by: {
                        $0.value.isReadOnly == $1.value.isReadOnly
                            ? $0.value.expires < $1.value.expires : $0.value.isReadOnly
                    })
                {
                    state.sessions[first.key] = nil
                }
                state.sessions[cookie] = made
                session = made
            }
        }
        guard let session else {
            throw Problem(
                .unauthorized, "this link was used already, or is too old",
                hint: "get a new one with jobmon dashboard")
        }
        return (cookie, session)
    }

    /// The session of a request; nil: it has none that is valid.
    /// - Parameter cookies: the header of that name. Another program of this host may have added one of our name.
    func session(cookies: String?) -> Session? {
        let now = time.now()
        let values = values(cookies)
        return state.withLock { state in
            for value in values {
                if let session = state.sessions[value], session.expires > now { return session }
            }
            return nil
        }
    }

    /// Ends a session.
    func leave(cookies: String?) {
        let values = values(cookies)
        change { state in
            for value in values { state.sessions[value] = nil }
        }
    }

    /// How many sessions are valid.
    var count: Int {
        let now = time.now()
        return state.withLock { $0.sessions.values.count { $0.expires > now } }
    }

    /// The header that gives a browser its session.
    func cookie(_ value: String, until end: Timestamp) -> String {
        let seconds = max(0, Int(end.seconds(since: time.now())))
        return "\(cookieName)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
    }

    private func values(_ cookies: String?) -> [String] {
        (cookies ?? "").split(separator: ";").compactMap { part in
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return pair.count == 2 && pair[0] == cookieName ? String(pair[1]) : nil
        }
    }

    private static func secret() -> String { String((makeUUID() + makeUUID()).filter { $0 != "-" }) }

    // MARK: - Keeping

    /// Changes what is known, drops what has ended, and keeps the rest in the file.
    private func change(_ body: (inout State) -> Void) {
        let now = time.now()
        state.withLock { state in
            body(&state)
            state.links = state.links.filter { $0.value.expires > now }
            state.sessions = state.sessions.filter { $0.value.expires > now }
            guard let path else { return }
            // A page then works until the monitor ends.
            _ = SmallFile.replace(
                path, temporary: "\(path).\(makeUUID()).tmp", with: Self.written(state, at: now))
        }
    }

    /// Notes that the monitor is there, if somebody has a session.
    func beat() {
        if state.withLock({ !$0.sessions.isEmpty }) { change { _ in } }
    }

    private static func written(_ state: State, at now: Timestamp) -> [UInt8] {
        let links = state.links.map { token, link -> JSON in
            [
                "token": .string(token), "read_only": .bool(link.isReadOnly), "shared": .bool(link.isShared),
                "expires": .int(link.expires.milliseconds),
            ]
        }
        let sessions = state.sessions.map { cookie, session -> JSON in
            [
                "cookie": .string(cookie), "read_only": .bool(session.isReadOnly),
                "expires": .int(session.expires.milliseconds),
            ]
        }
        return JSON.object(
            ["links": .array(links), "sessions": .array(sessions), "alive": .int(now.milliseconds)]
        ).bytes
    }

    /// What an earlier monitor of the directory kept; nil if it kept nothing, or what cannot be trusted.
    private static func read(_ path: String, now: Timestamp) -> State? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0, let bytes = SmallFile.readAll(descriptor, from: 0, limit: 1 << 20),
            let json = try? JSON(parsing: bytes), case .object(let object) = json
        else { return nil }
        var state = State()
        for link in object["links"].items {
            guard case .string(let token)? = link["token"], case .int(let end)? = link["expires"] else { continue }
            state.links[token] = Link(
                isReadOnly: link["read_only"] != .bool(false), expires: Timestamp(milliseconds: end),
                isShared: link["shared"] == .bool(true))
        }
        guard case .int(let alive)? = object["alive"],
            now.seconds(since: Timestamp(milliseconds: alive)) < awaySeconds
        else { return state }
        for session in object["sessions"].items {
            guard case .string(let cookie)? = session["cookie"], case .int(let end)? = session["expires"] else {
                continue
            }
            state.sessions[cookie] = Session(
                isReadOnly: session["read_only"] != .bool(false), expires: Timestamp(milliseconds: end))
        }
        return state
    }

    /// Whether somebody has a session or a link that is still valid, in the directory of a monitor that does not run.
    static func isOpen(_ layout: DirectoryLayout, now: Timestamp) -> Bool {
        guard let kept = read(layout.pageSessions, now: now) else { return false }
        return kept.sessions.values.contains { $0.expires > now } || kept.links.values.contains { $0.expires > now }
    }
}

extension JSON? {
    /// The objects of an array.
    fileprivate var items: [JSONObject] {
        guard case .array(let values)? = self else { return [] }
        return values.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }
}
