import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem

/// The descriptors that a command's start needs and that are ours to close.
struct OpenedStreams {
    var descriptors: (Int32, Int32, Int32) = (JOBMON_KEEP, JOBMON_KEEP, JOBMON_KEEP)
    /// What is closed once the command has it.
    private var ours: [Int32] = []
    /// The reading end of the pipe for `Output.tail`.
    private var tail: Int32 = -1

    /// Opens what the command's streams need; what fails is named.
    mutating func open(_ command: Command) -> StartFailure? {
        switch command.stdin {
        case .inherited: break
        case .closed: descriptors.0 = JOBMON_CLOSE
        case .descriptor(let fd): descriptors.0 = fd
        case .empty:
            guard let fd = openFile("/dev/null", O_RDONLY) else { return failure("/dev/null") }
            descriptors.0 = fd
        }
        guard let out = output(command.stdout) else { return failure(Self.path(command.stdout)) }
        descriptors.1 = out
        guard let err = output(command.stderr) else { return failure(Self.path(command.stderr)) }
        descriptors.2 = err
        return nil
    }

    private mutating func output(_ output: Command.Output) -> Int32? {
        switch output {
        case .inherited: return JOBMON_KEEP
        case .closed: return JOBMON_CLOSE
        case .descriptor(let fd): return fd
        case .discarded: return openFile("/dev/null", O_WRONLY)
        case .file(let path): return openFile(path, O_WRONLY | O_CREAT | O_TRUNC)
        case .tail:
            var ends: (Int32, Int32) = (-1, -1)
            let error = withUnsafeMutableBytes(of: &ends) { jobmon_pipe($0.bindMemory(to: Int32.self).baseAddress, 1) }
            guard error == 0 else {
                errno = error
                return nil
            }
            tail = ends.0
            ours.append(ends.1)
            return ends.1
        }
    }

    private mutating func openFile(_ path: String, _ flags: Int32) -> Int32? {
        let fd = Glibc.open(path, flags | O_CLOEXEC | O_NOCTTY, 0o600)
        guard fd >= 0 else { return nil }
        ours.append(fd)
        return fd
    }

    private static func path(_ output: Command.Output) -> String {
        switch output {
        case .file(let path): path
        case .tail: "pipe"
        default: "/dev/null"
        }
    }

    private mutating func failure(_ path: String) -> StartFailure {
        let error = errno
        closeAll()
        return StartFailure(step: .output, path: path, errno: error, reason: SystemError.text(error))
    }

    /// The command has them: ours are closed. Returns the reading end of the tail's pipe, or -1.
    mutating func closeOurs() -> Int32 {
        for fd in ours { close(fd) }
        ours = []
        return tail
    }

    mutating func closeAll() {
        _ = closeOurs()
        if tail >= 0 { close(tail) }
        tail = -1
    }
}
