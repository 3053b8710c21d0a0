import Foundation
import JobmonCore

@testable import JobmonExecutors

/// What schedulers print, by version: files of `Tests/Fixtures/schedulers`, whose README says how they came about.
struct SchedulerOutput {
    private let text: String

    /// - Parameter name: of a file below that folder, such as `slurm-26.05/squeue.txt`.
    init(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/schedulers")
        text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// A documented output, without the line that says so.
    var documented: CommandResult {
        get throws {
            guard text.hasPrefix("# documented: "), let end = text.firstIndex(of: "\n") else { throw Missing() }
            return CommandResult(status: 0, output: String(text[text.index(after: end)...]))
        }
    }

    /// What a recorded command printed.
    /// - Parameter command: the beginning of its line.
    func recorded(_ command: String) throws -> CommandResult {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("$ \(command)") }) else { throw Missing() }
        var output: [Substring] = []
        var complaint: [Substring] = []
        for line in lines[(start + 1)...] {
            if line.hasPrefix("[rc="), let status = Int(line.dropFirst(4).prefix { $0 != "]" }) {
                return CommandResult(
                    status: status, output: output.map { $0 + "\n" }.joined(),
                    complaint: complaint.map { $0 + "\n" }.joined())
            }
            if line.hasPrefix("[stderr] ") { complaint.append(line.dropFirst(9)) } else { output.append(line) }
        }
        throw Missing()
    }

    /// Records of `sacct --parsable2` with a header, in the fields that jobmon asks for.
    func accounts(_ command: String) throws -> CommandResult {
        let recorded = try recorded(command)
        let rows = recorded.output.split(separator: "\n").map {
            $0.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
        }
        guard let header = rows.first else { throw Missing() }
        let wanted = [
            "JobID", "JobName", "State", "ExitCode", "Start", "End", "ElapsedRaw", "MaxRSS", "TimelimitRaw", "ReqMem",
            "JobIDRaw",
        ]
        let columns = try wanted.map { name in
            guard let column = header.firstIndex(of: name) else { throw Missing() }
            return column
        }
        let lines = rows.dropFirst().map { row in columns.map { row[$0] }.joined(separator: "|") + "\n" }
        return CommandResult(status: recorded.status, output: lines.joined())
    }

    var lines: [Substring] { text.split(separator: "\n") }

    struct Missing: Error {}
}
