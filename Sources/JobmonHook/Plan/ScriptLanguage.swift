/// Who reads a script, as far as that matters to a line that is put into it.
enum ScriptLanguage: Equatable {
    /// sh and its kin: a line may stand before a command on the same line.
    case bourne
    /// csh and tcsh: some commands must be first on their line.
    case csh
    /// Nobody says; a shell, since the scheduler takes its own then.
    case someShell
    /// No shell, by this name.
    case other(String)

    var isShell: Bool { if case .other = self { false } else { true } }

    /// By the path of an interpreter, or its name.
    init(interpreter: String) {
        let name = HookPlan.lastPart(interpreter)
        switch name {
        case "sh", "bash", "dash", "ksh", "ksh93", "mksh", "lksh", "zsh", "ash", "yash": self = .bourne
        case "csh", "tcsh": self = .csh
        default: self = .other(name)
        }
    }

    /// By a script's first line, if that names an interpreter.
    init?(firstLine: String) {
        guard firstLine.hasPrefix("#!") else { return nil }
        var words = firstLine.dropFirst(2).split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
        guard var interpreter = words.popFirst() else { return nil }
        if HookPlan.lastPart(String(interpreter)) == "env" {
            // `env -S bash -eu`, `env LANG=C bash`.
            while let word = words.first, word.hasPrefix("-") || word.contains("=") { words = words.dropFirst() }
            guard let named = words.first else { return nil }
            interpreter = named
        }
        self.init(interpreter: String(interpreter))
    }
}
