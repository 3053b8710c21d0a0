extension ErrorReader {
    /// The exception that ended a thread of Java, and of a chain its deepest cause.
    static let java = ErrorReader(["\tat ", "    at ", "Exception in thread "]) { lines in
        guard
            lines.all.contains(where: { isFrame($0) })
                || lines.all.contains(where: { $0.hasPrefix("Exception in thread ") })
        else { return nil }
        if let index = lines.all.lastIndex(where: { $0.hasPrefix("Caused by: ") }) {
            return reading(lines.all[index].dropFirst("Caused by: ".count), frame(below: index, lines))
        }
        if let index = lines.all.lastIndex(where: { $0.hasPrefix("Exception in thread ") }) {
            let line = lines.all[index]
            // The thread's name is in quotes.
            let rest = line.dropFirst("Exception in thread ".count + 1).drop { $0 != "\"" }.dropFirst(2)
            return reading(rest.isEmpty ? line : rest, frame(below: index, lines))
        }
        // A stack below a line of a log.
        guard let first = lines.all.firstIndex(where: { isFrame($0) }), first > 0 else { return nil }
        return reading(lines.all[first - 1], frame(below: first - 1, lines))
    }

    /// `	at A.main(A.java:4)`
    private static func isFrame(_ line: Substring) -> Bool {
        (line.hasPrefix("\tat ") || line.hasPrefix("    at ")) && line.hasSuffix(")")
            && [".java:", "(Native Method)", "(Unknown Source)", ".scala:", ".kt:"]
                .contains { line.firstRange(of: $0) != nil }
    }

    /// The first of the frames below a line that is not one of a library.
    private static func frame(below index: Int, _ lines: ErrorLines) -> ErrorReading.Frame? {
        lines.all[(index + 1)...].lazy.prefix { isFrame($0) }.compactMap { own($0) }.first
    }

    /// The place in `	at java.base/a.b.Main.lambda$run$0(Main.java:4)`: `Main.run` in `Main.java`.
    private static func own(_ line: Substring) -> ErrorReading.Frame? {
        let content = line.unindented.dropFirst("at ".count)
        let path = content.prefix { $0 != "(" }
        let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path
        guard !libraries.contains(where: { name.hasPrefix($0) }) else { return nil }
        let parts = name.split(separator: ".").suffix(2).map { $0.split(separator: "$") }
        guard parts.count == 2, let type = parts[0].first, let method = parts[1].first else { return nil }
        let isLambda = method == "lambda" && parts[1].count > 1
        let file = content[path.endIndex...].dropFirst().prefix { $0 != ":" && $0 != ")" }
        return ErrorReading.Frame(
            file: file.contains(".") ? String(file) : "", function: "\(type).\(isLambda ? parts[1][1] : method)")
    }

    private static let libraries = [
        "java.", "javax.", "jdk.", "sun.", "com.sun.", "scala.", "kotlin.", "groovy.", "org.apache.",
        "org.springframework.",
        "org.eclipse.", "org.junit.", "com.google.", "io.netty.",
    ]

    /// `java.io.FileNotFoundException: in.csv`
    private static func reading(_ line: Substring, _ frame: ErrorReading.Frame?) -> ErrorReading {
        let type = line.word(with: "_.$")
        guard type.contains("."), line[type.endIndex...].hasPrefix(": ") else {
            return ErrorReading("java", line.trimmed, frame: frame)
        }
        return ErrorReading("java", type: String(type), line.dropFirst(type.count + 2).trimmed, frame: frame)
    }
}
