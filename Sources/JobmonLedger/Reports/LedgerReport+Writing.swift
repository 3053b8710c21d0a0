package import JobmonCore

extension SQLiteLedger {
    /// Writes every report straight from a ledger's file, all of one state of it. Nobody has to have the file open, and
    /// where its file system allows it, a monitor may.
    /// - Throws: `.unavailable` when the ledger can't be read or a report can't be written: earlier ones are as they were.
    package static func writeReports(
        ledger path: String, into directory: String, time: TimeSource = .system
    ) async throws(Problem) -> [WrittenReport] {
        try await LedgerFileReader(path: path, time: time).read { connection in
            var files: [ReportFile] = []
            for report in LedgerReport.all {
                let file = try ReportFile(report, in: directory)
                let texts = report.columns.map(\.isText)
                try connection.prepare(report.statement).forEach { row throws(Problem) in
                    try file.write { line in
                        for (index, isText) in texts.enumerated() {
                            if index > 0 { CSV.separate(&line) }
                            row.withText { field in
                                guard let field else { return }
                                if isText {
                                    CSV.append(defused: field, to: &line)
                                } else {
                                    CSV.append(field: field, to: &line)
                                }
                            }
                        }
                        CSV.end(&line)
                    }
                }
                files.append(file)
            }
            return try ReportFile.place(files)
        }
    }

    /// Whether there is a ledger's file, with anything in it.
    package static func isThere(_ path: String) -> Bool { FileSystem.hasContent(path) }

    /// Whether a ledger's file can be read while its monitor writes it.
    package static func isReadBesideItsMonitor(_ path: String) -> Bool {
        guard case .regular = FileSystem.kind(of: path) else { return false }
        return FileSystem.sharing(at: path) == .readersBesideWriter
    }
}

extension LedgerReport {
    /// Writes every report page by page from whoever reads the ledger: a monitor that alone can, or one that keeps it in
    /// memory. What comes in meanwhile may be in them.
    package static func writeAll(
        from reading: some LedgerReading, into directory: String
    ) async throws(Problem) -> [WrittenReport] {
        var files: [ReportFile] = []
        for report in all { files.append(try await report.file(from: reading, in: directory)) }
        return try ReportFile.place(files)
    }

    private func file(
        from reading: some LedgerReading, in directory: String
    ) async throws(Problem) -> ReportFile {
        let file = try ReportFile(self, in: directory)
        var after: Int64?
        let size = 5000
        while true {
            let rows = try await reading.query(page(after: after, limit: size), limits: QueryLimits(rows: size)).rows
            for row in rows {
                try file.write { line in
                    for (index, value) in row.enumerated() {
                        if index > 0 { CSV.separate(&line) }
                        guard case .string(let text) = value else { continue }
                        if columns[index].isText {
                            CSV.append(defused: text, to: &line)
                        } else {
                            CSV.append(field: text, to: &line)
                        }
                    }
                    CSV.end(&line)
                }
            }
            guard rows.count == size, case .string(let last)? = rows.last?.first, let key = Int64(last) else { break }
            after = key
        }
        return file
    }
}
