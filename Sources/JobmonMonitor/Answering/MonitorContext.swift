import HTTPTypes
import Hummingbird
import JobmonCore
import JobmonWire
import Logging
import NIOCore
import Synchronization

/// The context of a request: its channel, so that it can be closed, and its logger.
struct MonitorContext: InitializableFromSource {
    let channel: any Channel
    let logger: Logger

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }
}

/// The number of answers by HTTP status.
final class RequestCounts: Sendable {
    private let counts = Mutex<[Int: Int]>([:])

    func count(_ status: Int) { counts.withLock { $0[status, default: 0] += 1 } }

    var all: [Int: Int] { counts.withLock { $0 } }
}
