import HTTPTypes
import Hummingbird
import JobmonCore
import Synchronization

/// Decides who may send requests: senders that know the secret, use an address of this monitor, and are not web pages
/// of other origins.
///
/// The rules for `Host` and `Origin` prevent a foreign web page from talking to the monitor through the browser of a
/// user who can reach it.
final class Gate: Sendable {
    private let secret: [UInt8]
    private let names: Set<String>
    private let acceptsNumericHosts: Bool
    private let port = Mutex(0)
    private let isClosed = Mutex(false)

    init(configuration: MonitorConfiguration) {
        secret = Array(configuration.secret.utf8)
        let address = configuration.bindAddress
        let isLocal = address.hasPrefix("127.") || address == "::1" || address == "localhost"
        // A host name can be made to point here by its owner; a numeric address cannot.
        acceptsNumericHosts = !isLocal
        let written = address.contains(":") ? "[\(address)]" : address
        names = Set(
            (["localhost", "127.0.0.1", "[::1]", written] + configuration.hostNames).map { $0.lowercased() })
    }

    /// Sets the port, once it is known.
    func open(port: Int) { self.port.withLock { $0 = port } }

    /// Refuses all requests from now on.
    func close() { isClosed.withLock { $0 = true } }

    /// - Throws: `.unavailable` after `close`.
    func checkOpen() throws(Problem) {
        if isClosed.withLock({ $0 }) {
            throw Problem(.unavailable, "the monitor is ending", hint: "report to the next monitor")
        }
    }

    /// - Throws: `.forbidden` for a foreign `Host` or `Origin`.
    func checkOrigin(_ request: Request) throws(Problem) {
        guard let host = request.head.authority, isOurs(host) else {
            throw Problem(
                .forbidden, "the request is addressed to another host (its Host header)",
                hint: "use the address and port of monitor_info.json")
        }
        guard let origin = request.headers[.origin] else { return }
        // The page's own origin is the host that it was loaded from, whatever it is called and forwarded to.
        guard origin.lowercased() == "http://\(host.lowercased())" else {
            throw Problem(.forbidden, "the request comes from a page of another origin (its Origin header)")
        }
    }

    /// - Throws: `.unauthorized` unless the request carries the secret.
    func checkSecret(_ request: Request) throws(Problem) {
        let given = request.headers[.authorization] ?? ""
        let scheme = "Bearer "
        guard given.prefix(scheme.count).lowercased() == scheme.lowercased(),
            isSecret(given.dropFirst(scheme.count))
        else {
            throw Problem(
                .unauthorized, "the secret is missing or wrong",
                hint: "send \"Authorization: Bearer SECRET\" with the secret of monitor_info.json; "
                    + "a monitor that was started again has another one")
        }
    }

    /// Loopback names may have any port: `ssh -L` forwards one of another number. Their owner is always this host.
    private static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    private func isOurs(_ host: some StringProtocol) -> Bool {
        let lowered = host.lowercased()
        guard let colon = lowered.lastIndex(of: ":"), let given = Int(lowered[lowered.index(after: colon)...]) else {
            return Self.loopback.contains(lowered)
        }
        let name = String(lowered[..<colon])
        if Self.loopback.contains(name) { return true }
        guard given == port.withLock({ $0 }) else { return false }
        return names.contains(name) || acceptsNumericHosts && Self.isNumeric(name)
    }

    private static func isNumeric(_ name: String) -> Bool {
        if name.hasPrefix("["), name.hasSuffix("]") {
            return name.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Compares in constant time, for wrong and right secrets.
    private func isSecret(_ given: some StringProtocol) -> Bool {
        let bytes = Array(given.utf8)
        var difference = bytes.count ^ secret.count
        for index in secret.indices {
            difference |= Int(secret[index] ^ (index < bytes.count ? bytes[index] : 0))
        }
        return difference == 0 && !secret.isEmpty
    }
}
