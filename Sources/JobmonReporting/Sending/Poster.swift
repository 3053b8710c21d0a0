import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonWire

/// Sends events to the monitor by `POST /v1/events` over a kept connection, driven by its owner's poll loop. It never
/// blocks and raises no signal. Any failure (no file, no listener, a refused secret, an invalid answer, silence) means
/// that there is no monitor now: the events are kept, and it tries again after a while.
///
/// The loop reads `pollInterest` and `wakeAfter` before each `poll`, and calls `proceed` after it.
package final class Poster {
    private let layout: DirectoryLayout
    private let time: TimeSource
    private let options: Options
    private var queue: [Entry] = []
    /// Entries before this index have been answered.
    private var front = 0
    private var firstWaiting: Double = 0
    private var connection: Connection?
    private var info: MonitorInfo?
    private var retryAt: Double = 0
    private var failures = 0
    private var largestBatch: Int

    /// Settings; times are in seconds.
    package struct Options: Sendable {
        /// How long an event may wait to be sent together with others.
        package var linger = 0.0
        /// A batch of this size is sent at once.
        package var batchEvents = 500
        package var batchBytes = 1 << 20
        package var connectTimeout = 3.0
        /// Maximum time for an answer, counted from the start of sending the request.
        package var answerTimeout = 10.0
        package var firstBackoff = 0.1
        package var longestBackoff = 2.0

        package init() {}
    }

    private struct Entry {
        var identity: EventIdentity?
        var json: [UInt8]
    }

    private struct Connection {
        var descriptor: Int32
        var isConnected = false
        /// The request that is being sent.
        var output: [UInt8] = []
        var sent = 0
        /// The number of entries in the request; 0: no request is under way.
        var carried = 0
        var answer = AnswerReader()
        var deadline: Double
    }

    package init(layout: DirectoryLayout, time: TimeSource = .system, options: Options = Options()) {
        self.layout = layout
        self.time = time
        self.options = options
        largestBatch = options.batchEvents
    }

    deinit { if let connection { close(connection.descriptor) } }

    // MARK: Interface for the loop's owner

    /// Adds an event to be sent.
    package func enqueue(_ event: Event) {
        var bytes: [UInt8] = []
        event.write(to: &bytes)
        enqueue(identity: event.identity, json: bytes)
    }

    /// Adds an event that is already written as JSON.
    package func enqueue(identity: EventIdentity?, json: [UInt8]) {
        if pending == 0 { firstWaiting = time.steadySeconds() }
        queue.append(Entry(identity: identity, json: json))
    }

    /// Sends waiting events within this many seconds, because few more will come for now.
    package func hurry(within seconds: Double = 0) {
        guard pending > 0 else { return }
        firstWaiting = min(firstWaiting, time.steadySeconds() + seconds - options.linger)
    }

    /// Forgets all events without an answer. The caller must have them in the spool.
    package func forget() {
        if connection?.carried ?? 0 > 0 { drop() }
        queue = []
        front = 0
    }

    /// The number of events without an answer.
    package var pending: Int { queue.count - front }
    /// Whether there is a connection. Events sent over it may still be without an answer.
    package var isConnected: Bool { connection?.isConnected ?? false }

    /// Whether a monitor has answered anything.
    package private(set) var hasAnswered = false

    /// The descriptor and events to poll for; nil if there is no descriptor now.
    package var pollInterest: (fd: Int32, events: Int16)? {
        guard let connection else { return nil }
        let wantsToSend = !connection.isConnected || connection.sent < connection.output.count
        return (connection.descriptor, Int16(POLLIN) | (wantsToSend ? Int16(POLLOUT) : 0))
    }

    /// Milliseconds after which `proceed` must be called even if nothing happens; nil: never.
    package var wakeAfter: Int? {
        let now = time.steadySeconds()
        var moment: Double?
        if let connection, !connection.isConnected || connection.carried > 0 {
            moment = connection.deadline
        } else if pending > 0 {
            moment = max(lingersUntil, retryAt)
        }
        return moment.map { max(0, Int((($0 - now) * 1000).rounded(.up))) }
    }

    /// Continues as far as possible without waiting.
    /// - Parameter revents: the result of `poll` for the descriptor; 0 if there is none.
    /// - Returns: the answered events with their results, without those that have no identity.
    package func proceed(revents: Int16) -> [(EventIdentity, EventResult)] {
        var answered: [(EventIdentity, EventResult)] = []
        let now = time.steadySeconds()
        if var current = connection {
            if !current.isConnected, revents & Int16(POLLOUT | POLLERR | POLLHUP) != 0 {
                guard jobmon_socket_error(current.descriptor) == 0 else {
                    fail(now)
                    return []
                }
                current.isConnected = true
                connection = current
            }
            if revents & Int16(POLLIN | POLLERR | POLLHUP) != 0, current.isConnected { answered = receive(now) }
            if let current = connection, current.deadline <= now, !current.isConnected || current.carried > 0 {
                fail(now)
            }
        }
        startRequest(now)
        send(now)
        return answered
    }

    private var lingersUntil: Double { pending >= largestBatch ? 0 : firstWaiting + options.linger }

    // MARK: Sending

    private func startRequest(_ now: Double) {
        guard pending > 0, now >= retryAt, now >= lingersUntil else { return }
        if connection == nil {
            // The file is read for each connection: a restarted monitor has another port and secret.
            info = MonitorInfo.read(layout)
            guard let info else { return fail(now) }
            let descriptor = jobmon_connect_tcp(info.address, UInt16(info.port))
            guard descriptor >= 0 else { return fail(now) }
            connection = Connection(descriptor: descriptor, deadline: now + options.connectTimeout)
        }
        guard let current = connection, current.carried == 0, let info else { return }
        let (request, count) = request(from: front, to: info)
        connection?.output = request
        connection?.sent = 0
        connection?.carried = count
        connection?.answer = AnswerReader()
        connection?.deadline = now + options.answerTimeout
    }

    /// Sends the waiting events after a request that has been sent and not answered, without waiting for an answer: for
    /// a process that exits now. The events are in the spool too, so none is lost.
    package func sendUnasked() {
        guard let current = connection, current.isConnected, current.carried > 0, current.sent == current.output.count,
            let info, pending > current.carried
        else { return }
        let bytes = request(from: front + current.carried, to: info).bytes
        _ = bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { jobmon_send(current.descriptor, $0, bytes.count) }
        }
    }

    /// A request with the entries from an index on, as many as it can carry.
    private func request(from first: Int, to info: MonitorInfo) -> (bytes: [UInt8], count: Int) {
        var body = Array("{\"events\":[".utf8)
        var count = 0
        while first + count < queue.count, count < largestBatch {
            let entry = queue[first + count]
            if count > 0 {
                if body.count + entry.json.count > options.batchBytes { break }
                body.append(UInt8(ascii: ","))
            }
            body.append(contentsOf: entry.json)
            count += 1
        }
        body.append(contentsOf: "]}".utf8)
        let address = info.address.utf8.contains(UInt8(ascii: ":")) ? "[\(info.address)]" : info.address
        let head =
            "POST \(Endpoint.recordEvents.template) HTTP/1.1\r\nHost: \(address):\(info.port)\r\n"
            + "Authorization: Bearer \(info.secret)\r\nContent-Type: \(WireNames.json)\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        return (Array(head.utf8) + body, count)
    }

    private func send(_ now: Double) {
        while let current = connection, current.isConnected, current.sent < current.output.count {
            let count = current.output.withUnsafeBytes { bytes in
                bytes.baseAddress.map { jobmon_send(current.descriptor, $0 + current.sent, bytes.count - current.sent) }
                    ?? 0
            }
            if count < 0 {
                if errno != EAGAIN { fail(now) }
                return
            }
            connection?.sent += count
        }
    }

    // MARK: Answers

    private func receive(_ now: Double) -> [(EventIdentity, EventResult)] {
        var answered: [(EventIdentity, EventResult)] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while let descriptor = connection?.descriptor {
            let count = jobmon_receive(descriptor, &buffer, buffer.count)
            if count < 0, errno == EAGAIN { break }
            guard let carried = connection?.carried, count >= 0, carried > 0 else {
                // The monitor closed an idle connection, as it may, or sent something unexpected.
                drop()
                break
            }
            if count == 0 { connection?.answer.end() } else { connection?.answer.take(buffer[..<count]) }
            guard let answer = connection?.answer else { break }
            switch answer.state {
            case .done:
                hasAnswered = true
                answered += settle(answer, now)
                if count == 0 { drop() }
            case .garbage: fail(now)
            default: break
            }
        }
        return answered
    }

    /// Handles an answer.
    private func settle(_ answer: AnswerReader, _ now: Double) -> [(EventIdentity, EventResult)] {
        let carried = connection?.carried ?? 0
        connection?.carried = 0
        connection?.output = []
        connection?.sent = 0
        if !answer.keepsConnection { drop() }
        switch answer.status {
        case 200, 404, 409, 413, 422:
            if let results = (try? EventAnswer.read(answer.body)) ?? nil, results.count == carried {
                return settle(results, now)
            }
            if answer.status == 413, carried > 1 {
                largestBatch = max(1, carried / 2)
                return []
            }
            if answer.status == 413 {
                // It will never be taken: that is an answer too.
                let problem = Problem(.tooLarge, "the monitor does not accept an event of this size")
                return settle([EventResult(outcome: .refused, problem: problem)], now)
            }
            fail(now)
        case 503:
            failures += 1
            retryAt = now + jittered(max(answer.retryAfter ?? 0, options.firstBackoff))
        default: fail(now)
        }
        return []
    }

    private func settle(_ results: [EventResult], _ now: Double) -> [(EventIdentity, EventResult)] {
        var answered: [(EventIdentity, EventResult)] = []
        answered.reserveCapacity(results.count)
        for (index, result) in results.enumerated() {
            if let identity = queue[front + index].identity { answered.append((identity, result)) }
        }
        front += results.count
        if front == queue.count {
            queue.removeAll(keepingCapacity: true)
            front = 0
        } else if front > 4096 {
            queue.removeFirst(front)
            front = 0
        }
        firstWaiting = now
        failures = 0
        retryAt = 0
        largestBatch = options.batchEvents
        return answered
    }

    // MARK: Without a monitor

    private func drop() {
        if let connection { close(connection.descriptor) }
        connection = nil
    }

    private func fail(_ now: Double) {
        drop()
        let backoff = min(options.longestBackoff, options.firstBackoff * Double(1 << min(failures, 10)))
        failures += 1
        retryAt = now + jittered(backoff)
    }

    private func jittered(_ seconds: Double) -> Double { seconds * Double.random(in: 0.75...1.25) }
}
