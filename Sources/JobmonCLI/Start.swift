import JobmonCommands
import JobmonWrapper

/// Goes the way of the first argument: `exec` and the supervisor take the short one, which starts no threads and knows
/// no Foundation; everything else is a command of the full program.
func startJobmon() -> Never {
    let arguments = commandLineBytes()
    if arguments.count > 1, arguments[1] == Array("exec".utf8) { ExecMain.run(Array(arguments.dropFirst(2))) }
    runJobmon()
}

/// The arguments as they are: `CommandLine.arguments` repairs what is not UTF-8.
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
