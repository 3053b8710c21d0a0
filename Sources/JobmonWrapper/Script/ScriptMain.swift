import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// What the line in a job script calls: `jobmon __hook job-start` and `job-end`. Nothing here may hurt the script: it is
/// told of trouble on stderr, and goes on.
package enum ScriptMain {
    /// Seconds that the end of a script may wait for the monitor.
    private static let patience = 0.1
    /// Seconds that whoever started the script has to ask for its exit code.
    private static let patienceForParent = 60.0

    /// - Parameter arguments: behind the piece's name.
    package static func run(_ piece: String, _ arguments: [[UInt8]]) -> Never {
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        blockSignals()
        switch piece {
        case "job-start" where words.count >= 4: start(words)
        case "job-end" where words.count >= 5: end(words)
        default: _exit(2)
        }
    }

    /// What is sent to all that runs in a job is not for us: who looks after the script outlives a warning that the script
    /// heeds, and who tells its end gets to it.
    private static func blockSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM, SIGUSR1, SIGUSR2] {
            sigaddset(&signals, signal)
        }
        sigprocmask(SIG_BLOCK, &signals, nil)
    }

    // MARK: Start

    /// `DIRECTORY PID NAME SCRIPT ARGUMENTS...`: prints the shell text that the script goes on with.
    private static func start(_ words: [String]) -> Never {
        let layout = DirectoryLayout(root: words[0])
        guard let pid = Int32(words[1]), let process = ProcessTable.process(pid),
            let exe = SymbolicLink.target("/proc/\(pid)/exe"),
            let own = SymbolicLink.target("/proc/self/exe")
        else { print(":\n") }
        let script = words[3]
        let isBash = lastPart(exe) == "bash"
        if let instance = variable("JOBMON_INSTANCE"), isUnderJobmon(pid) {
            let end = [own, "__hook", "job-end", layout.root, instance, "", "", script].map(ScriptText.quoted)
            print(ScriptText.traps(isBash: isBash, exports: [], end: end.joined(separator: " ")))
        }
        guard isFolder(layout.spool) else {
            say("\(layout.root) is not a monitor's directory here: this script is not monitored")
            print(":\n")
        }
        let time = TimeSource.system
        let (key, moment, job) = (makeUUID(), time.now(), ClusterJob.current())
        let reporter = ScriptReporter(layout: layout, time: time)
        reporter.say(
            .submitted(
                .key(key),
                Submission(
                    description: JobDescription(
                        name: words[2].isEmpty ? name(script) : words[2], runfile: script,
                        args: Array(words.dropFirst(4)), cwd: ExecDirectory.currentDirectory()),
                    executor: job?.executor ?? "exec", executorID: job?.executorID ?? "\(pid)")), at: moment)
        reporter.say(
            .running(
                .key(key),
                Start(
                    host: HostIdentity.host, bootID: HostIdentity.bootID, executorID: job?.executorID, process: process,
                    place: job?.place)), at: moment)
        var watcher: Int32 = 0
        // Before all else: once the script is over, nothing leads to it any more.
        let descriptor = jobmon_process_descriptor(process.pid)
        let went = jobmon_go_background(&watcher, descriptor)
        if went == 0 { watch(process, descriptor, .key(key), reporter) }
        let end =
            [
                own, "__hook", "job-end", layout.root, key, "\(moment.milliseconds)", went > 0 ? "\(watcher)" : "",
                script,
            ].map(ScriptText.quoted)
        print(
            ScriptText.traps(
                isBash: isBash, exports: [("JOBMON_DIR", layout.root), ("JOBMON_INSTANCE", key)],
                end: end.joined(separator: " ")))
    }

    /// In the background, as long as the script's process lives: sends what was said, and signs of life. Of a process that
    /// went away and was not told of (killed, or become another program) the kernel may know the end; else it is lost.
    private static func watch(
        _ process: ProcessIdentity, _ descriptor: Int32, _ instance: InstanceReference, _ reporter: ScriptReporter
    ) -> Never {
        let time = TimeSource.system
        var next = time.steadySeconds() + ProtocolLimits.nextHeartbeat()
        while ProcessTable.isAlive(process) {
            let left = next - time.steadySeconds()
            if left <= 0 {
                reporter.beat(instance)
                next = time.steadySeconds() + ProtocolLimits.nextHeartbeat()
                continue
            }
            // Without such a descriptor (an old kernel) one has to look.
            if reporter.turn(within: descriptor < 0 ? min(left, 1) : left, watching: descriptor) { break }
        }
        reporter.say(.outcome(instance, ended(descriptor, reporter)))
        reporter.finish(within: 5)
        _exit(0)
    }

    /// How a process ended that is over.
    private static func ended(_ descriptor: Int32, _ reporter: ScriptReporter) -> Outcome {
        let time = TimeSource.system
        let deadline = time.steadySeconds() + patienceForParent
        while true {
            var status: Int32 = 0
            switch jobmon_process_end(descriptor, &status) {
            case 1:
                return Outcome(
                    evidence: jobmon_status_signalled(status) != 0
                        ? Evidence(signal: Int(jobmon_status_signal(status)))
                        : Evidence(exitCode: Int(jobmon_status_code(status))))
            case 0 where time.steadySeconds() < deadline: reporter.turn(within: 0.01)
            default: return Outcome(status: .unknown, cause: .lost)
            }
        }
    }

    // MARK: End

    /// `DIRECTORY INSTANCE STARTED WATCHER SCRIPT CODE [LAST SEEN LINE COMMAND SOURCE FIRST TOLD]`. What a bash was
    /// asked comes as `jobs -l` printed it, a line with the answer, and, in the end, one with `$!`.
    private static func end(_ words: [String]) -> Never {
        func word(_ index: Int) -> String { index < words.count ? words[index] : "" }
        let (key, script) = (word(1), word(4))
        let time = TimeSource.system
        let reporter = ScriptReporter(layout: DirectoryLayout(root: words[0]), time: time)
        let code = Int(word(5)) ?? 0
        let text = Int(word(8)).flatMap { self.line($0, of: word(10).isEmpty ? script : word(10)) }
        let sentence = ScriptText.sentence(
            script: script, code: code, last: word(6), seen: word(7), line: word(8), command: word(9), source: word(10),
            text: text)
        var told = word(12).split(separator: "\n", omittingEmptySubsequences: false)
        let lastPid = told.popLast() ?? ""
        let ending = ScriptText.ending(
            first: word(11).split(separator: "\n").last ?? "", last: told.popLast() ?? "")
        guard let started = Int64(word(2)) else {
            // Somebody else sees its end; what failed is all that is to be said.
            guard let sentence, ending != .signal else { _exit(0) }
            reporter.say(.error(.key(key), JobError(sentence)))
            reporter.finish(within: patience)
            _exit(0)
        }
        let now = time.now()
        let seconds = Double(now.milliseconds - started) / 1000
        let usage = Usage(wallclock: max(0, seconds))
        var outcome = Outcome(evidence: Evidence(exitCode: code), usage: usage)
        outcome.description = sentence
        switch ending {
        case .ofItself: break
        case .signal:
            outcome = Outcome(status: .failed, cause: .signal, usage: usage)
            outcome.description = ScriptText.interruption(last: word(6))
        case .unknown where code == 0:
            let background = ScriptText.background(jobs: told, last: lastPid)
            let foreground = siblings().filter { !background.contains($0.key) }.map(\.value)
            if ScriptText.isInterrupted(last: word(6), children: foreground) {
                outcome = Outcome(status: .unknown, cause: .lost)
            }
        case .unknown: break
        }
        reporter.say(.outcome(.key(key), outcome), at: now)
        // It is kept: now nobody has to look after the process, which must not be found gone meanwhile.
        if let watcher = Int32(word(3)), let exe = SymbolicLink.target("/proc/\(watcher)/exe"),
            exe == SymbolicLink.target("/proc/self/exe")
        {
            kill(watcher, SIGKILL)
        }
        reporter.finish(within: patience)
        _exit(0)
    }

    /// The command lines of the shell's other children, by pid.
    private static func siblings() -> [Int32: [String]] {
        let shell = getppid()
        var found = [pid_t](repeating: 0, count: 256)
        let count = min(jobmon_descendants(shell, &found, found.count), found.count)
        var lines: [Int32: [String]] = [:]
        for pid in found[..<count] where pid != getpid() && parent(pid) == shell {
            guard let file = fopen("/proc/\(pid)/cmdline", "re") else { continue }
            defer { fclose(file) }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = fread(&buffer, 1, buffer.count, file)
            lines[pid] = buffer[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }
        return lines
    }

    /// A line of a script, without the white space around it; nil: it can't be read.
    private static func line(_ number: Int, of path: String) -> String? {
        guard number > 0, let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var (line, capacity): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        defer { free(line) }
        for _ in 0..<number where getline(&line, &capacity, file) < 0 { return nil }
        guard let line else { return nil }
        let words = String(cString: line).prefix(500).split(whereSeparator: \.isNewline).first ?? ""
        return String(words.drop { $0 == " " || $0 == "\t" })
    }

    // MARK: Where we are

    private static func name(_ script: String) -> String {
        if let job = ClusterJob.current() {
            if let name = variable(job.dialect.nameVariable) { return name }
        }
        return lastPart(script)
    }

    /// Whether one of the processes above is jobmon's own: the instance in the environment is this script's, and not
    /// that of a job that has submitted it.
    private static func isUnderJobmon(_ pid: Int32) -> Bool {
        guard let own = SymbolicLink.target("/proc/self/exe") else { return false }
        var pid = pid
        for _ in 0..<64 {
            guard let parent = parent(pid), parent > 1 else { return false }
            if let exe = SymbolicLink.target("/proc/\(parent)/exe"), exe == own || lastPart(exe) == "jobmon" {
                return true
            }
            pid = parent
        }
        return false
    }

    private static func parent(_ pid: Int32) -> Int32? {
        guard let file = fopen("/proc/\(pid)/stat", "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = fread(&buffer, 1, buffer.count, file)
        // Behind the name, which may hold anything: the state, then the parent.
        guard let close = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let words = buffer[(close + 1)..<count].split(separator: 0x20)
        return words.count > 1 ? Int32(String(decoding: words[1], as: UTF8.self)) : nil
    }

    private static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty || $0 == "undefined" ? nil : $0 }
    }

    private static func say(_ text: String) { write("jobmon: \(text)\n", to: STDERR_FILENO) }

    private static func print(_ text: String) -> Never {
        write(text, to: STDOUT_FILENO)
        _exit(0)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = Descriptor.writeAll(descriptor, Array(text.utf8))
    }
}
