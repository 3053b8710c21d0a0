import HTTPTypes
import Hummingbird
import JobmonCore
import JobmonWire
import Logging
import NIOCore
import Synchronization

/// What a request is answered with: its channel, to be able to close it, and its logger.
struct MonitorContext: InitializableFromSource {
    let channel: any Channel
    let logger: Logger

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }
}

/// How many requests were answered with each HTTP status.
final class RequestCounts: Sendable {
    private let counts = Mutex<[Int: Int]>([:])

    func count(_ status: Int) { counts.withLock { $0[status, default: 0] += 1 } }

    var all: [Int: Int] { counts.withLock { $0 } }
}
