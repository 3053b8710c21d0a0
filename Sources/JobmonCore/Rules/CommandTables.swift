/// Knowledge of programs that run other programs or scripts: which argument is the program or script.
enum CommandTables {
    /// What the arguments of an interpreter name.
    enum Interpreted {
        /// A file.
        case script(String)
        /// A module, a class or a function.
        case named(String)
        /// A shell line.
        case line(String)
        /// Something without a name, such as `python -c`.
        case itself
    }

    /// Words of a shell that may stand before a command.
    static let keywords: Set<String> = [
        "if", "then", "elif", "else", "while", "until", "do", "!", "{", "}", "fi", "done",
    ]

    /// Commands of a shell that prepare others, and are not informative.
    static let preparations: Set<String> = [
        "cd", "pushd", "popd", ".", "source", "export", "unset", "set", "shopt", "ulimit", "umask", "module", "ml",
        "alias",
        "trap", "wait", "true", "false", ":", "test", "[", "[[", "]]", "for", "case", "esac", "declare", "local",
        "readonly",
        "typeset", "let", "read", "shift", "return", "exit", "function", "setenv", "hash", "spack", "deactivate",
        "activate",
    ]

    /// Programs that only accompany the job's command: they give the name only if nothing else does.
    static let companions: Set<String> = [
        "echo", "printf", "sleep", "mkdir", "rm", "rmdir", "cp", "mv", "ln", "touch", "cat", "date", "hostname", "ls",
        "pwd", "tee", "head", "tail", "grep", "sed", "sort", "chmod", "tar", "gzip", "gunzip", "zcat", "rsync", "scp",
        "conda", "mamba", "micromamba", "eval", "kill", "seq", "basename", "dirname", "which", "id", "uname", "env",
        "exec", "nohup", "nice", "time", "timeout", "command",
    ]

    static let scriptEndings: Set<String> = [
        "py", "r", "sh", "bash", "jl", "do", "m", "pl", "rb", "js", "mjs", "ts", "php", "lua", "tcl", "sas", "gms",
        "jar",
        "ipynb", "rmd", "qmd", "wls", "nf", "smk", "zsh", "awk", "stan", "sps", "ado", "exe", "out", "bin",
    ]

    // MARK: Programs that run another program

    /// How a program reads its arguments before the command that it runs.
    private struct Wrapper {
        /// Options whose value is the next word.
        var valued: Set<String> = []
        /// The number of words before the command that are not options: a duration, a container.
        var operands = 0
        /// It runs another program only after one of these words.
        var verbs: Set<String> = []
        /// NAME=VALUE words may stand before the command.
        var assigns = false
    }

