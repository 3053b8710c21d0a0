extension ErrorReader {
    /// A panic. Of several, the first: a thread that panics makes the one panic that waits for it.
    static let rust = ErrorReader.line("rust") { lines in
        let panics = lines.all.indices.filter {
            lines.all[$0].hasPrefix("thread '") && lines.all[$0].holds(" panicked at ")
        }
        guard let index = panics.first else { return nil }
        let line = lines.all[index]
        // Since Rust 1.73 the message stands on the next line.
        guard line.hasSuffix(":"), index + 1 < lines.all.count else { return String(line) }
        return "\(line) \(lines.all[index + 1])"
    }
}
