import HTTPTypes
import Hummingbird
import JobmonCore
import Synchronization

/// Who may ask: whoever knows the secret, at an address that is this monitor's, from no foreign page.
///
/// The rules for `Host` and `Origin` keep a web page from another place, opened by somebody who can reach the monitor,
/// from talking to it through their browser.
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
        // A name can be made to point here by anybody who owns a name; a number can't.
        acceptsNumericHosts = !isLocal
        let written = address.contains(":") ? "[\(address)]" : address
        names = Set(
            (["localhost", "127.0.0.1", "[::1]", written] + configuration.hostNames).map { $0.lowercased() })
    }

    /// Says which port is ours, once it is known.
    func open(port: Int) { self.port.withLock { $0 = port } }

    /// From now on nobody is answered.
    func close() { isClosed.withLock { $0 = true } }

    /// - Throws: `.unavailable` once it is closed.
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
        guard origin.hasPrefix("http://"), isOurs(origin.dropFirst("http://".count)) else {
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

    private func isOurs(_ host: some StringProtocol) -> Bool {
        let lowered = host.lowercased()
        guard let colon = lowered.lastIndex(of: ":"),
            Int(lowered[lowered.index(after: colon)...]) == port.withLock({ $0 })
        else { return false }
        let name = String(lowered[..<colon])
        return names.contains(name) || acceptsNumericHosts && Self.isNumeric(name)
    }

    private static func isNumeric(_ name: String) -> Bool {
        if name.hasPrefix("["), name.hasSuffix("]") {
            return name.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Takes as long for a wrong secret as for the right one.
    private func isSecret(_ given: some StringProtocol) -> Bool {
        let bytes = Array(given.utf8)
        var difference = bytes.count ^ secret.count
        for index in secret.indices {
            difference |= Int(secret[index] ^ (index < bytes.count ? bytes[index] : 0))
        }
        return difference == 0 && !secret.isEmpty
    }
}
