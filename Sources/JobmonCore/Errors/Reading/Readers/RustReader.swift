extension ErrorReader {
    /// A panic. Of several, the first: a thread that panics makes the one panic that waits for it.
    static let rust = ErrorReader([" panicked at "]) { lines in
        let panics = lines.all.indices.filter {
            lines.all[$0].hasPrefix("thread '") && lines.all[$0].holds(" panicked at ")
        }
        guard let index = panics.first else { return nil }
        let line = lines.all[index]
        // Since Rust 1.73 the message stands on the next line.
        guard line.hasSuffix(":"), index + 1 < lines.all.count else {
            return ErrorReading("rust", String(line), frame: frame(line))
        }
        return ErrorReading("rust", "\(line) \(lines.all[index + 1])", frame: frame(line))
    }

    /// The file in `thread 'main' panicked at src/main.rs:4:66:`, or in `thread 'main' panicked at 'no data', src/main.rs:4:66`.
    private static func frame(_ line: Substring) -> ErrorReading.Frame? {
        guard let mark = line.firstRange(of: " panicked at ") else { return nil }
        var place = line[mark.upperBound...]
        if place.hasPrefix("'"), let comma = place.lastIndex(of: ",") { place = place[comma...].dropFirst(2) }
        return ErrorReading.Frame(path: place.prefix { $0 != ":" }, function: "")
    }
}
