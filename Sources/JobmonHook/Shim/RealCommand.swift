import Glibc
import JobmonCore

/// Finds the command that the hook stands in front of.
enum RealCommand {
    /// The next one of that name on PATH.
    /// - Parameters:
    ///   - path: PATH.
    ///   - previous: one that has called us: it is behind this one.
    ///   - isOurs: whether a file is jobmon itself; nil: there is no such program.
    /// - Returns: nil when there is none.
    static func find(
        _ name: String, path: String, behind previous: String? = nil, isOurs: (String) -> Bool?
    ) -> String? {
        let folders = path.split(separator: ":", omittingEmptySubsequences: false).map { $0.isEmpty ? "." : String($0) }
        // Behind our own folder: one before it has called us, and would call us again.
        let ours = folders.firstIndex { isHook($0) || isOurs("\($0)/\(name)") == true }
        var rest = folders.dropFirst(ours.map { $0 + 1 } ?? 0)
        if let place = rest.firstIndex(where: { "\($0)/\(name)" == previous }) { rest = rest[(place + 1)...] }
        for folder in rest where !isHook(folder) {
            let file = "\(folder)/\(name)"
            if file != previous, isOurs(file) == false { return file }
        }
        return nil
    }

    /// Whether a file is a program of its own, and not a script.
    static func isProgram(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: 4)
        return read(descriptor, &start, 4) == 4 && start == [0x7F, 0x45, 0x4C, 0x46]
    }

    /// A folder of some hook, whosever jobmon stands behind it.
    private static func isHook(_ folder: String) -> Bool {
        var folder = folder[...]
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        return folder.hasSuffix(HookLayout.pathEnding)
    }

    /// The same on this machine.
    /// - Parameter onlyPrograms: passes scripts over.
    static func find(_ name: String, behind previous: String? = nil, onlyPrograms: Bool = false) -> String? {
        var own = stat()
        let known = stat("/proc/self/exe", &own) == 0
        func find(on path: String) -> String? {
            Self.find(name, path: path, behind: previous) { file in
                var info = stat()
                guard stat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, access(file, X_OK) == 0 else {
                    return nil
                }
                if onlyPrograms, !isProgram(file) { return nil }
                return known && info.st_dev == own.st_dev && info.st_ino == own.st_ino
            }
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        // A login shell may have lost its place on PATH.
        return find(on: path) ?? getenv(pathVariable).flatMap { find(on: String(cString: $0)) }
    }

    /// What PATH was in the shell that asked for the hook.
    static let pathVariable = "JOBMON_HOOK_PATH"
}
