package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon report`: writes what the ledger knows for people and programs that do not ask it.
package struct ReportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write CSV files, an HTML page or a Markdown summary.",
        discussion: """
            Without --html and --md: two CSV files (RFC 4180). job_report.csv has one row per attempt, \
            job_status_report.csv one row for each status that an attempt took. An empty field is null, "" is the \
            empty text. A text that a spreadsheet would take for a formula has one ' in front. docs/operations.md \
            describes the columns.

            --html writes the page of `jobmon dashboard` with the present numbers into one file. It opens from disk \
            in any browser, needs no network, and changes nothing. --md prints counts, groups of errors, quantiles, \
            the slowest jobs and the hosts with failures as Markdown, for a pull request or a mail. Both mask secrets \
            as the page does; the CSV files do not.

              jobmon report -d mon
              jobmon report --to reports
              jobmon report --html
              jobmon report --md | gh pr comment --body-file -
            """)

    @OptionGroup package var directory: DirectoryOption

    @Flag(help: "Write report.html: the page with the present numbers, in one file.")
    package var html = false

    @Flag(name: .customLong("md"), help: "Print a summary in Markdown; with --to, write report.md.")
    package var markdown = false

    @Option(
        help: ArgumentHelp("Directory to write the reports to; default: that of the ledger.", valueName: "dir"),
        completion: .directory)
    package var to: String?

    @Flag(help: "Print the paths and the numbers of rows, or of bytes, as a JSON array.")
    package var json = false

    package init() {}

    package func validate() throws {
        guard markdown, json, to == nil else { return }
        throw ValidationError("--md prints no JSON: with --json, name a directory for report.md with --to")
    }

    package func run() async throws {
        try await directory.open { access in
            let target = try to.map { try DirectoryOption.layout(of: $0).root } ?? access.layout.root
            let files = try await written(into: target, by: access)
            let output = Output()
            if markdown, to == nil {
                // stdout has the summary, and nothing else.
                for file in files { Messages.say(file.line) }
                try output.write(try await access.markdown())
            } else if json {
                var array = JSONArrayWriter(output)
                for file in files {
                    try array.append(["path": .string(file.path), "\(file.unit)s": .int(Int64(file.amount))])
                }
                try array.finish()
            } else {
                for file in files { try output.write("\(file.line)\n") }
            }
            try output.flush()
        }
    }

    /// A file that was written.
    private struct File {
        var path: String
        /// Rows or bytes.
        var amount: Int
        var unit: String

        var line: String {
            "\(path)\t\(unit == "byte" ? Units.bytes(Int64(amount)) : Units.count(amount, unit))"
        }
    }

    private func written(into target: String, by access: DirectoryAccess) async throws -> [File] {
        guard html || markdown else {
            return try await access.writeReports(into: target).map {
                File(path: $0.path, amount: $0.rows, unit: "row")
            }
        }
        var pages: [WrittenPage] = []
        if html { pages.append(try await access.writePage(to: "\(target)/report.html")) }
        if markdown, to != nil { pages.append(try await access.writeMarkdown(to: "\(target)/report.md")) }
        return pages.map { File(path: $0.path, amount: $0.bytes, unit: "byte") }
    }
}
