import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// This program as `sbatch`, `qsub`, `srun` or `qrsh`: changes what is submitted so that jobmon is told of it, then
/// becomes the real command. Whatever is not as it should be: it becomes the real command with what it was given.
package struct Shim {
    private let command: HookedCommand
    /// With the command's own name.
    private let given: [[UInt8]]
    private let real: String

    /// Seconds that a monitor may take to say that it is there: to be reached, and to answer on a busy machine.
    private static let patience = (reach: 0.1, answer: 0.5)
    /// What no scheduler takes as a script.
    private static let largestScript = 16 << 20

    /// - Parameter arguments: all of them, as bytes.
    package static func run(_ command: HookedCommand, _ arguments: [[UInt8]]) -> Never {
        let round = HookGuard.current(command.rawValue)
        // A wrapper that this process was, and that became us again.
        let isAgain = round?.pid == getpid()
        var found = RealCommand.find(command.rawValue, behind: isAgain ? round?.path : nil)
        if !isAgain, let round, round.count >= HookGuard.patience {
            found = RealCommand.find(command.rawValue, onlyPrograms: true) ?? found
        }
        guard let real = found else {
            say("\(command.rawValue): command not found (after that of jobmon on PATH)")
            _exit(127)
        }
        withoutLoginFiles()
        let original = words(arguments)
        HookGuard.set(real, count: (round?.count ?? 0) + 1)
        if isAgain { Shim(command: command, given: arguments, real: real).become(arguments) }
        // Should anything here be wrong enough to trap: the real command runs all the same.
        jobmon_exec_if_trapped(real, original)
        Shim(command: command, given: arguments, real: real).run()
    }

    /// What `jobmon hook` has set for login shells here is none of a job's.
    private static func withoutLoginFiles() {
        func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        if value("BASH_ENV").hasSuffix(HookLayout.environmentPathEnding) {
            let own = value("JOBMON_HOOK_ENV")
            if own.isEmpty { unsetenv("BASH_ENV") } else { setenv("BASH_ENV", own, 1) }
        }
        unsetenv("JOBMON_HOOK_ENV")
        unsetenv(RealCommand.pathVariable)
        if value("PROMPT_COMMAND").contains(HookLayout.loginPathEnding) { unsetenv("PROMPT_COMMAND") }
    }

    private func run() -> Never {
        let words = given.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        let plan = HookPlan.make(command, words) { name in getenv(name).map { String(cString: $0) } }
        if case .leave(nil) = plan { become(given) }
        guard let directory = getenv("JOBMON_DIR").map({ String(cString: $0) }), directory.hasPrefix("/") else {
            become(given)
        }
        let layout = DirectoryLayout(root: directory)
        switch MonitorProbe.ask(layout, connecting: Self.patience.reach, answering: Self.patience.answer) {
        case .none: become(given)
        case .silent: leave("no monitor answers for \(layout.root)")
        case .alive: break
        }
        if case .leave(let remark?) = plan { leave(remark) }
        if command.readsRequestFiles, let remark = RequestFile.remark({ getenv($0).map { String(cString: $0) } }) {
            leave(remark)
        }
        if let remark = HookFiles.distrusted(layout) { leave(remark) }
        guard let executable = HookFiles.executable(), HookWord.isPlain(executable) else {
            leave("the path of jobmon can't be written in a script")
        }
        guard HookFiles.prepare(layout, executable: executable) else { leave("\(layout.hook.root) can't be written") }
        // A step of a job that is monitored as a whole, whatever its environment has left.
        if command == .srun, HookStart.isMonitored(layout) { become(given) }
        carryOut(plan, words, layout, executable)
    }

    private func carryOut(_ plan: HookPlan, _ words: [String], _ layout: DirectoryLayout, _ executable: String) -> Never
    {
        let inherited = getenv("SBATCH_JOB_NAME").map { String(cString: $0) }
        let comment =
            command == .sbatch
            ? (try? command.options.parse(words)).flatMap { JobName.comment($0, inherited: inherited) } : nil
        let line = HookText.line(executable, directory: layout.root, comment: comment)
        let passesAll = HookFiles.interpreterShell() != "/bin/sh" || environmentIsPlain
        let interpreter = passesAll && HookWord.isPlain(layout.root) ? layout.hook.interpreter : nil
        var arguments = given
        switch plan {
        case .leave(let remark): leave(remark)
        case .script(let index, let rules):
            guard let path = scriptPath(words[index], rules) else { become(given) }
            let isPipe = HookFiles.isPipe(path)
            guard
                let bytes = isPipe
                    ? wholeOrEnd(HookFiles.readAll(path: path)) : HookFiles.read(path, limit: Self.largestScript)
            else { become(given) }
            let name = HookPlan.lastPart(words[index])
            let result = BatchScript(bytes, rules).hooked(line: line, interpreter: interpreter)
            if case .changed(let changed) = result, let named = handedOver(changed, name, layout) {
                arguments[index + 1] = named
                break
            }
            // What came through a pipe (`sbatch <(make-script)`) was read: nobody else finds it there.
            if isPipe, let named = handedOver(bytes, name, layout) { arguments[index + 1] = named }
            if case .leave(let remark) = result { leave(remark, arguments) }
            leave("its script can't be passed on", arguments)
        case .standardInput(let rules):
            guard let bytes = wholeOrEnd(HookFiles.readAll(STDIN_FILENO)) else { become(given) }
            // It was read: whatever goes wrong from here on, whoever comes next gets it all the same.
            guard feed(bytes) else {
                Shim.say(
                    "\(command.rawValue): the script could not be passed on: \(SystemError.text())")
                _exit(1)
            }
            switch BatchScript(bytes, rules).hooked(line: line, interpreter: interpreter) {
            case .leave(let remark): leave(remark)
            case .changed(let changed): if !feed(changed) { leave("its script can't be passed on") }
            }
        case .wrap(let place):
            let word = arguments[place.argument + 1]
            let text = word[place.offset...]
            // On the same line, so that the numbers of lines stay right; but nothing may begin with what ends a command.
            let joins = text.first.map { !"#;&|) \t\n".utf8.contains($0) } ?? false
            arguments[place.argument + 1] = word[..<place.offset] + Array((line + (joins ? "; " : "\n")).utf8) + text
        case .command(let index): arguments = launched(index, words, layout)
        case .step(let index, let names): arguments = step(index, names, words, layout, executable)
        }
        become(arguments)
    }

    /// srun with the command under jobmon.
    private func step(
        _ index: Int, _ names: HookPlan.StepNames, _ words: [String], _ layout: DirectoryLayout, _ executable: String
    ) -> [[UInt8]] {
        // srun looks in the current directory too, which a shell does not.
        guard words[index].contains("/") || isOnPath(words[index]) else { become(given) }
        let name = names.name ?? HookPlan.lastPart(words[index])
        let shown = names.shown ?? name
        var front: [String]
        if environmentIsPlain || shellIsBash {
            let text = HookText.step(
                executable, directory: layout.root, name: shown, allocation: names.allocation)
            front = ["/bin/sh", "-c", text, executable]
        } else {
            // Another shell than bash loses what is no name of a variable to it, such as bash's functions.
            front = [executable, "__hook", "command", HookWord.encode(layout.root), HookWord.encode(shown)]
        }
        // First, so that the user's own option has the last word.
        let named = ["--job-name=\(name)"]
        return given[...0] + named.map { Array($0.utf8) } + given[1..<(index + 1)] + front.map { Array($0.utf8) }
            + given[(index + 1)...]
    }

    /// qsub or qrsh with the command under jobmon.
    private func launched(_ index: Int, _ words: [String], _ layout: DirectoryLayout) -> [[UInt8]] {
        if !words[index].contains("/"), !isOnPath(words[index]) { leave("\(words[index]) is not a program on PATH") }
        // Grid Engine's jobs get this environment only where it is asked for.
        guard environmentIsPlain || shellIsBash || !words[..<index].contains("-V") else {
            leave("with -V, sh does not pass on a name in the environment")
        }
        guard HookWord.isPlain(layout.root), HookWord.isPlain(HookPlan.lastPart(words[index])) else {
            leave("the path of the directory or of the command has characters that are special to a shell")
        }
        guard let launcher = HookFiles.namedLauncher(layout, HookPlan.lastPart(words[index])) else {
            leave("\(layout.hook.launchers) can't be used")
        }
        return given[...index] + [Array(launcher.utf8)] + given[(index + 1)...]
    }

    private func isOnPath(_ name: String) -> Bool {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    private var shellIsBash: Bool {
        guard let path = realpath("/bin/sh", nil) else { return false }
        defer { free(path) }
        return HookPlan.lastPart(String(cString: path)) == "bash"
    }

    private var environmentIsPlain: Bool {
        var entry = environ
        while let text = entry.pointee {
            var index = 0
            while text[index] != 0, text[index] != CChar(UInt8(ascii: "=")) {
                let byte = UInt8(bitPattern: text[index])
                guard
                    byte == UInt8(ascii: "_") || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                        || (index > 0 && byte >= 0x30 && byte <= 0x39)
                else { return false }
                index += 1
            }
            entry += 1
        }
        return true
    }

    /// Where the scheduler finds a script; nil: it does not, and says so itself.
    private func scriptPath(_ word: String, _ rules: HookPlan.ScriptRules) -> String? {
        guard let folders = rules.folders, !word.contains("/") else { return access(word, R_OK) == 0 ? word : nil }
        return folders.lazy.map { "\($0)/\(word)" }.first { access($0, R_OK) == 0 }
    }

    /// A path that has these bytes for the real command; nil when there can't be one.
    private func handedOver(_ bytes: [UInt8], _ name: String, _ layout: DirectoryLayout) -> [UInt8]? {
        // What is a script itself may start the real one without what it has open itself.
        let path =
            RealCommand.isProgram(real)
            ? HookFiles.inMemory(bytes).flatMap { HookFiles.namedScript(layout, name, $0) }
            : HookFiles.keptScript(layout, name, bytes)
        return path.map { Array($0.utf8) }
    }

    /// Never a part of a script.
    private func wholeOrEnd(_ reading: HookFiles.Reading) -> [UInt8]? {
        if case .part = reading {
            Shim.say("\(command.rawValue): the script can't be read: \(SystemError.text())")
            _exit(1)
        }
        return reading.whole
    }

    private func feed(_ bytes: [UInt8]) -> Bool {
        guard let descriptor = HookFiles.inMemory(bytes) else { return false }
        defer { close(descriptor) }
        return dup2(descriptor, STDIN_FILENO) == STDIN_FILENO
    }

    // MARK: The real command

    private func leave(_ remark: String?, _ arguments: [[UInt8]]? = nil) -> Never {
        if let remark { Shim.say("this \(command.rawValue) is not monitored: \(remark)") }
        become(arguments ?? given)
    }

    private func become(_ arguments: [[UInt8]]) -> Never {
        execv(real, Shim.words(arguments))
        if errno == E2BIG, arguments != given {
            Shim.say("this \(command.rawValue) is not monitored: its arguments are too long")
            execv(real, Shim.words(given))
        }
        Shim.say("\(real) can't be run: \(SystemError.text())")
        _exit(126)
    }

    /// As C has them. They stay for good: what follows is another program.
    static func words(_ arguments: [[UInt8]]) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        let words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
        for (index, argument) in arguments.enumerated() {
            let word = UnsafeMutablePointer<CChar>.allocate(capacity: argument.count + 1)
            for (place, byte) in argument.enumerated() { word[place] = CChar(bitPattern: byte) }
            word[argument.count] = 0
            words[index] = word
        }
        words[arguments.count] = nil
        return UnsafePointer(words)
    }

    static func say(_ text: String) { _ = Descriptor.writeAll(STDERR_FILENO, Array("jobmon: \(text)\n".utf8)) }
}
