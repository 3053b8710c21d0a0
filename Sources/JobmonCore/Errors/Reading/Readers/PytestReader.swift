extension ErrorReader {
    /// The first failed test in pytest's own summary.
    static let pytest = ErrorReader.line("pytest", [" failed", " error"]) { lines in
        guard let last = lines.last,
            last.hasPrefix("=") || lines.all.contains(where: { $0.holds(" short test summary info ") }),
            last.holds(" failed") || last.holds(" error")
        else {
            return nil
        }
        let summary = lines.all.first { $0.hasPrefix("FAILED ") || $0.hasPrefix("ERROR ") }
        // Of what failed before the test itself began, the summary gives no reason.
        let isTold = summary?.holds(" - ") ?? false
        let first =
            (isTold ? summary : nil) ?? lines.all.first { $0.hasPrefix("E  ") && !$0.hasSuffix("%]") } ?? summary
        return (first ?? last).trimmed { $0 == "=" || $0 == " " }
    }
}