    private static let wrappers: [String: Wrapper] = {
        var all: [String: Wrapper] = [
            "env": .init(valued: ["-u", "--unset", "-C", "--chdir"], assigns: true),
            "time": .init(valued: ["-f", "--format", "-o", "--output"]), "nohup": .init(), "setsid": .init(),
            "nice": .init(valued: ["-n", "--adjustment"]),
            "ionice": .init(valued: ["-c", "-n", "--class", "--classdata"]),
            "timeout": .init(valued: ["-s", "--signal", "-k", "--kill-after"], operands: 1),
            "gtimeout": .init(valued: ["-s", "--signal", "-k", "--kill-after"], operands: 1),
            "stdbuf": .init(valued: ["-i", "-o", "-e", "--input", "--output", "--error"]), "unbuffer": .init(),
            "chrt": .init(operands: 1), "taskset": .init(operands: 1), "exec": .init(valued: ["-a"]),
            "numactl": .init(
                valued: ["-N", "-m", "-C", "-i", "-p", "--cpunodebind", "--membind", "--physcpubind", "--interleave"]),
            "command": .init(), "builtin": .init(), "nocache": .init(), "catchsegv": .init(), "caffeinate": .init(),
            "sudo": .init(valued: ["-u", "-g", "-h", "-p", "-C", "--user", "--group"], assigns: true),
            "doas": .init(valued: ["-u"]), "flock": .init(valued: ["-w", "--timeout", "-E"], operands: 1),
            "chronic": .init(), "ltrace": .init(valued: ["-e", "-o", "-p", "-s"]),
            "strace": .init(valued: ["-e", "-o", "-p", "-s", "-E", "-u"]), "valgrind": .init(),
            "perf": .init(
                valued: ["-e", "-o", "-F", "-r"], verbs: ["stat", "record"]),
            "xvfb-run": .init(
                valued: ["-s", "-n", "-e", "-f", "--server-args", "--server-num"]),  // allowed: its options
            "srun": .init(
                valued: [
                    "-n", "-N", "-c", "-p", "-A", "-t", "-J", "-o", "-e", "-w", "-x", "-G", "-D", "-C", "-d", "-m",
                ]),
            "aprun": .init(valued: ["-n", "-N", "-d", "-S", "-j"]),
            "jsrun": .init(valued: ["-n", "-a", "-c", "-g", "-r"]),
            "jobmon": .init(
                valued: [
                    "-d", "--dir", "--name", "--param", "--timeout", "--expect", "--fail-on", "--instance",
                ], verbs: ["exec"]),
            "systemd-run": .init(valued: ["-p", "--unit", "-E"]), "systemd-inhibit": .init(), "firejail": .init(),
            "accelerate": .init(valued: ["--config_file", "--num_processes"], verbs: ["launch"]),
            "nextflow": .init(valued: ["-c", "-C", "-log"], verbs: ["run"]), "go": .init(verbs: ["run"]),
            "deno": .init(verbs: ["run"]), "bun": .init(verbs: ["run"]),
            "coverage": .init(valued: ["--source", "--rcfile", "--include", "--omit"], verbs: ["run"]),
        ]
        let mpi = Wrapper(
            valued: [
                "-n", "-np", "-c", "-N", "-ppn", "-x", "-H", "-host", "-hosts", "--host", "--hostfile", "-hostfile",
                "-machinefile", "--map-by", "--bind-to", "--rank-by", "-f", "--n", "--np", "-wdir", "-genv",
            ])
        for name in ["mpirun", "mpiexec", "orterun", "prterun", "mpiexec.hydra"] { all[name] = mpi }
        let environments = Wrapper(
            valued: [
                "-n", "-p", "--name", "--prefix", "--cwd", "-e", "--environment", "--env", "--with", "--python",
                "--project", "-C", "--directory", "--manifest-path", "--extra", "--group",
            ], verbs: ["run"])
        for name in ["conda", "mamba", "micromamba", "poetry", "uv", "pipenv", "pixi", "hatch", "pdm", "rye"] {
            all[name] = environments
        }
        let containers = Wrapper(
            valued: [
                "-B", "--bind", "-H", "--home", "-W", "--workdir", "--pwd", "--cwd", "--env", "--env-file", "-S",
                "--scratch", "-o", "--overlay", "--nv-ccli", "--network", "--security", "--app", "--fusemount",
                "--mount",
            ], operands: 1, verbs: ["exec"])
        for name in ["singularity", "apptainer"] { all[name] = containers }
        let engines = Wrapper(
            valued: [
                "-v", "--volume", "-e", "--env", "-w", "--workdir", "-u", "--user", "--name", "--mount", "--gpus", "-m",
                "--memory", "--cpus", "--env-file", "--network", "--shm-size", "-p", "--publish", "-h", "--hostname",
                "--platform", "--entrypoint", "--ulimit", "--userns", "--device", "-l", "--label",
            ], operands: 1, verbs: ["run", "exec"])
        for name in ["docker", "podman", "shifter", "charliecloud"] { all[name] = engines }
        return all
    }()

    /// The command that a program runs; nil if it runs none.
    static func wrapped(_ name: String, _ arguments: ArraySlice<String>) -> ArraySlice<String>? {
        guard let wrapper = wrappers[name] else { return nil }
        var rest = arguments
        var operands = wrapper.operands
        if !wrapper.verbs.isEmpty {
            // Options of the program itself may stand before the verb.
            guard let verb = rest.firstIndex(where: { wrapper.verbs.contains($0) }) else { return nil }
            rest = rest[(verb + 1)...]
        }
        while let word = rest.first {
            if word == "--" {
                rest.removeFirst()
                return rest.dropFirst(operands).isEmpty ? nil : rest.dropFirst(operands)
            }
            if name == "env", word == "-S" || word == "--split-string", let line = rest.dropFirst().first {
                return ShellWords(line).commands.first.map { $0.words[...] }
            }
            if word.hasPrefix("-"), word != "-" {
                rest.removeFirst()
                if wrapper.valued.contains(word) { rest = rest.dropFirst() }
            } else if word == "-" || wrapper.assigns && CommandName.isAssignment(word) {
                rest.removeFirst()
            } else if operands > 0 {
                operands -= 1
                rest.removeFirst()
            } else if isNumber(word) {
                // The value of an unknown option.
                rest.removeFirst()
            } else {
                break
            }
        }
        return rest.isEmpty ? nil : rest
    }

