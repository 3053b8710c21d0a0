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
            let script = script(arguments.dropFirst()), isFile(script)
        else { return nil }
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

    /// The first operand; nil where that is no script: a text that is an argument (`-c`), or one on stdin (`-s`), has
    /// nothing to start over with.
    static func script(_ arguments: ArraySlice<[UInt8]>) -> [UInt8]? {
        var rest = arguments
        while let bytes = rest.popFirst() {
            let word = String(decoding: bytes, as: UTF8.self)
            if word == "--" || word == "-" { return rest.first }
            guard word.hasPrefix("-") || word.hasPrefix("+") else { return bytes }
            if word.hasPrefix("--") {
                if word == "--rcfile" || word == "--init-file" { rest = rest.dropFirst() }
                continue
            }
            if word.hasPrefix("-"), word.contains("s") || word.contains("c") { return nil }
            // `-o posix`, `-O extglob`.
            rest = rest.dropFirst(word.count { $0 == "o" || $0 == "O" })
        }
        return nil
    }
}
