import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// `jobmon __hook`: what the hook's pieces of shell call within a job.
package enum HookInside {
    /// Set for the moment in which a script runs for the second time, up to its line.
    private static let second = "JOBMON_HOOK_RUN"

    /// What is to be done.
    package enum Next {
        /// `exec` with these options, and a command.
        case exec([[UInt8]], [[UInt8]])
        /// A piece of a script that reports itself.
        case report(String, [[UInt8]])
    }

    /// - Parameter arguments: behind `__hook`.
    package static func run(_ arguments: [[UInt8]]) -> Next {
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        switch words.first {
        case "ready": _exit(0)
        // What follows is the comment of the submission, by which a job without a telling name is named.
        case "begin" where words.count == 3 || words.count == 4: begin(words[1], words[2], words.dropFirst(3).first)
        case "batch" where words.count > 2: if let next = batch(words[1], nil, words[2...]) { return next }
        case "named" where words.count > 3: if let next = batch(words[1], words[2], words[3...]) { return next }
        case "command" where words.count > 3:
            guard let directory = HookWord.decodeText(words[1]), let name = HookWord.decodeText(words[2]) else { break }
            let command = Array(arguments[3...])
            // Not made where it is not: a folder of that name on a node's own disk is nobody's.
            guard isMonitored(directory), !name.isEmpty || !HookStart.isMonitored(DirectoryLayout(root: directory))
            else {
                become(command)
            }
            return .exec(options(directory, name: name.isEmpty ? nil : name, isStep: !name.isEmpty), command)
        case let piece? where piece.hasPrefix("job-"): return .report(piece, Array(arguments.dropFirst()))
        default: break
        }
        Shim.say("__hook is internal to jobmon; see jobmon hook --help")
        _exit(2)
    }

    /// The shell of a batch script, which starts over.
    private static func batch(_ directory: String, _ name: String?, _ words: ArraySlice<String>) -> Next? {
        guard let directory = HookWord.decodeText(directory) else { return nil }
        let command = words.compactMap { HookWord.decode($0) }
        guard command.count == words.count else { return nil }
        setenv(second, "1", 1)
        return .exec(options(directory, name: name.flatMap { HookWord.decodeText($0) }, isStep: false), command)
    }

    /// Prints what the shell does next: starts over under jobmon, or goes on.
    private static func begin(_ directory: String, _ number: String, _ comment: String?) -> Never {
        guard let text = next(directory, number, comment) else { print(":") }
        print(text)
    }

    private static func next(_ directory: String, _ number: String, _ comment: String?) -> String? {
        guard let pid = Int32(number), let exe = SymbolicLink.target("/proc/\(pid)/exe"),
            let line = HookFiles.readAll(path: "/proc/\(pid)/cmdline").whole
        else { return nil }
        let shell = HookPlan.lastPart(exe)
        if getenv(second) != nil {
            // Gone before anything of the script's own can inherit it.
            return shell.hasSuffix("csh") ? "unsetenv \(second)" : "unset \(second)"
        }
        guard let root = HookWord.decodeText(directory), isMonitored(root), let executable = HookFiles.executable(),
            HookWord.isPlain(executable)
        else { return nil }
        var arguments = line.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        if arguments.last?.isEmpty ?? false { arguments.removeLast() }
        // It is one job, however often its script starts itself.
        if HookStart.isMonitored(DirectoryLayout(root: root)) { return nil }
        let script = ShellCommand.script(arguments.dropFirst())
        if let script, HookStart.isBelowItsWrapper(script) { return nil }
        guard let command = ShellCommand.again(arguments, exe: exe, isSame: isSame, isFile: isFile) else {
            Shim.say("this job is not monitored: its shell cannot read its script again from a file")
            return nil
        }
        let name = telling(comment.flatMap { HookWord.decodeText($0) }, script)
        let words =
            [executable, "__hook"] + (name.map { ["named", directory, HookWord.encode($0)] } ?? ["batch", directory])
            + command.map { HookWord.encode($0) }
        guard fits(words) else {
            Shim.say("this job is not monitored: its arguments are too long")
            return nil
        }
        return "exec " + words.joined(separator: " ")
    }

    /// A name for a job of Slurm's whose own one is a UUID; nil: its own will do, or there is no better one.
    /// - Parameter comment: that of the submission's command line.
    private static func telling(_ comment: String?, _ script: [UInt8]?) -> String? {
        guard let name = getenv("SLURM_JOB_NAME"), JobName.isUUID(String(cString: name)) else { return nil }
        if let comment, !comment.isEmpty { return comment }
        let path = script.map { String(decoding: $0, as: UTF8.self) }
        return path.flatMap { HookFiles.read($0, limit: 16 << 20) }.flatMap { JobName.comment(inScript: $0) }
    }

    /// Whether the kernel starts a program with these arguments and this environment.
    private static func fits(_ words: [String]) -> Bool {
        // Linux: 32 pages for a word; pointers count too. Some room is left for what a shell sets.
        var total = 16384
        for word in words {
            guard word.utf8.count < 131_072 else { return false }
            total += word.utf8.count + 9
        }
        var entry = environ
        while let text = entry.pointee {
            total += strlen(text) + 9
            entry += 1
        }
        let limit = sysconf(Int32(_SC_ARG_MAX))
        return limit <= 0 || total < limit
    }

    private static func isMonitored(_ directory: String) -> Bool {
        if HookPlan.isOff(getenv("JOBMON_HOOK").map { String(cString: $0) }) { return false }
        var info = stat()
        if stat(DirectoryLayout(root: directory).spool, &info) == 0, info.st_mode & S_IFMT == S_IFDIR { return true }
        Shim.say("this job is not monitored: \(directory) does not exist here")
        return false
    }

    /// - Parameter isStep: it is a task of one of Slurm's steps, and not all of a job.
    private static func options(_ directory: String, name: String?, isStep: Bool) -> [[UInt8]] {
        func variable(_ name: String) -> String? {
            guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty, value != "undefined" else {
                return nil
            }
            return value
        }
        var words = ["-d", directory]
        let job = ClusterJob.current(variable)
        if let name = name ?? ClusterJob.name(of: job, variable) ?? variable("PBS_JOBNAME") {
            words.append("--name=\(name)")
        }
        if let task = job?.task { words.append("--param=task=\(task)") }
        if !isStep { words.append("--whole-job") }
        // The processes of one step are apart by their rank only.
        if isStep, let rank = ProcessRank.current(isStep: true, variable) { words.append("--param=rank=\(rank)") }
        return words.map { Array($0.utf8) }
    }

    // MARK: Files and processes

    private static func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }

    private static func isFile(_ bytes: [UInt8]) -> Bool {
        var info = stat()
        return (bytes + [0]).withUnsafeBytes { raw in
            guard let path = raw.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
            return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
        }
    }

    private static func print(_ text: String) -> Never {
        _ = Descriptor.writeAll(STDOUT_FILENO, Array("\(text)\n".utf8))
        _exit(0)
    }

    /// This process goes on as a command.
    package static func become(_ command: [[UInt8]]) -> Never {
        if let program = command.first { execvp(String(decoding: program, as: UTF8.self), Shim.words(command)) }
        Shim.say(
            "\(command.first.map { String(decoding: $0, as: UTF8.self) } ?? ""): \(SystemError.text())")
        _exit(errno == ENOENT ? 127 : 126)
    }
}
