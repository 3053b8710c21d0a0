import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// Which monitor's directory a wrapper reports to.
struct ExecDirectory {
    /// Nil: to none; the command runs all the same.
    var layout: DirectoryLayout?
    /// What to say on stderr, in one line.
    var remark: String?

    /// The directory named by `-d` (made if it is not there), else `$JOBMON_DIR`, else the one that `DirectorySearch` finds.
    /// A directory that nobody named is not made, and one that everybody can write is not used.
    static func find(_ named: String?) -> ExecDirectory {
        if let named {
            let layout = DirectoryLayout(root: absolute(named))
            return refused(layout) ?? ExecDirectory(layout: layout, remark: make(layout))
        }
        if let given = getenv("JOBMON_DIR").map({ String(cString: $0) }), !given.isEmpty {
            let layout = DirectoryLayout(root: absolute(given))
            guard isFolder(layout.root) else {
                return ExecDirectory(
                    layout: nil,
                    remark: "JOBMON_DIR is \(given), which is not a directory: the command runs, but is not recorded")
            }
            return refused(layout) ?? ExecDirectory(layout: layout, remark: make(layout))
        }
        return search(from: currentDirectory() ?? "/")
    }

    /// The directory that nobody named. It is not made.
    private static func search(from here: String) -> ExecDirectory {
        // `exec` may have kept facts here for a monitor that was never started.
        let current = DirectoryLayout(root: here)
        if isFile(current.info) || (isFolder(current.spool) && isFolder(current.run)) {
            return refused(current) ?? ExecDirectory(layout: current, remark: nil)
        }
        do throws(Problem) {
            let search = try DirectorySearch(from: here)
            if let found = search.found {
                let layout = DirectoryLayout(root: found)
                return ExecDirectory(layout: layout, remark: make(layout))
            }
            let why =
                search.passedOver.first
                ?? "no jobmon directory is named (-d, JOBMON_DIR) or found here or above"
            return ExecDirectory(layout: nil, remark: "\(why): the command runs, but is not recorded")
        } catch {
            return ExecDirectory(layout: nil, remark: "\(error.message): the command runs, but is not recorded")
        }
    }

    private static func refused(_ layout: DirectoryLayout) -> ExecDirectory? {
        guard let refusal = DirectoryRights.refusal(layout.root) else { return nil }
        return ExecDirectory(layout: nil, remark: "\(refusal.message): the command runs, but is not recorded")
    }

    static func currentDirectory() -> String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        var path = path
        while path.hasPrefix("./") { path = String(path.dropFirst(2)) }
        let here = currentDirectory() ?? "/"
        return path == "." || path.isEmpty ? here : here == "/" ? "/\(path)" : "\(here)/\(path)"
    }

    /// Makes what is missing; returns what hindered that.
    private static func make(_ layout: DirectoryLayout) -> String? {
        // Nearly always it is all there.
        if isFolder(layout.spool), isFolder(layout.fences) { return nil }
        var parents: [String] = []
        var parent = layout.root
        while !isFolder(parent), let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
            parents.append(parent)
            parent = String(parent[..<slash])
        }
        for folder in parents.reversed() + layout.folders {
            if mkdir(folder, 0o700) != 0, errno != EEXIST || !isFolder(folder) {
                let reason = SystemError.text()
                return "\(folder) can't be created (\(reason)): the command may not be recorded"
            }
        }
        return nil
    }

    private static func isFolder(_ path: String) -> Bool { mode(path) == S_IFDIR }
    private static func isFile(_ path: String) -> Bool { mode(path) == S_IFREG }

    private static func mode(_ path: String) -> mode_t? {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & S_IFMT : nil
    }
}
