import CJobmonPOSIX
import Foundation
import Synchronization

/// The processes that a test has started.
package final class Started: Sendable {
    @TaskLocal package static var current: Started?
    private let all = Mutex<[Running]>([])

    package init() {}

    package func note(_ process: Running) { all.withLock { $0.append(process) } }

    /// Processes that have not ended.
    package var running: [Running] { all.withLock { $0.filter(\.isRunning) } }
}

/// A process that a test started. It is ended with the test's directory at the latest.
///
/// Foundation is not used to start it: hundreds of these live at once, some started while others are, and none may hold
/// an end of another's pipes.
package final class Running: Sendable {
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    private struct State {
        var stdout = Data()
        var stderr = Data()
        /// The result of `waitpid`, once the process is over.
        var end: Int32?
    }

    package let pid: Int32
    private let state = Mutex(State())
    /// Entered until the process is over and its output has ended.
    private let group = DispatchGroup()

    /// - Parameter stdin: the content of its stdin; nil: a pipe that stays open and empty as long as the test process
    ///   lives.
    package init(
        _ executable: String, _ arguments: [String], in directory: String? = nil,
        environment: [String: String] = [:], stdin: String? = nil
    ) throws {
        var all = ProcessInfo.processInfo.environment
        all["JOBMON_DIR"] = nil
        all.merge(environment) { $1 }
        let (input, output, errors) = (try Pipes(), try Pipes(), try Pipes())

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, end) in [(0, input.reading), (1, output.writing), (2, errors.writing)] {
            posix_spawn_file_actions_adddup2(&actions, end, Int32(descriptor))
        }
        // No signal is ignored or blocked, whatever the libraries in the test process do.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let line = directory.map { ["/usr/bin/env", "-C", $0, executable] } ?? [executable]
        var words = (line + arguments).map { strdup($0) } + [nil]
        var variables = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, line[0], &actions, &attributes, &words, &variables)
        for end in [input.reading, output.writing, errors.writing] { close(end) }
        guard failure == 0 else {
            for end in [input.writing, output.reading, errors.reading] { close(end) }
            throw DidNotStart(description: "\(executable) could not be started: \(String(cString: strerror(failure)))")
        }
        let started = child
        pid = started
        Started.current?.note(self)
        if let stdin { feed(Data(stdin.utf8), into: input.writing) }
        collect(output.reading) { $0.stdout.append($1) }
        collect(errors.reading) { $0.stderr.append($1) }
        onThread { [self] in
            var end: Int32 = 0
            while waitpid(started, &end, 0) < 0, errno == EINTR {}
            state.withLock { $0.end = end }
        }
    }

    /// Uses one thread per wait: more waits happen at once than the shared queue has threads.
    private func onThread(_ work: @escaping @Sendable () -> Void) {
        group.enter()
        Thread.detachNewThread { [group] in
            work()
            group.leave()
        }
    }

    private func collect(_ descriptor: Int32, _ append: @escaping @Sendable (inout State, Data) -> Void) {
        onThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                state.withLock { append(&$0, Data(buffer[..<count])) }
            }
            close(descriptor)
        }
    }

    private func feed(_ data: Data, into descriptor: Int32) {
        // If the reader is gone, writing must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        onThread {
            var rest = data[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            close(descriptor)
        }
    }

    package var isRunning: Bool { state.withLock { $0.end == nil } }
    package var stdout: String { state.withLock { String(decoding: $0.stdout, as: UTF8.self) } }
    package var stderr: String { state.withLock { String(decoding: $0.stderr, as: UTF8.self) } }

    package func send(_ signal: Int32) {
        // Under the lock that protects `end`: after the end, the pid may belong to another process.
        state.withLock { if $0.end == nil { kill(pid, signal) } }
    }

    /// Seconds after which a process, or whoever holds its output, is taken to be stuck. No test needs a quarter of it.
    private static let patience = 900.0

    package struct IsStuck: Error, CustomStringConvertible {
        package let description: String
    }

    /// Waits for its end, and for the end of its output.
    /// - Throws: what it was, and what it had written, if that takes so long that it is stuck. It is killed then.
    package func finished() async throws -> Executable.Finished {
        let once = Once()
        let isStuck: Bool = await withCheckedContinuation { continuation in
            group.notify(queue: .global()) { if once.isFirst { continuation.resume(returning: false) } }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
                if once.isFirst { continuation.resume(returning: true) }
            }
        }
        if isStuck { throw stuck() }
        return outcome
    }

    /// The same for synchronous code.
    package func waitsForEnd() throws -> Executable.Finished {
        guard group.wait(timeout: .now() + Self.patience) == .success else { throw stuck() }
        return outcome
    }

    private func stuck() -> IsStuck {
        let how = isRunning ? "it still runs" : "it is over, but another process holds its output"
        send(SIGKILL)
        return IsStuck(
            description:
                "process \(pid) is stuck: \(how)\nstdout: \(stdout.suffix(2000))\nstderr: \(stderr.suffix(2000))")
    }

    private var outcome: Executable.Finished {
        let end = state.withLock { $0.end ?? 0 }
        let signal = end & 0x7f
        return Executable.Finished(
            status: signal == 0 ? (end >> 8) & 0xff : signal, signalled: signal != 0, stdout: stdout, stderr: stderr)
    }

    /// Kills it if it still runs, and waits for its end.
    package func killed() async throws {
        send(SIGKILL)
        _ = try await finished()
    }
}

/// Of several that may happen, what happens first.
private final class Once: Sendable {
    private let isOver = Mutex(false)

    /// True for the first who asks.
    var isFirst: Bool {
        isOver.withLock { isOver in
            defer { isOver = true }
            return !isOver
        }
    }
}

/// A pipe whose ends no other process inherits.
private struct Pipes {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        let failure = jobmon_pipe(&ends, 0)
        guard failure == 0 else {
            throw Running.DidNotStart(description: "no pipe: \(String(cString: strerror(failure)))")
        }
        (reading, writing) = (ends[0], ends[1])
    }
}
