extension ErrorReader {
    /// The first failed test in pytest's own summary.
    static let pytest = ErrorReader.line("pytest") { lines in
        guard let last = lines.last, last.hasPrefix("="), last.holds(" failed") || last.holds(" error") else {
            return nil
        }
        let first =
            lines.all.first { $0.hasPrefix("FAILED ") || $0.hasPrefix("ERROR ") }
            ?? lines.all.first { $0.hasPrefix("E  ") }
        return (first ?? last).trimmed { $0 == "=" || $0 == " " }
    }
}