    private static func isNumber(_ word: String) -> Bool {
        word.utf8.allSatisfy { (0x30...0x39).contains($0) || ",:-.".utf8.contains($0) }
            && word.utf8.first.map { (0x30...0x39).contains($0) } == true
    }

    // MARK: Interpreters

    /// How an interpreter's arguments are read.
    private struct Interpreter {
        /// Options whose value is the next word.
        var valued: Set<String> = []
        /// Options that are followed by code, which gives no name.
        var code: Set<String> = []
        /// Options that are followed by a file.
        var files: Set<String> = []
        /// Options that are followed by a module or a class.
        var modules: Set<String> = []
        /// Short options may be joined, as in `-uc`.
        var joins = false
    }

    private static let interpreters: [String: Interpreter] = {
        let python = Interpreter(
            valued: ["-W", "-X", "--check-hash-based-pycs"], code: ["-c"], modules: ["-m"], joins: true)
        let r = Interpreter(valued: ["-g", "--gui", "--encoding"], code: ["-e"], files: ["-f", "--file"])
        var all: [String: Interpreter] = [
            "Rscript": r, "R": r, "littler": r,
            "julia": .init(
                valued: [
                    "-t", "--threads", "-p", "--procs", "-J", "--sysimage", "-C", "-H", "-L", "--load",
                    "--machine-file",
                ],
                code: ["-e", "--eval", "-E", "--print"], modules: ["-m"]),
            "perl": .init(valued: ["-I"], code: ["-e", "-E"], joins: true),
            "ruby": .init(valued: ["-I", "-r", "-C"], code: ["-e"], joins: true),
            "node": .init(valued: ["-r", "--require", "--import"], code: ["-e", "--eval", "-p", "--print"]),
            "nodejs": .init(valued: ["-r", "--require"], code: ["-e", "--eval", "-p"]), "papermill": .init(),
            "php": .init(valued: ["-d", "-c"], code: ["-r"], files: ["-f"]), "lua": .init(valued: ["-l"], code: ["-e"]),
            "luajit": .init(valued: ["-l"], code: ["-e"]), "tclsh": .init(), "wish": .init(),
            "expect": .init(code: ["-c"]),
            "octave": .init(valued: ["-p", "--path"], code: ["--eval"]), "octave-cli": .init(code: ["--eval"]),
            "java": .init(
                valued: ["-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens"],
                files: ["-jar"], modules: ["-m", "--module"]),
            "sas": .init(valued: ["-log", "-print", "-config", "-memsize", "-set"], files: ["-sysin"]), "gams": .init(),
            "wolframscript": .init(code: ["-c", "-code"], files: ["-f", "-file"]),
            "math": .init(code: ["-run"], files: ["-script"]), "awk": .init(valued: ["-F", "-v"], files: ["-f"]),
            "gawk": .init(valued: ["-F", "-v"], files: ["-f"]), "mawk": .init(valued: ["-F", "-v"], files: ["-f"]),
            "spark-submit": .init(
                valued: [
                    "--master", "--deploy-mode", "--class", "--name", "--jars", "--packages", "--py-files", "--conf",
                    "--driver-memory", "--executor-memory", "--executor-cores", "--num-executors", "--files",
                ]),
            "torchrun": .init(modules: ["-m", "--module"]), "deepspeed": .init(modules: ["--module"]),
            "dotnet": .init(), "scala": .init(valued: ["-cp"], code: ["-e"]), "groovy": .init(code: ["-e"]),
        ]
        for name in ["python", "pypy", "ipython", "pythonw", "bpython"] { all[name] = python }
        return all
    }()

    private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish"]

    /// What an interpreter runs; nil if the program is not an interpreter.
    static func interpreted(_ name: String, _ arguments: ArraySlice<String>) -> Interpreted? {
        let plain = withoutVersion(name)
        if shells.contains(plain) { return shell(arguments) }
        if plain.hasPrefix("stata") || plain.hasPrefix("xstata") { return stata(arguments) }
        if plain == "matlab" { return matlab(arguments) }
        guard let interpreter = interpreters[name] ?? interpreters[plain] else { return nil }
        if plain == "R", arguments.first == "CMD" {
            guard arguments.dropFirst().first == "BATCH" else { return .itself }
            return arguments.dropFirst(2).first { !$0.hasPrefix("-") }.map { .script($0) } ?? .itself
        }
        return script(interpreter, isJava: plain == "java", arguments)
    }

