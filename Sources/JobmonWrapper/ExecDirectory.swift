import Glibc
import JobmonCore

/// Which monitor's directory a wrapper reports to.
struct ExecDirectory {
    /// Nil: to none; the command runs all the same.
    var layout: DirectoryLayout?
    /// What to say on stderr, in one line.
    var remark: String?

    /// The directory named by `-d` (made if it is not there), else `$JOBMON_DIR`, else the current one if it is a
    /// monitor's. A directory that nobody named is not made.
    static func find(_ named: String?) -> ExecDirectory {
        if let named {
            let layout = DirectoryLayout(root: absolute(named))
            return ExecDirectory(layout: layout, remark: make(layout))
        }
        if let given = getenv("JOBMON_DIR").map({ String(cString: $0) }), !given.isEmpty {
            let layout = DirectoryLayout(root: absolute(given))
            guard isFolder(layout.root) else {
                return ExecDirectory(
                    layout: nil,
                    remark: "JOBMON_DIR is \(given), which is no directory: the command runs, but is not recorded")
            }
            return ExecDirectory(layout: layout, remark: make(layout))
        }
        let here = DirectoryLayout(root: currentDirectory() ?? "/")
        let isMonitors = isFile(here.info) || isFile(here.ledger) || (isFolder(here.spool) && isFolder(here.run))
        guard isMonitors else {
            return ExecDirectory(
                layout: nil,
                remark: "no monitor's directory is given (-d, JOBMON_DIR) and the current one is none: "
                    + "the command runs, but is not recorded")
        }
        return ExecDirectory(layout: here, remark: nil)
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
                let reason = String(cString: strerror(errno))
                return "\(folder) can't be made (\(reason)): what becomes of the command may not be recorded"
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
