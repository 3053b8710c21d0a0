/// The command line that has a shell read its script once more.
enum ShellCommand {
    /// - Parameters:
    ///   - arguments: what the shell was started with.
    ///   - exe: its program.
    ///   - isSame: whether two paths lead to the same file.
    ///   - isFile: whether a path leads to a file.
    /// - Returns: nil when it does not read its script from a file.
    static func again(
        _ arguments: [[UInt8]], exe: String, isSame: (String, String) -> Bool, isFile: ([UInt8]) -> Bool
    ) -> [[UInt8]]? {
        guard let first = arguments.first.map({ String(decoding: $0, as: UTF8.self) }),
            arguments.dropFirst().contains(where: { $0.first != UInt8(ascii: "-") && isFile($0) })
        else { return nil }
        // A text that is an argument has nothing to start over with.
        if let option = arguments.dropFirst().first, option == Array("-c".utf8) { return nil }
        let isLogin = first.hasPrefix("-")
        let name = HookPlan.lastPart(isLogin ? String(first.dropFirst()) : first)
        // A shell may be another one by another name: bash as `sh`.
        let candidates = (first.hasPrefix("/") ? [first] : []) + ["/bin/\(name)", "/usr/bin/\(name)"]
        let program = candidates.first { isSame($0, exe) } ?? exe
        var command = [Array(program.utf8)]
        // What a login shell reads more is in the environment by now, but for functions and the like.
        if isLogin, case .bourne = ScriptLanguage(interpreter: name) { command.append(Array("-l".utf8)) }
        return command + arguments.dropFirst()
    }
}
