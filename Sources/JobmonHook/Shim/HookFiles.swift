import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonReporting
import JobmonSystem

/// The files of the hook in a monitor's directory, and reading and writing whole files.
package enum HookFiles {
    /// Makes the links that are put in front of PATH, and what they need.
    /// - Throws: when they can't be made.
    package static func make(_ layout: DirectoryLayout, executable: String) throws(Problem) {
        if let remark = distrusted(layout) { throw Problem(.unavailable, remark) }
        guard prepare(layout, executable: executable) else {
            throw Problem(.unavailable, "\(layout.hook.root) can't be created: \(SystemError.text())")
        }
        if let foreign = foreignCommand(layout.hook.commands) {
            throw Problem(
                .unavailable, "\(layout.hook.commands)/\(foreign) was not created by jobmon, and would be on PATH")
        }
        guard keep(layout.hook.environment, HookText.environment(layout.hook)),
            keep(layout.hook.login, HookText.login(layout.hook))
        else {
            throw Problem(.unavailable, "\(layout.hook.root) can't be written: \(SystemError.text())")
        }
        for command in HookedCommand.allCases {
            guard link("\(layout.hook.commands)/\(command.rawValue)", to: executable) else {
                throw Problem(
                    .unavailable,
                    "\(layout.hook.commands)/\(command.rawValue) can't be created: \(SystemError.text())")
            }
        }
    }

    /// This program's own file.
    package static func executable() -> String? { SymbolicLink.target(SymbolicLink.ownExecutable) }

    /// Makes the folders and the launchers, where they are not there or are another jobmon's. `errno` says why not.
    static func prepare(_ layout: DirectoryLayout, executable: String) -> Bool {
        let hook = layout.hook
        for folder in [layout.run, hook.root, hook.commands, hook.launchers] where !folderIsThere(folder) {
            return false
        }
        sweep(layout)
        let launcher = HookText.launcher(executable, directory: layout.root, shell: "/bin/sh")
        let interpreter = HookText.interpreter(executable, directory: layout.root, shell: interpreterShell())
        return keep(hook.launcher, launcher) && keep(hook.interpreter, interpreter)
    }

    /// What runs the interpreter, to which Slurm hands the whole environment: bash takes no functions from it so, and
    /// passes on whatever name is there, which dash does not.
    static func interpreterShell() -> String { access("/bin/bash", X_OK) == 0 ? "/bin/bash -p" : "/bin/sh" }

    // MARK: Trust

    /// Why a directory's hook is not to be gone by; nil: nobody else could have put something there.
    static func distrusted(_ layout: DirectoryLayout) -> String? {
        let hook = layout.hook
        var info = stat()
        if stat(layout.root, &info) == 0, let owner = stranger(info) {
            return "\(layout.root) belongs to \(owner), who could run any program through it"
        }
        for folder in [layout.run, hook.root, hook.commands, hook.launchers, hook.scripts] {
            guard lstat(folder, &info) == 0 else { continue }
            if info.st_mode & S_IFMT != S_IFDIR { return "\(folder) is not a directory" }
            if let owner = stranger(info) {
                return "\(folder) belongs to \(owner), who could run any program through it"
            }
            if info.st_mode & 0o022 != 0 {
                return "\(folder) can be written by others, who could run any program through it"
            }
        }
        return nil
    }

    /// Who owns it, if that is neither this user nor root.
    private static func stranger(_ info: stat) -> String? {
        info.st_uid == geteuid() || info.st_uid == 0 ? nil : "user \(info.st_uid)"
    }

    /// The first entry that is not the hook's own in what is put in front of PATH.
    private static func foreignCommand(_ folder: String) -> String? {
        names(folder).first { name in
            var info = stat()
            let path = "\(folder)/\(name)"
            let isLink = lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK && stranger(info) == nil
            // Also one that is about to take its place.
            return !isLink || HookedCommand(rawValue: String(name.prefix { $0 != "." })) == nil
        }
    }

    private static func names(_ folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    // MARK: Scripts

    /// A file that is named like a script, for who does not keep what we have open; nil when there can't be one.
    static func keptScript(_ layout: DirectoryLayout, _ name: String, _ bytes: [UInt8]) -> String? {
        guard folderIsThere(layout.hook.scripts) else { return nil }
        var template = Array("\(layout.hook.scripts)/\(kept)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = "\(folder)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        let written = Descriptor.writeAll(descriptor, bytes)
        return close(descriptor) == 0 && written ? path : nil
    }

    /// How the folders of such files begin.
    private static let kept = "kept."

    /// Removes those that are older than a day: nobody says when they were read. Looks once an hour.
    private static func sweep(_ layout: DirectoryLayout) {
        let hook = layout.hook
        let stamp = "\(hook.scripts)/swept"
        var info = stat()
        let now = Int(TimeSource.system.now().milliseconds / 1000)
        guard stat(hook.scripts, &info) == 0 else { return }
        if stat(stamp, &info) == 0, abs(now - info.st_mtim.tv_sec) < 3600 { return }
        let descriptor = open(stamp, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            futimens(descriptor, nil)
            close(descriptor)
        }
        RememberedStart.sweep(layout, now: now)
        for name in names(hook.scripts) where name.hasPrefix(kept) {
            let folder = "\(hook.scripts)/\(name)"
            guard lstat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_mtim.tv_sec < now - 86400 else {
                continue
            }
            for file in names(folder) { unlink("\(folder)/\(file)") }
            rmdir(folder)
        }
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
        guard folderIsThere(layout.hook.scripts), folderIsThere(folder) else { return nil }
        let path = "\(folder)/\(name)"
        return link(path, to: "/proc/self/fd/\(descriptor)") ? path : nil
    }

    /// Makes a link, or leaves it when it is there.
    private static func link(_ path: String, to target: String) -> Bool {
        let present = SymbolicLink.target(path)
        if present == target { return true }
        if present == nil, errno == ENOENT, symlink(target, path) == 0 || errno == EEXIST { return true }
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
        let written = Descriptor.writeAll(descriptor, bytes)
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
        return readAll(descriptor).whole
    }

    /// What can be read of a file whose size is not said, such as one in `/proc`.
    static func readAll(path: String) -> Reading {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .nothing }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    /// What was read.
    enum Reading: Equatable {
        case whole([UInt8])
        /// An error came before the end: what was there is gone, and is not all.
        case part
        case nothing

        var whole: [UInt8]? { if case .whole(let bytes) = self { bytes } else { nil } }
    }

    /// What can be read of a descriptor. `errno` says why it is not all.
    static func readAll(_ descriptor: Int32) -> Reading {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Somebody set it not to wait, which goes for all who have it open.
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&entry, 1, -1)
                continue
            }
            if count < 0 { return bytes.isEmpty ? .nothing : .part }
            if count == 0 { return .whole(bytes) }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// A descriptor, kept over an exec, of a file in memory that is read from its start; nil when there can't be one.
    static func inMemory(_ bytes: [UInt8]) -> Int32? {
        // High enough to be nobody's: scripts use the small ones.
        let descriptor = jobmon_memory_file("jobmon-hook", 60)
        guard descriptor >= 0 else { return nil }
        guard Descriptor.writeAll(descriptor, bytes), lseek(descriptor, 0, SEEK_SET) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
