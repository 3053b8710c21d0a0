/// Where a monitor listens.
struct HTTPAddress: Hashable, Sendable {
    /// An IPv4 address, an IPv6 address without brackets, or the name of a host.
    var host: String
    var port: Int

    /// The value of the `Host` header. An IPv6 address is in brackets, and without its zone (`%eth0`), which has a
    /// meaning on this host only.
    var authority: String { host.contains(":") ? "[\(host.prefix { $0 != "%" })]:\(port)" : "\(host):\(port)" }
}
