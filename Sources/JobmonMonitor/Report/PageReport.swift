import Glibc
package import JobmonCore
import JobmonReporting
import JobmonSystem
package import JobmonWire

/// Writes what the page shows into a file, for readers without a monitor.
package enum PageReport {
    /// Writes a report in HTML: one file with the screens of the page, which opens from disk.
    /// - Returns: its size in bytes.
    /// - Throws: `.unavailable` if it cannot be written. An earlier file is unchanged then.
    package static func write(
        _ source: ReportSource, from reading: any ViewReading, to path: String
    ) async throws(Problem) -> Int {
        let page = FrozenPage(nonce: makeUUID())
        var bytes = try page.opening()
        let parts = try await FrozenAnswers.packed(of: source, reading: reading, used: bytes.count)
        for (number, part) in parts.enumerated() { bytes += FrozenPage.part(number, part) }
        bytes += FrozenPage.ending
        try place(bytes, at: path)
        return bytes.count
    }

    /// Writes a report in Markdown, as `markdown` makes it.
    /// - Returns: its size in bytes.
    /// - Throws: `.unavailable` if it cannot be written. An earlier file is unchanged then.
    package static func writeMarkdown(
        _ source: ReportSource, from reading: any ViewReading, to path: String
    ) async throws(Problem) -> Int {
        let bytes = Array(try await markdown(source, from: reading).utf8)
        try place(bytes, at: path)
        return bytes.count
    }

    /// A report in Markdown, for a pull request or a mail.
    package static func markdown(
        _ source: ReportSource, from reading: any ViewReading
    ) async throws(Problem) -> String {
        var slowest = QueryString()
        slowest.append("sort", "-time")
        slowest.append("limit", String(MarkdownReport.mostJobs))
        let report = MarkdownReport(
            source: source, overview: try await json(reading, .overview, wholeOverview),
            hosts: try await json(reading, .hosts),
            slowest: try await json(reading, .rows, slowest))
        return report.text
    }

    /// The question for the numbers of all jobs, whose answer waits for what sets the groups apart.
    static var wholeOverview: QueryString {
        var query = QueryString()
        query.append("whole", "true")
        return query
    }

    private static func json(
        _ reading: any ViewReading, _ endpoint: PageEndpoint, _ query: QueryString = QueryString()
    ) async throws(Problem) -> JSON {
        let bytes = try await reading.view(endpoint, query)
        do throws(JSONSyntaxError) { return try JSON(parsing: bytes) } catch {
            throw Problem(.internalError, "an answer for the report is not JSON: \(error)")
        }
    }

    private static func place(_ bytes: [UInt8], at path: String) throws(Problem) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        guard SmallFile.replace(path, temporary: "\(folder).\(name).\(getpid()).tmp", with: bytes) else {
            throw Problem(
                .unavailable, "the report \(path) cannot be written: \(SystemError.text())",
                hint: "free some space, or name another directory with --to; an earlier report is unchanged")
        }
    }
}
