extension ErrorReader {
    /// What Node.js prints of an error that nobody caught: the line above the frames. What is no error was rejected "with
    /// the reason".
    static let javaScript = ErrorReader { lines in
        guard lines.all.contains(where: { $0.hasPrefix("Node.js v") || $0.hasPrefix("    at ") }),
            let frame = lines.all.firstIndex(where: { $0.hasPrefix("    at ") }) ?? lines.all.indices.last,
            let index = lines.all[..<frame].lastIndex(where: { isException($0) })
        else { return nil }
        let line = lines.all[index].hasPrefix("Uncaught ") ? lines.all[index].dropFirst(9) : lines.all[index]
        let type = line.prefix { $0.isLetter || $0.isNumber || "_.$".contains($0) }
        var message = line[type.endIndex...].drop { $0 == ":" || $0 == " " }
        if let reason = message.firstRange(of: "rejected with the reason \"") {
            message = message[reason.upperBound...]
            if let end = message.firstRange(of: "\".") { message = message[..<end.lowerBound] }
        }
        return ErrorReading("javascript", type: String(type), message.trimmed)
    }

    /// `TypeError: x is not a function`, also with a code: `TypeError [ERR_X]: …`.
    private static func isException(_ line: Substring) -> Bool {
        let line = line.hasPrefix("Uncaught ") ? line.dropFirst(9) : line
        let type = line.prefix { $0.isLetter || $0.isNumber || "_.$".contains($0) }
        guard type.hasSuffix("Error") || type.hasSuffix("Exception") || type.hasSuffix("Rejection") else {
            return false
        }
        let rest = line[type.endIndex...]
        return rest.isEmpty || rest.hasPrefix(": ") || rest.hasPrefix(" [")
    }
}
