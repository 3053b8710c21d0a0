import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem

/// A command that was handed to the C code.
struct Launch {
    var pid: pid_t
    /// The minimum that its `maxrss` can show, in bytes. While the launch is under way, its end reports this.
    var floor: Int64 = 0
    /// The launch, if the command may not execute yet and may still fail to.
    var underWay: OpaquePointer?
}

/// Hands a command to the C code.
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
                            ? jobmon_begin(&description, &launched.underWay, &report)
                            : jobmon_start(&description, &report)
                    }
                }
            }
        }
    }
    launched.floor = report.floor
    guard launched.pid > 0 else { return .failure(StartFailure(report, command.place)) }
    return .success(launched)
}

/// Replaces this process by a command's program, with the command's arguments, our environment, descriptors and
/// directory, and the signal dispositions that this process was started with.
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

/// The texts for reporting a failed start.
struct CommandPlace {
    var program: String
    var directory: String?
}

extension Command {
    var place: CommandPlace { CommandPlace(program: arguments.first, directory: directory) }
}

extension StartFailure {
    /// Converts the C code's report of a failed start.
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
        self.init(step: step, path: path, errno: report.error, reason: SystemError.text(report.error))
    }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
