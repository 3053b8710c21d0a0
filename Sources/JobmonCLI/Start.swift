import Glibc
import JobmonCommands
import JobmonHook
import JobmonWrapper

/// Selects the path for the first argument. `exec`, the supervisor and the shell hook take the fast path, which starts
/// no threads and does not use Foundation. Everything else is a command of the full program.
func startJobmon() -> Never {
    let arguments = commandLineBytes()
    if let name = arguments.first, let command = HookedCommand(startedAs: String(decoding: name, as: UTF8.self)) {
        Shim.run(command, arguments)
    }
    switch arguments.dropFirst().first.map({ String(decoding: $0, as: UTF8.self) }) {
    case "exec": ExecMain.run(Array(arguments.dropFirst(2)))
    case "__hook": runWithinJob(Array(arguments.dropFirst(2)))
    case "__supervisor": exit(SupervisorMain.run(arguments: Array(CommandLine.arguments.dropFirst(2))))
    default:
        StartingRoom.check()
        runJobmon()
    }
}

/// Runs what the hook's shell code calls, which is mostly an `exec`.
private func runWithinJob(_ arguments: [[UInt8]]) -> Never {
    switch HookInside.run(arguments) {
    case .exec(let options, let command):
        // Even if our own options are wrong, the command must run.
        ExecMain.run(options + [Array("--".utf8)] + command) { HookInside.become(command) }
    case .report(let piece, let arguments): ScriptMain.run(piece, arguments)
    }
}

/// The arguments as bytes: `CommandLine.arguments` replaces invalid UTF-8.
private func commandLineBytes() -> [[UInt8]] {
    (0..<Int(CommandLine.argc)).compactMap { index in
        guard let text = CommandLine.unsafeArgv[index] else { return nil }
        return UnsafeBufferPointer(start: text, count: length(of: text)).map { UInt8(bitPattern: $0) }
    }
}

private func length(of text: UnsafePointer<CChar>) -> Int {
    var length = 0
    while text[length] != 0 { length += 1 }
    return length
}
