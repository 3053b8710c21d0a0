import Glibc
import JobmonCore
import JobmonProcesses
import JobmonSystem

/// What runs a job that is a line for a shell.
enum LineShell {
    /// Bash where there is one, since users' shells export functions to it (`module`) that sh does not know; else sh.
    static let standard: String = {
        let folders =
            ["/bin", "/usr/bin"]
            + (getenv("PATH").map { String(cString: $0).split(separator: ":").map(String.init) } ?? [])
        return folders.lazy.filter { $0.hasPrefix("/") }.map { "\($0)/bash" }.first { access($0, X_OK) == 0 }
            ?? "/bin/sh"
    }()

    /// The longest text, with its NUL, that the kernel takes as one argument: 32 pages.
    static let longestArgument = 32 * Int(sysconf(Int32(_SC_PAGESIZE)))

    /// The words that run the line of a job. One that is too long for an argument is written to a file of its own, which
    /// `removeFile` takes away.
    static func arguments(_ order: InstanceOrder, in layout: DirectoryLayout) -> PackedTexts {
        let line = order.description.runfile
        var arguments = PackedTexts([shell(of: order.description)])
        if needsFile(line), write(line, to: layout.line(order.instanceKey)) {
            arguments.append(layout.line(order.instanceKey))
        } else {
            arguments.append("-c")
            arguments.append(line)
        }
        return arguments
    }

    /// Removes the file of a line that needed one: its command is over, or could not be started.
    static func removeFile(_ order: InstanceOrder, in layout: DirectoryLayout) {
        if order.description.shell, needsFile(order.description.runfile) { unlink(layout.line(order.instanceKey)) }
    }

    private static func shell(of job: JobDescription) -> String {
        if case .string(let path)? = job.resources[JobDescription.shellResource], !path.isEmpty { return path }
        return standard
    }

    private static func needsFile(_ line: String) -> Bool { line.utf8.count >= longestArgument }

    /// - Returns: false when it can't be written; then the kernel says that the line is too long.
    private static func write(_ line: String, to path: String) -> Bool {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        if Descriptor.writeAll(descriptor, Array("\(line)\n".utf8)) { return true }
        unlink(path)
        return false
    }
}
