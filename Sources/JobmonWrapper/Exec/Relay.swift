import CJobmonPOSIX
import Glibc
import JobmonProcesses

/// Passes on what a command writes, byte for byte and in order, and keeps its end. Never blocks.
final class Relay {
    /// What is read, at most, before it has been passed on.
    private static let room = 64 << 10

    /// Where the command writes to: the other end of `source`. Closed once the command has it.
    private(set) var commandsEnd: Int32
    /// A pipe's reading end, or the outer end of a terminal; -1: at its end.
    private(set) var source: Int32
    private let isTerminal: Bool
    /// What the caller gave us, and its kind.
    private let real: Int32
    private let kind: Int32
    /// A descriptor of our own for it that does not block; -1: there is none.
    private let ownSink: Int32
    private var waiting: [UInt8] = []
    private var passed = 0
    private(set) var tail = OutputTail()
    private var settings: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: room)
    /// How many bytes were read in all.
    private var taken = 0
    /// Reading stops there, once it is set.
    private var lastByte: Int?

    /// A relay to the descriptor `real`: a terminal for a terminal, else a pipe. Nil: there is no descriptor left.
    init?(to real: Int32) {
        self.real = real
        kind = jobmon_kind(real)
        var ends: (Int32, Int32) = (-1, -1)
        if kind == JOBMON_KIND_TERMINAL, jobmon_terminal_open(real, &ends.1, &ends.0) == 0 {
            isTerminal = true
        } else {
            isTerminal = false
            let error = withUnsafeMutableBytes(of: &ends) { jobmon_pipe($0.bindMemory(to: Int32.self).baseAddress, 1) }
            if error != 0 { return nil }
        }
        source = ends.0
        commandsEnd = ends.1
        // Other devices may mind being opened twice.
        ownSink = kind == JOBMON_KIND_PIPE || kind == JOBMON_KIND_TERMINAL ? jobmon_reopen_for_writing(real) : -1
        if isTerminal {
            settings = [UInt8](repeating: 0, count: jobmon_terminal_settings_size())
            jobmon_terminal_note_settings(source, &settings)
        }
    }

    private var sink: Int32 { ownSink >= 0 ? ownSink : real }

    /// What to poll for; nil: nothing.
    var readInterest: Int32? { source >= 0 && waiting.count - passed < Self.room && !isPastLastByte ? source : nil }
    var writeInterest: Int32? { passed < waiting.count ? sink : nil }

    /// Everything was read and passed on, and nothing more can come.
    var isOver: Bool { source < 0 && passed == waiting.count }
    /// What had been written when `endHere` was called is passed on.
    var isDone: Bool { isOver || (isPastLastByte && passed == waiting.count) }
    private var isPastLastByte: Bool { lastByte.map { taken >= $0 } ?? false }

    /// The command has its end.
    func commandHasStarted() {
        if commandsEnd >= 0 { close(commandsEnd) }
        commandsEnd = -1
    }

    /// The command is over: only what it has written by now is still waited for.
    func endHere() {
        guard source >= 0, lastByte == nil else { return }
        // Whatever is there may be a grandchild's too; a terminal says all that it holds only to a reader.
        pump()
        if source >= 0 { lastByte = taken + Int(jobmon_readable_bytes(source)) }
    }

    /// Reads and writes what can be without waiting.
    func pump() {
        repeat { passOn() } while take()
        passOn()
    }

    /// Passes the window's size on; true when it has changed.
    func passSize() -> Bool { isTerminal && source >= 0 && jobmon_terminal_pass_size(real, source) != 0 }

    func passSettings() {
        if isTerminal, source >= 0 { jobmon_terminal_pass_settings(source, real, &settings) }
    }

    private func take() -> Bool {
        guard readInterest != nil else { return false }
        let count = read(source, &buffer, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else {
            // The end; EIO is a terminal's word for it.
            passSettings()
            close(source)
            source = -1
            return false
        }
        passSettings()
        taken += count
        buffer.withUnsafeBytes { tail.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        if passed == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            passed = 0
        }
        waiting.append(contentsOf: buffer[..<count])
        return true
    }

    private func passOn() {
        while passed < waiting.count {
            // Where writing could block, only as much as poll promises.
            let blocks = ownSink < 0 && kind != JOBMON_KIND_SOCKET
            if blocks, !isWritable() { return }
            let limit =
                blocks ? min(waiting.count - passed, kind == JOBMON_KIND_TERMINAL ? 256 : 4096) : waiting.count - passed
            let count = waiting.withUnsafeBytes {
                jobmon_pass_on(sink, kind, $0.baseAddress.map { $0 + passed }, limit)
            }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { return }
                // Nobody reads it any more: the command finds that out as it would without us.
                waiting.removeAll()
                passed = 0
                if source >= 0 { close(source) }
                source = -1
                return
            }
            passed += count
        }
    }

    private func isWritable() -> Bool {
        var entry = pollfd(fd: sink, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Goes on in a process of its own, of another session, until everybody has closed the command's end: what a
    /// grandchild still writes is neither lost nor does it kill it. Holds nothing else of ours.
    func leaveBehind() {
        guard jobmon_fork() == 0 else { return }
        setsid()
        jobmon_signals_reset()
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        chdir("/")
        let kept = [source, sink]
        jobmon_close_all_but(kept, kept.count)
        lastByte = nil
        while !isOver {
            pump()
            var entries = [
                pollfd(fd: readInterest ?? -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: writeInterest ?? -1, events: Int16(POLLOUT), revents: 0),
            ]
            if !isOver { poll(&entries, 2, -1) }
        }
        _exit(0)
    }
}
