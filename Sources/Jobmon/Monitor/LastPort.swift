import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonMonitor
import JobmonReporting

/// The port of a directory's last monitor. The next one takes it again if somebody has the page open, so that the page
/// continues.
enum LastPort {
    static func note(_ port: Int, _ layout: DirectoryLayout) {
        // Without it, an open page does not find the next monitor; nothing else is lost.
        _ = SmallFile.replace(
            layout.lastPort, temporary: "\(layout.lastPort).\(makeUUID()).tmp", with: Array("\(port)\n".utf8))
    }

    /// The port, if the page is in use and the port is free; else nil.
    static func again(_ layout: DirectoryLayout, address: String) -> Int? {
        guard Monitor.isPageOpen(layout, now: TimeSource.system.now()) else { return nil }
        let descriptor = open(layout.lastPort, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let bytes = SmallFile.readAll(descriptor, from: 0, limit: 16),
            let port = UInt16(String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }), port > 0,
            isFree(port)
        else { return nil }
        return Int(port)
    }

    /// Whether nobody listens on a port of this host.
    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_ANY
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
