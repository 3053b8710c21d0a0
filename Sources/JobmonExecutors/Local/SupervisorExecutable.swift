import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// The program that becomes the supervisor: `jobmon` itself.
package enum SupervisorExecutable {
    /// `$JOBMON_EXECUTABLE`, else this program when it is `jobmon`, else a `jobmon` beside it, else one on PATH.
    /// - Throws: `.notFound`, which says where it was looked for.
    package static func find() throws(Problem) -> String {
        if let given = getenv("JOBMON_EXECUTABLE").map({ String(cString: $0) }), !given.isEmpty {
            guard isExecutable(given) else {
                throw Problem(
                    .notFound, "JOBMON_EXECUTABLE is \(given), which can't be executed",
                    hint: "set it to the jobmon executable, or unset it")
            }
            return given
        }
        if let program = ownProgram() {
            if program.hasSuffix("/jobmon") { return program }
            if let slash = program.lastIndex(of: "/") {
                let beside = "\(program[..<slash])/jobmon"
                if isExecutable(beside) { return beside }
            }
        }
        for folder in (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":") {
            let candidate = "\(folder)/jobmon"
            if candidate.hasPrefix("/"), isExecutable(candidate) { return candidate }
        }
        throw Problem(
            .notFound,
            "the jobmon executable, which supervises local jobs, was not found beside this program or on PATH",
            hint: "set JOBMON_EXECUTABLE to its path")
    }

    /// Where a supervisor writes what it has to say to people.
    static func log(_ layout: DirectoryLayout, queue: String) -> String {
        "\(layout.run)/supervisor.\(DirectoryLayout.fileName(queue)).log"
    }

    /// Starts a supervisor in the background. Returns what hindered it, or nil.
    static func start(_ executable: String, layout: DirectoryLayout, queue: String) -> String? {
        let arguments = [executable, "__supervisor", "--dir", layout.root, "--queue", queue]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        let error = jobmon_start_detached(executable, &pointers, jobmon_environment(), log(layout, queue: queue), nil)
        guard error != 0 else { return nil }
        return "\(executable) can't be started: \(SystemError.text(error))"
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    private static func ownProgram() -> String? {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0, count < path.count else { return nil }
        let program = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return isExecutable(program) ? program : nil
    }
}
