import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem
import JobmonWire

/// What the link's thread does: connect, send, receive, and connect again.
final class SupervisorDialogue {
    private let link: SupervisorLink
    private let layout: DirectoryLayout
    private let queue: String

    private var descriptor: Int32 = -1
    private var input = LineBuffer()
    private var output: [UInt8] = []
    private var sent = 0
    private var heardHello = false
    private var received = [UInt8](repeating: 0, count: 65536)

    private var nextStart = 0.0
    private var startedAt = -Double.infinity
    private var startDelay = 1.0
    private var unreachableSince: Double?
    private var saidUnreachable = false

    /// Between two tries to connect, in milliseconds: for a moment after a start, and else.
    private static let intervals = (soon: 1, later: 20)
    /// How long a supervisor takes to come up, mostly, in seconds.
    private static let comingUp = 0.1
    /// How long a held lock without a socket is nothing to speak of, in seconds: one ends, another begins.
    private static let silence = 3.0

    init(_ link: SupervisorLink) {
        self.link = link
        layout = link.configuration.layout
        queue = link.configuration.queue
    }

    func run() {
        while !link.isOver {
            if descriptor < 0 {
                // Stopping, and nobody is there any more.
                if link.isStopping { break }
                connect()
            }
            wait()
            link.dismissWaiters()
            guard descriptor >= 0 else { continue }
            if !receive() || !send() { disconnect() }
        }
        if descriptor >= 0 { disconnect() }
        link.finish()
    }

    private func wait() {
        var polled = [pollfd(fd: link.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        var milliseconds = Self.intervals.later
        if descriptor >= 0 {
            let wantsToSend = sent < output.count
            polled.append(
                pollfd(fd: descriptor, events: Int16(POLLIN) | (wantsToSend ? Int16(POLLOUT) : 0), revents: 0))
            milliseconds = 500
        } else if link.time.steadySeconds() - startedAt < Self.comingUp {
            milliseconds = Self.intervals.soon
        }
        poll(&polled, nfds_t(polled.count), Int32(milliseconds))
        if polled[0].revents != 0 { link.clearWake() }
    }

    // MARK: Connecting

    private func connect() {
        guard let name = SupervisorSocket.name(layout, queue: queue) else {
            link.noteTrouble("the directory \(layout.root) is gone")
            return
        }
        let socket = jobmon_connect_abstract(name)
        guard socket >= 0 else { return findOutWhy() }
        var user = uid_t.max
        var process: pid_t = 0
        guard jobmon_peer(socket, &user, &process) == 0, user == geteuid() else {
            close(socket)
            link.noteTrouble("the socket of queue \(queue)'s supervisor belongs to another user")
            return
        }
        descriptor = socket
        input = LineBuffer()
        output = []
        sent = 0
        heardHello = false
        SupervisorRequest.hello(version: SupervisorRequest.version, room: link.room).write(to: &output)
        _ = send()
    }

    /// Nobody listens: one is about to, one can't be reached, or there is none and one is started.
    private func findOutWhy() {
        let now = link.time.steadySeconds()
        let lock = layout.supervisorLock(queue)
        switch Self.isHeld(lock) {
        case nil:
            link.noteTrouble("the lock \(lock) can't be examined: \(SystemError.text())")
        case true?:
            let since = unreachableSince ?? now
            unreachableSince = since
            let trouble = "a supervisor of queue \(queue) holds \(lock), but can't be reached from here"
            link.noteTrouble(trouble)
            if !saidUnreachable, now - since >= Self.silence {
                saidUnreachable = true
                link.configuration.say("\(trouble) (is it on another host?); waiting for it to end")
            }
        case false?:
            unreachableSince = nil
            guard now >= nextStart else { return }
            // One that does not come up is not started again and again.
            startedAt = now
            nextStart = now + startDelay
            startDelay = min(startDelay * 2, 10)
            mkdir(layout.run, 0o700)
            if let failure = SupervisorExecutable.start(link.executable, layout: layout, queue: queue) {
                link.noteTrouble(failure)
            }
        }
    }

    /// Whether somebody holds the lock; nil when that can't be found out.
    private static func isHeld(_ path: String) -> Bool? {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return errno == ENOENT ? false : nil }
        defer { close(file) }
        if jobmon_lock(file, 0) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
    }

    private func disconnect() {
        close(descriptor)
        descriptor = -1
        link.didDisconnect()
    }

    // MARK: Talking

    /// False when the other side is gone.
    private func send() -> Bool {
        if heardHello {
            let more = link.takeOutput()
            if !more.isEmpty { output += more }
        }
        while sent < output.count {
            let count = output.withUnsafeBytes { bytes in
                bytes.baseAddress.map { jobmon_send(descriptor, $0 + sent, bytes.count - sent) } ?? 0
            }
            if count < 0 { return errno == EAGAIN }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
        sent = 0
        return true
    }

    /// False when the other side is gone, or speaks another language.
    private func receive() -> Bool {
        while true {
            let count = jobmon_receive(descriptor, &received, received.count)
            if count < 0 { return errno == EAGAIN }
            if count == 0 { return false }
            input.append(received[..<count])
            var said: [SupervisorReport] = []
            // What was said before a line that can't be read was said.
            defer { link.take(said) }
            while let line = input.next() {
                guard let report = try? SupervisorReport(line: line), hear(report) else { return false }
                said.append(report)
            }
            if count < received.count { return true }
        }
    }

    /// Takes note of a hello. False for one of another version.
    private func hear(_ report: SupervisorReport) -> Bool {
        guard case .hello(let version, let pid, _) = report else { return true }
        guard version == SupervisorRequest.version else {
            link.noteTrouble("the supervisor of queue \(queue) (pid \(pid)) is another version of jobmon")
            return false
        }
        heardHello = true
        startDelay = 1
        nextStart = 0
        unreachableSince = nil
        saidUnreachable = false
        link.didConnect()
        return true
    }
}
