import NIOCore
import Synchronization

/// The open connections that no request uses now.
final class ConnectionPool: Sendable {
    private let idle = Mutex<[HTTPAddress: [HTTPConnection]]>([:])

    /// The number of connections that are kept for an address.
    func count(at address: HTTPAddress) -> Int { idle.withLock { $0[address]?.count ?? 0 } }

    /// Keeps a connection until it is taken or removed.
    func keep(_ connection: HTTPConnection, for address: HTTPAddress) {
        idle.withLock { $0[address, default: []].append(connection) }
    }

    /// Takes out the connection that was used last, so that those which are not needed become old and are closed; nil
    /// if there is none.
    func take(for address: HTTPAddress) -> HTTPConnection? {
        idle.withLock { idle in
            while let connection = idle[address]?.popLast() {
                if connection.channel.isActive { return connection }
            }
            idle[address] = nil
            return nil
        }
    }

    /// Forgets a connection. - Returns: whether it was here; if not, somebody has taken it.
    @discardableResult
    func remove(_ channel: any Channel, at address: HTTPAddress) -> Bool {
        idle.withLock { idle in
            guard let index = idle[address]?.firstIndex(where: { $0.channel === channel }) else { return false }
            idle[address]?.remove(at: index)
            if idle[address]?.isEmpty == true { idle[address] = nil }
            return true
        }
    }
}