    /// `python3.11` becomes python, `julia-1.10` julia.
    private static func withoutVersion(_ name: String) -> String {
        var end = name.endIndex
        while end > name.startIndex {
            let before = name.index(before: end)
            guard name[before].isNumber || name[before] == "." || name[before] == "-" else { break }
            end = before
        }
        let plain = String(name[..<end])
        return plain.hasSuffix(".exe") ? String(plain.dropLast(4)) : plain
    }

    private static func script(
        _ interpreter: Interpreter, isJava: Bool, _ arguments: ArraySlice<String>
    ) -> Interpreted {
        var rest = arguments
        while let word = rest.popFirst() {
            if word == "--" { return rest.first.map { .script($0) } ?? .itself }
            guard word.hasPrefix("-"), word.count > 1 else {
                if word == "-" { return .itself }
                if isNumber(word), rest.contains(where: CommandName.isScript) { continue }
                return isJava && !word.contains("/") ? .named(word) : .script(word)
            }
            if interpreter.code.contains(word) { return .itself }
            if interpreter.files.contains(word) { return rest.first.map { .script($0) } ?? .itself }
            if interpreter.modules.contains(word) {
                // torchrun's -m only says that a module follows.
                return rest.first { !$0.hasPrefix("-") }.map { .named($0) } ?? .itself
            }
            if let equals = word.firstIndex(of: "="), interpreter.files.contains(String(word[..<equals])) {
                return .script(String(word[word.index(after: equals)...]))
            }
            if interpreter.valued.contains(word) {
                rest = rest.dropFirst()
                continue
            }
            guard interpreter.joins, !word.hasPrefix("--") else { continue }
            // -uc CODE, -um MODULE, -mMODULE; the rest of -Wignore is its value.
            for (place, letter) in word.dropFirst().enumerated() {
                let option = "-\(letter)"
                let attached = word.dropFirst(place + 2)
                if interpreter.valued.contains(option) {
                    if attached.isEmpty { rest = rest.dropFirst() }
                    break
                }
                if interpreter.code.contains(option) { return .itself }
                if interpreter.modules.contains(option) {
                    return (attached.isEmpty ? rest.first : String(attached)).map { .named($0) } ?? .itself
                }
            }
        }
        return .itself
    }

    private static func shell(_ arguments: ArraySlice<String>) -> Interpreted {
        var rest = arguments
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") || word.hasPrefix("+"), word.count > 1 else { return .script(word) }
            if word == "--" { return rest.first.map { .script($0) } ?? .itself }
            if ["--rcfile", "--init-file", "-o", "+o", "-O", "+O"].contains(word) {
                rest = rest.dropFirst()
            } else if !word.hasPrefix("--"), word.hasPrefix("-") {
                let letters = word.dropFirst()
                if letters.contains("o"), letters.count > 1 { rest = rest.dropFirst() }
                if letters.contains("c") { return rest.first { !$0.hasPrefix("-") }.map { .line($0) } ?? .itself }
                if letters.contains("s") { return .itself }
            }
        }
        return .itself
    }

    /// `stata-mp -q -b do fit.do 3`.
    private static func stata(_ arguments: ArraySlice<String>) -> Interpreted {
        let words = arguments.filter { !$0.hasPrefix("-") }
        guard let first = words.first else { return .itself }
        guard ["do", "run", "ru"].contains(first) else { return .script(first) }
        return words.dropFirst().first.map { .script($0) } ?? .itself
    }

    /// `matlab -batch "addpath('lib'); fit(3)"`.
    private static func matlab(_ arguments: ArraySlice<String>) -> Interpreted {
        guard let option = arguments.firstIndex(where: { $0 == "-batch" || $0 == "-r" }),
            let code = arguments[(option + 1)...].first
        else { return .itself }
        let setting: Set<String> = [
            "addpath", "rmpath", "cd", "try", "exit", "quit", "clear", "close", "clc", "format", "warning", "rng",
            "disp",
            "maxNumCompThreads", "parpool", "genpath", "restoredefaultpath", "diary", "tic", "toc", "fprintf", "if",
            "end",
        ]
        for statement in code.split(whereSeparator: { ";,\n".contains($0) }) {
            var statement = statement.drop { $0 == " " }
            if statement.hasPrefix("try ") { statement = statement.dropFirst(4).drop { $0 == " " } }
            for call in ["run('", "run(\"", "run "] where statement.hasPrefix(call) {
                return .script(String(statement.dropFirst(call.count).prefix { !"'\")".contains($0) }))
            }
            let name = statement.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
            if name.first?.isLetter == true, !setting.contains(String(name)), !statement.hasPrefix("\(name) =") {
                return .named(String(name))
            }
        }
        return .itself
    }
}
