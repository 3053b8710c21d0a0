extension ErrorReader {
    /// What Node.js prints of an error that nobody caught: the line above the frames. What is no error was rejected "with
    /// the reason".
    static let javaScript = ErrorReader(["Node.js v", "    at "]) { lines in
        guard lines.all.contains(where: { $0.hasPrefix("Node.js v") || $0.hasPrefix("    at ") }),
            let frame = lines.all.firstIndex(where: { $0.hasPrefix("    at ") }) ?? lines.all.indices.last,
            let index = lines.all[..<frame].lastIndex(where: { isException($0) })
        else { return nil }
        let line = lines.all[index].hasPrefix("Uncaught ") ? lines.all[index].dropFirst(9) : lines.all[index]
        let type = line.word(with: "_.$")
        var message = line[type.endIndex...].drop { $0 == ":" || $0 == " " }
        if let reason = message.firstRange(of: "rejected with the reason \"") {
            message = message[reason.upperBound...]
            if let end = message.firstRange(of: "\".") { message = message[..<end.lowerBound] }
        }
        // Of a chain, the deepest cause.
        let cause = lines.all[frame...].last { $0.unindented.hasPrefix("[cause]: ") }
        let why = cause.map { " (\($0.unindented.dropFirst("[cause]: ".count).trimmed))" } ?? ""
        return ErrorReading(
            "javascript", type: String(type), message.trimmed + why,
            frame: lines.all[frame...].lazy.filter { $0.hasPrefix("    at ") }.compactMap { own($0) }.first)
    }

    /// `    at f (/x/fit.js:1:29)`, `    at file:///x/fit.mjs:1:29`
    private static func own(_ line: Substring) -> ErrorReading.Frame? {
        let content = line.unindented.dropFirst("at ".count)
        let open = content.lastIndex(of: "(")
        let place = open.map { content[content.index(after: $0)...] } ?? content
        let start = place.hasPrefix("file://") ? place.dropFirst("file://".count) : place
        guard
            let end = start.utf8.indices.first(where: { index in
                start.utf8[index] == UInt8(ascii: ":")
                    && start.utf8[start.utf8.index(after: index)...].first?.isDigit ?? false
            })
        else { return nil }
        let call = content.hasPrefix("async ") ? content.dropFirst("async ".count) : content
        return ErrorReading.Frame(path: start[..<end], function: open.map { call[..<$0].trimmed[...] } ?? "")
    }

    /// `TypeError: x is not a function`, also with a code: `TypeError [ERR_X]: …`.
    private static func isException(_ line: Substring) -> Bool {
        let line = line.hasPrefix("Uncaught ") ? line.dropFirst(9) : line
        let type = line.word(with: "_.$")
        guard type.hasSuffix("Error") || type.hasSuffix("Exception") || type.hasSuffix("Rejection") else {
            return false
        }
        let rest = line[type.endIndex...]
        return rest.isEmpty || rest.hasPrefix(": ") || rest.hasPrefix(" [")
    }
}
