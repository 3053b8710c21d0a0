import Glibc

/// Starts programs in sessions of their own: such a program can neither read from the terminal nor get its Ctrl-C, and its
/// process group can be ended. No signal is blocked, and none is ignored.
enum SessionSpawn {
    /// - Parameters:
    ///   - pid: set to the program's.
    ///   - arguments: those after the program's name.
    ///   - descriptors: sets what the program gets as stdin, stdout and stderr.
    /// - Returns: 0, or the error number.
    static func start(
        _ pid: inout pid_t, _ path: String, _ arguments: [[CChar]],
        descriptors: (inout posix_spawn_file_actions_t) -> Void
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        descriptors(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // POSIX_SPAWN_SETSID is a glibc extension that the Glibc module does not export.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | 0x80))
        let words = [strdup(path)] + arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        return posix_spawn(&pid, path, &actions, &attributes, words, environ)
    }
}
