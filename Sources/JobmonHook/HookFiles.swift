import CJobmonPOSIX
import Glibc
package import JobmonCore

/// The files of the hook in a monitor's directory, and reading and writing whole files.
package enum HookFiles {
    /// Makes the links that are put in front of PATH, and what they need.
    /// - Throws: when they can't be made.
    package static func make(_ layout: DirectoryLayout, executable: String) throws(Problem) {
        guard prepare(layout, executable: executable) else {
            throw Problem(.unavailable, "\(layout.hook.root) can't be made: \(String(cString: strerror(errno)))")
        }
        for command in HookedCommand.allCases {
            guard link("\(layout.hook.commands)/\(command.rawValue)", to: executable) else {
                throw Problem(
                    .unavailable,
                    "\(layout.hook.commands)/\(command.rawValue) can't be made: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// This program's own file.
    package static func executable() -> String? {
        var buffer = [CChar](repeating: 0, count: 4097)
        let count = readlink("/proc/self/exe", &buffer, 4096)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Makes the folders and the launchers, where they are not there or are another jobmon's. `errno` says why not.
    static func prepare(_ layout: DirectoryLayout, executable: String) -> Bool {
        let hook = layout.hook
        for folder in [layout.run, hook.root, hook.commands, hook.launchers] where !folderIsThere(folder) {
            return false
        }
        let launcher = HookText.launcher(executable, directory: layout.root)
        let interpreter = HookText.interpreter(executable, directory: layout.root)
        return keep(hook.launcher, launcher) && keep(hook.interpreter, interpreter)
    }

    private static func folderIsThere(_ path: String) -> Bool { mkdir(path, 0o700) == 0 || errno == EEXIST }

    /// A link of a name to the launcher: what a scheduler runs in place of a command of that name.
    static func namedLauncher(_ layout: DirectoryLayout, _ name: String) -> String? {
        let path = "\(layout.hook.launchers)/\(name)"
        guard link(path, to: "../launch"), access(path, X_OK) == 0 else { return nil }
        return path
    }

    /// A path that is named like a script and leads whoever opens it to its own descriptor.
    static func namedScript(_ layout: DirectoryLayout, _ name: String, _ descriptor: Int32) -> String? {
        let folder = layout.hook.scripts(descriptor)
        guard folderIsThere("\(layout.hook.root)/scripts"), folderIsThere(folder) else { return nil }
        let path = "\(folder)/\(name)"
        return link(path, to: "/proc/self/fd/\(descriptor)") ? path : nil
    }

    /// Makes a link, or leaves it when it is there.
    private static func link(_ path: String, to target: String) -> Bool {
        var buffer = [CChar](repeating: 0, count: 4097)
        let count = readlink(path, &buffer, 4096)
        if count > 0, target.utf8.elementsEqual(buffer[..<count].map { UInt8(bitPattern: $0) }) { return true }
        if count < 0, errno == ENOENT, symlink(target, path) == 0 || errno == EEXIST { return true }
        // Another one: replaced in one step, since somebody may go by it now.
        let temporary = "\(path).\(getpid()).tmp"
        unlink(temporary)
        guard symlink(target, temporary) == 0 else { return false }
        if rename(temporary, path) == 0 { return true }
        unlink(temporary)
        return false
    }

    private static func keep(_ path: String, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if let found = read(path, limit: 65536), found == bytes { return true }
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o700)
        guard descriptor >= 0 else { return false }
        let written = write(descriptor, bytes)
        if close(descriptor) == 0, written, rename(temporary, path) == 0 { return true }
        unlink(temporary)
        return false
    }

    // MARK: Whole files

    /// Whether a path leads to a pipe, which can be read only once.
    static func isPipe(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFIFO
    }

    /// The bytes of a regular file; nil when it is none, can't be read, or is longer than `limit`.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= limit else { return nil }
        return readAll(descriptor)
    }

    /// What can be read of a file whose size is not said, such as one in `/proc`; nil when nothing can be.
    static func readAll(path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    /// What can be read of a descriptor; nil when nothing could be.
    static func readAll(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return bytes.isEmpty ? nil : bytes }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    static func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// A descriptor, kept over an exec, of a file in memory that is read from its start; nil when there can't be one.
    static func inMemory(_ bytes: [UInt8]) -> Int32? {
        // High enough to be nobody's: scripts use the small ones.
        let descriptor = jobmon_memory_file("jobmon-hook", 60)
        guard descriptor >= 0 else { return nil }
        guard write(descriptor, bytes), lseek(descriptor, 0, SEEK_SET) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
