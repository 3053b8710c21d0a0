import CJobmonPOSIX
import Glibc
import JobmonCore

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
        return StartFailure(step: .output, path: path, errno: error, reason: errorText(error))
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

/// A command that was handed to C.
struct Launch {
    var pid: pid_t
    /// Bytes; the least that its `maxrss` can show. Of one that is under way it comes with its end.
    var floor: Int64 = 0
    /// It may not execute yet, and may still fail to.
    var underWay: OpaquePointer?
}

/// Hands a command to C.
func launch(_ command: Command, _ streams: OpenedStreams) -> Result<Launch, StartFailure> {
    var report = jobmon_report()
    var launched = Launch(pid: -1)
    command.arguments.bytes.withUnsafeBufferPointer { arguments in
        command.additions.bytes.withUnsafeBufferPointer { additions in
            withOptionalCString(command.directory) { directory in
                arguments.withMemoryRebound(to: CChar.self) { arguments in
                    additions.withMemoryRebound(to: CChar.self) { additions in
                        var description = jobmon_command()
                        description.arguments = arguments.baseAddress
                        description.argument_count = command.arguments.count
                        description.environment = jobmon_environment()
                        description.additions = additions.baseAddress
                        description.addition_count = command.additions.count
                        description.directory = directory
                        description.descriptors = streams.descriptors
                        description.own_group = command.ownGroup ? 1 : 0
                        description.close_others = command.closesOthers ? 1 : 0
                        description.signals_as_started = command.signalsAsStarted ? 1 : 0
                        description.dies_with_us = command.diesWithUs ? 1 : 0
                        launched.pid =
                            command.startsFast
                            ? jobmon_begin(&description, &launched.underWay, &report) : jobmon_start(&description, &report)
                    }
                }
            }
        }
    }
    launched.floor = report.floor
    guard launched.pid > 0 else { return .failure(StartFailure(report, command.place)) }
    return .success(launched)
}

/// Executes a command's program in place of this process, with its own arguments and our environment, descriptors and
/// directory, and the signal dispositions that we were started with.
/// - Returns: the error number, if that fails.
package func replaceProcess(by command: Command) -> Int32 {
    command.arguments.bytes.withUnsafeBytes { arguments in
        var description = jobmon_command()
        description.arguments = arguments.baseAddress?.assumingMemoryBound(to: CChar.self)
        description.argument_count = command.arguments.count
        description.environment = jobmon_environment()
        description.signals_as_started = 1
        return jobmon_replace(&description)
    }
}

/// What a start that fails is named by.
struct CommandPlace {
    var program: String
    var directory: String?
}

extension Command {
    var place: CommandPlace { CommandPlace(program: arguments.first, directory: directory) }
}

extension StartFailure {
    /// What C tells of a start that failed.
    init(_ report: jobmon_report, _ place: CommandPlace) {
        let step: StartFailure.Step
        var path = place.program
        switch report.step {
        case JOBMON_STEP_DIRECTORY:
            step = .directory
            path = place.directory ?? "."
        case JOBMON_STEP_OUTPUT:
            step = .output
            path = "standard descriptors"
        case JOBMON_STEP_COMMAND: step = .command
        default: step = .process
        }
        self.init(step: step, path: path, errno: report.error, reason: errorText(report.error))
    }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

/// An error number in words.
package func errorText(_ error: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    return jobmon_error_text(error, &text, text.count) == 0
        ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "error \(error)"
}
