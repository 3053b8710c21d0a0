import Glibc
package import JobmonCore
import JobmonSystem

/// A report's file while it is written: it takes the place of the one before it once it is whole, and not otherwise.
package final class ReportFile {
    private let path: String
    private var rows = 0
    private let temporary: String
    private let descriptor: Int32
    private var buffer: [UInt8]
    private var isPlaced = false

    private static let piece = 1 << 18

    /// - Throws: `.unavailable` when it can't be made: where, why, and what to do.
    package init(_ report: LedgerReport, in directory: String) throws(Problem) {
        path = "\(directory)/\(report.fileName)"
        temporary = "\(directory)/.\(report.fileName).\(getpid()).tmp"
        unlink(temporary)
        let made = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else { throw Self.problem(path) }
        descriptor = made
        buffer = report.header
    }

    deinit {
        close(descriptor)
        if !isPlaced { unlink(temporary) }
    }

    /// Appends a row; `append` puts its line into the buffer.
    package func write(_ append: (inout [UInt8]) -> Void) throws(Problem) {
        append(&buffer)
        rows += 1
        if buffer.count >= Self.piece { try flush() }
    }

    /// Puts whole files into their places: none of them before all are on disk.
    package static func place(_ files: [ReportFile]) throws(Problem) -> [WrittenReport] {
        for file in files {
            try file.flush()
            guard fsync(file.descriptor) == 0 else { throw problem(file.path) }
        }
        var placed: [WrittenReport] = []
        for file in files {
            guard rename(file.temporary, file.path) == 0 else { throw problem(file.path) }
            file.isPlaced = true
            placed.append(WrittenReport(path: file.path, rows: file.rows))
        }
        return placed
    }

    private func flush() throws(Problem) {
        guard Descriptor.writeAll(descriptor, buffer) else { throw Self.problem(path) }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func problem(_ path: String) -> Problem {
        Problem(
            .unavailable, "the report \(path) can't be written: \(SystemError.text())",
            hint: "free some space, or name another directory with --to; an earlier report is unchanged")
    }
}
