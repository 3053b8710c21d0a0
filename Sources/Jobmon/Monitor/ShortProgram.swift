import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Runs another program for a short time, without a shell and without a terminal: in a session of its own, with bytes
/// on its stdin. When its time is over, it is ended with all that it started in that session.
///
/// Nothing that the program does can hold up its caller: what it reads is a file in memory, so that nobody waits until
/// it has read, and what it writes is taken off a pipe, however much that is.
package enum ShortProgram {
    /// How a program ended.
    package enum End: Sendable, Equatable {
        /// With this exit code.
        case exited(Int)
        /// By this signal.
        case signalled(Int)
        /// It did not end in time, and was ended.
        case outOfTime
    }

    package struct Finished: Sendable, Equatable {
        package var end: End
        /// The end of what it wrote on stdout and stderr.
        package var said: String
    }

    /// The number of bytes that are kept of what a program writes.
    private static let kept = 4096
    /// Seconds between TERM and KILL, and after KILL until it is left alone.
    package static let grace = 0.5

    /// Runs a program to its end, in the environment of this process.
    /// - Parameters:
    ///   - path: the program; not looked up on PATH.
    ///   - arguments: those after its name.
    ///   - input: what it reads on stdin.
    ///   - seconds: the time after which it is ended: TERM, and KILL later.
    ///   - grace: seconds between the two.
    /// - Throws: `.unavailable` if it cannot be started.
    package static func run(
        _ path: String, _ arguments: [String], input: [UInt8], within seconds: Double, grace: Double = Self.grace,
        time: TimeSource = .system
    ) async throws(Problem) -> Finished {
        let (pid, output) = try start(path, arguments, input: input)
        defer { close(output) }
        let deadline = time.steadySeconds() + seconds
        var said: [UInt8] = []
        var glance = 2
        while jobmon_peek_ended(pid) == 0 {
            drain(output, into: &said)
            if Task.isCancelled || time.steadySeconds() >= deadline {
                await stop(pid, grace, time)
                drain(output, into: &said)
                return Finished(end: .outOfTime, said: text(said))
            }
            await pause(glance)
            // Most programs end at once; a long one is not asked for all the time.
            glance = min(50, glance * 2)
        }
        drain(output, into: &said)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let end: End =
            jobmon_status_signalled(status) != 0
            ? .signalled(Int(jobmon_status_signal(status))) : .exited(Int(jobmon_status_code(status)))
        return Finished(end: end, said: text(said))
    }

    /// Starts a program.
    /// - Returns: its pid, and a descriptor to read what it writes, which does not wait.
    private static func start(
        _ path: String, _ arguments: [String], input: [UInt8]
    ) throws(Problem) -> (pid: pid_t, output: Int32) {
        let file = try memoryFile(input, for: path)
        defer { close(file) }
        var ends: [Int32] = [-1, -1]
        let noPipe = jobmon_pipe(&ends, 1)
        guard noPipe == 0 else { throw refusal(path, noPipe) }
        // Above the descriptors of the program's own streams: if stdin is closed, the pipe could take its place.
        let writing = fcntl(ends[1], F_DUPFD_CLOEXEC, 3)
        let noPlace = errno
        close(ends[1])
        guard writing >= 0 else {
            close(ends[0])
            throw refusal(path, noPlace)
        }
        defer { close(writing) }
        var pid: pid_t = 0
        let failure = spawn(&pid, path, arguments, input: file, output: writing)
        guard failure == 0 else {
            close(ends[0])
            throw refusal(path, failure)
        }
        return (pid, ends[0])
    }

    private static func refusal(_ path: String, _ error: Int32) -> Problem {
        Problem(.unavailable, "\(path) cannot be started: \(SystemError.text(error))")
    }

    /// - Returns: 0, or the error number.
    private static func spawn(
        _ pid: inout pid_t, _ path: String, _ arguments: [String], input: Int32, output: Int32
    ) -> Int32 {
        jobmon_close_others_at_exec()
        return SessionSpawn.start(&pid, path, arguments.map { Array($0.utf8CString) }) { actions in
            posix_spawn_file_actions_adddup2(&actions, input, 0)
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
    }

    /// A file without a name that is read from its beginning.
    private static func memoryFile(_ bytes: [UInt8], for path: String) throws(Problem) -> Int32 {
        let file = jobmon_memory_file("jobmon-input", 3)
        guard file >= 0 else { throw refusal(path, errno) }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        guard Descriptor.writeAll(file, bytes), lseek(file, 0, SEEK_SET) == 0 else {
            let error = errno
            close(file)
            throw refusal(path, error)
        }
        return file
    }

    /// Ends a program and its process group. As long as nobody has waited for the program, its number stands for no
    /// other group, even if the program itself is over.
    private static func stop(_ pid: pid_t, _ grace: Double, _ time: TimeSource) async {
        for signal in [SIGTERM, SIGKILL] {
            kill(-pid, signal)
            let until = time.steadySeconds() + grace
            while jobmon_peek_ended(pid) == 0, time.steadySeconds() < until { await pause(10) }
        }
        // A process that the kernel does not let die (its file system hangs) is not waited for.
        if jobmon_peek_ended(pid) != 0 { while waitpid(pid, nil, 0) < 0, errno == EINTR {} }
    }

    /// Waits, also in a task that is cancelled.
    private static func pause(_ milliseconds: Int) async {
        if (try? await Task.sleep(for: .milliseconds(milliseconds))) == nil { usleep(UInt32(milliseconds) * 1000) }
    }

    /// Takes what was written so far; of a program that writes without end, a part.
    private static func drain(_ descriptor: Int32, into said: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 16384)
        for _ in 0..<64 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            said += buffer[..<count]
            if said.count > 2 * kept { said.removeFirst(said.count - kept) }
        }
    }

    private static func text(_ said: [UInt8]) -> String { String(decoding: said.suffix(kept), as: UTF8.self) }
}
