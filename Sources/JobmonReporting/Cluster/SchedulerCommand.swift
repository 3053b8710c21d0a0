import Glibc
import JobmonCore

/// Runs a command of a scheduler's for what it prints, where there is neither Foundation nor a thread.
package enum SchedulerCommand {
    /// What a command prints; nil when it fails, or has not ended by then. Nobody else may wait for children meanwhile.
    /// - Parameter deadline: on the steady clock.
    package static func output(of words: [String], until deadline: Double) -> String? {
        guard TimeSource.system.steadySeconds() < deadline else { return nil }
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { return nil }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipe[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        // A group of its own: a warning may come twice, to all of ours.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment().map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables)
        close(pipe[1])
        guard failure == 0 else { return nil }
        let text = all(pipe[0], until: deadline)
        if text == nil { kill(pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0 ? text : nil
    }

    /// The variables of this process, without those by which somebody changes what a scheduler's commands print.
    private static func environment() -> [String] {
        // Else Grid Engine folds its lines.
        var variables = ["SGE_SINGLE_LINE=1", "LC_ALL=C"]
        var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = String(text.prefix { $0 != "=" })
            let isOurs = name == "SGE_SINGLE_LINE" || name == "LC_ALL"
            if !isOurs, !ClusterScheduler.allCases.contains(where: { $0.signs.isTaste(name) }) {
                variables.append(text)
            }
            next += 1
        }
        return variables
    }

    private static func all(_ descriptor: Int32, until deadline: Double) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = min(deadline - TimeSource.system.steadySeconds(), 3600)
            guard left > 0 else { return nil }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(left * 1000) + 1)
            if ready < 0, errno != EINTR { return nil }
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += buffer[..<count]
        }
    }
}
