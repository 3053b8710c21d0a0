extension ErrorReader {
    /// A process of Nextflow that failed: what its command wrote is quoted, indented, below `Command error:`.
    static let nextflow = ErrorReader(["Error executing process > "]) { lines in
        guard let start = lines.all.lastIndex(where: { $0.holds("Error executing process > ") }) else { return nil }
        for section in ["Command error:", "Command output:"] {
            guard let head = lines.all[start...].firstIndex(where: { $0.hasPrefix(section) }) else { continue }
            let quoted = lines.all[(head + 1)...].prefix { $0.isEmpty || $0.hasPrefix("  ") }.map { $0.dropFirst(2) }
            guard quoted.contains(where: { !$0.isEmpty && $0 != "(empty)" }) else { continue }
            let reading = ErrorReading.of(ErrorLines(Array(quoted)))
            if reading.isTelling { return reading }
        }
        let cause = lines.all[start...].firstIndex { $0.hasPrefix("Caused by:") }
        let paragraph = cause.map { lines.paragraph(from: $0 + 1) } ?? ""
        // What the task wrote says more than its exit status, if it is found.
        return ErrorReading(
            "nextflow", paragraph.isEmpty ? lines.all[start].trimmed : paragraph,
            weight: paragraph.isEmpty || paragraph.contains("terminated with an error exit status")
                ? .nothing : .reason)
    }
}
