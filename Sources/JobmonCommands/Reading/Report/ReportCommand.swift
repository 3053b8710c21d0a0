package import ArgumentParser
import Jobmon
import JobmonCore

/// `jobmon report`: writes the ledger as tables for people and spreadsheets.
package struct ReportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write job_report.csv and job_status_report.csv.",
        discussion: """
            job_report.csv has one row per attempt, job_status_report.csv one row for each status that an attempt \
            took. The format is CSV (RFC 4180): an empty field is null, "" is the empty text. A text that a \
            spreadsheet would take for a formula has one ' in front. docs/operations.md describes the columns.

              jobmon report -d mon
              jobmon report --to reports
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp("Directory to write the reports to; default: that of the ledger.", valueName: "dir"),
        completion: .directory)
    package var to: String?

    @Flag(help: "Print the paths and the numbers of rows as a JSON array.")
    package var json = false

    package init() {}

    package func run() async throws {
        try await directory.open { access in
            let target = try to.map { try DirectoryOption.layout(of: $0).root } ?? access.layout.root
            let output = Output()
            var array = JSONArrayWriter(output)
            for report in try await access.writeReports(into: target) {
                if json {
                    try array.append(["path": .string(report.path), "rows": .int(Int64(report.rows))])
                } else {
                    try output.write("\(report.path)\t\(Units.count(report.rows, "row"))\n")
                }
            }
            if json { try array.finish() }
            try output.flush()
        }
    }
}
