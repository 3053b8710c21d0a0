import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Runs this program again in the background: in its own session, without a terminal, with stderr in a file.
package struct BackgroundProgram {
    package let pid: Int32
    /// Its first line on stdout, which says that it is ready.
    package let ready: String

    /// Starts it, and returns once it has written its first line.
    ///
    /// - Parameters:
    ///   - arguments: its arguments, as bytes, without the program's name.
    ///   - log: the file to which its stderr is appended.
    /// - Throws: `.problem` if it cannot be started; `.ended` if it ends before it is ready.
    package static func start(arguments: [[CChar]], log: String) throws(StartProblem) -> BackgroundProgram {
        guard let path = SymbolicLink.target(SymbolicLink.ownExecutable) else {
            throw .problem(Problem(.unavailable, "the path of this program can't be determined: \(SystemError.text())"))
        }
        let opened = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        // Above the descriptors that the new program gets: if stdin is closed, the file could take one of their places.
        let errors = opened < 0 ? -1 : fcntl(opened, F_DUPFD_CLOEXEC, 3)
        if opened >= 0 { close(opened) }
        guard errors >= 0 else {
            throw .problem(
                Problem(
                    .unavailable, "\(log) can't be written: \(SystemError.text())",
                    hint: "a program in the background writes its log there")
            )
        }
        defer { close(errors) }
        let before = lseek(errors, 0, SEEK_END)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .problem(Problem(.unavailable, "no pipe can be opened: \(SystemError.text())"))
        }
        defer { close(ends[0]) }
        // The caller's open files (a lock, a pipe that is read to its end) must not pass to the new program.
        jobmon_close_others_at_exec()
        let failure = spawn(path, arguments, output: ends[1], errors: errors)
        close(ends[1])
        switch failure {
        case .failure(let problem): throw .problem(problem)
        case .success(let pid):
            if let line = firstLine(ends[0]) { return BackgroundProgram(pid: pid, ready: line) }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
            throw .ended(code: code, said: text(log, from: before))
        }
    }

    /// Starts another program without a terminal, and does not wait for it.
    /// - Returns: false if it cannot be started.
    package static func launch(_ path: String, _ arguments: [String]) -> Bool {
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        // Above the descriptors of the new program's own streams.
        let descriptor = nothing < 0 ? -1 : fcntl(nothing, F_DUPFD_CLOEXEC, 3)
        if nothing >= 0 { close(nothing) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        jobmon_close_others_at_exec()
        switch spawn(path, arguments.map { Array($0.utf8CString) }, output: descriptor, errors: descriptor) {
        case .success: return true
        case .failure: return false
        }
    }

    /// Why the program does not run.
    package enum StartProblem: Error {
        /// It could not be started.
        case problem(Problem)
        /// It ended before it was ready, with this exit code; `said` is what it wrote to its log.
        case ended(code: Int32, said: String)
    }

    private static func spawn(
        _ path: String, _ arguments: [[CChar]], output: Int32, errors: Int32
    ) -> Result<Int32, Problem> {
        var pid: pid_t = 0
        let failure = SessionSpawn.start(&pid, path, arguments) { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, errors, 2)
            if output > 2 { posix_spawn_file_actions_addclose(&actions, output) }
        }
        guard failure == 0 else {
            return .failure(
                Problem(
                    .unavailable,
                    "this program can't be started in the background: \(SystemError.text(failure))"))
        }
        return .success(pid)
    }

    /// The first line from a pipe; nil if the pipe ends before.
    private static func firstLine(_ descriptor: Int32) -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
    }

    private static func text(_ path: String, from start: Int) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        lseek(file, start, SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
