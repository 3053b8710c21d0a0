package import JobmonCore
import JobmonMonitor

/// A report that was written for readers without a monitor.
package struct WrittenPage: Sendable, Equatable {
    package var path: String
    /// Its size.
    package var bytes: Int
}

extension DirectoryAccess {
    /// Writes the page with the present numbers into one HTML file, which opens from disk. Its directory is created if
    /// it is missing.
    /// - Throws: `.unavailable` if the ledger cannot be read or the file cannot be written. An earlier file is
    ///   unchanged then.
    package func writePage(to path: String) async throws(Problem) -> WrittenPage {
        try Self.makeFolder(of: path)
        let bytes = try await PageReport.write(ReportSource(layout), from: try await views(waiting: 120), to: path)
        return WrittenPage(path: path, bytes: bytes)
    }

    /// Writes the report of `markdown()` into a file, as `writePage` does.
    package func writeMarkdown(to path: String) async throws(Problem) -> WrittenPage {
        try Self.makeFolder(of: path)
        let bytes = try await PageReport.writeMarkdown(
            ReportSource(layout), from: try await views(waiting: 120), to: path)
        return WrittenPage(path: path, bytes: bytes)
    }

    /// The page's numbers as tables in Markdown.
    /// - Throws: `.unavailable` if the ledger cannot be read.
    package func markdown() async throws(Problem) -> String {
        try await PageReport.markdown(ReportSource(layout), from: try await views(waiting: 120))
    }

    private static func makeFolder(of path: String) throws(Problem) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        try DirectoryLayout.makeFolder(String(path[..<slash]))
    }
}
