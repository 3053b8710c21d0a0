extension ErrorReader {
    /// The exception that ended a thread of Java, and of a chain its deepest cause.
    static let java = ErrorReader { lines in
        guard
            lines.all.contains(where: { isFrame($0) })
                || lines.all.contains(where: { $0.hasPrefix("Exception in thread ") })
        else { return nil }
        if let cause = lines.last(where: { $0.hasPrefix("Caused by: ") }) {
            return reading(cause.dropFirst("Caused by: ".count))
        }
        if let line = lines.last(where: { $0.hasPrefix("Exception in thread ") }) {
            // The thread's name is in quotes.
            let rest = line.dropFirst("Exception in thread ".count + 1).drop { $0 != "\"" }.dropFirst(2)
            return reading(rest.isEmpty ? line : rest)
        }
        // A stack below a line of a log.
        guard let first = lines.all.firstIndex(where: { isFrame($0) }), first > 0 else { return nil }
        return reading(lines.all[first - 1])
    }

    /// `	at A.main(A.java:4)`
    private static func isFrame(_ line: Substring) -> Bool {
        (line.hasPrefix("\tat ") || line.hasPrefix("    at ")) && line.hasSuffix(")")
            && [".java:", "(Native Method)", "(Unknown Source)", ".scala:", ".kt:"]
                .contains { line.firstRange(of: $0) != nil }
    }

    /// `java.io.FileNotFoundException: in.csv`
    private static func reading(_ line: Substring) -> ErrorReading {
        let type = line.prefix { $0.isLetter || $0.isNumber || "_.$".contains($0) }
        guard type.contains("."), line[type.endIndex...].hasPrefix(": ") else {
            return ErrorReading("java", line.trimmed)
        }
        return ErrorReading("java", type: String(type), line.dropFirst(type.count + 2).trimmed)
    }
}
