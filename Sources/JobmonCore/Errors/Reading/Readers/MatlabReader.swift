extension ErrorReader {
    /// MATLAB names the function, then says what went wrong, then lists the callers as `Error in …`.
    static let matlab = ErrorReader(["Error using "]) { lines in
        guard let index = lines.all.lastIndex(where: { name($0).hasPrefix("Error using ") }) else { return nil }
        let message = lines.paragraph(from: index + 1) { $0.hasPrefix("Error in ") }
        let head = name(lines.all[index]).trimmed
        // `Error in fit (line 3)`
        let caller = lines.all[index...].lazy.map { name($0) }.first { $0.hasPrefix("Error in ") }
        let function = caller?.dropFirst("Error in ".count).prefix { $0 != " " }
        return ErrorReading(
            "matlab", message.isEmpty ? head : "\(head): \(message)",
            frame: function.flatMap { ErrorReading.Frame(function: $0) })
    }

    /// Without the brace in which `matlab -batch` puts an error.
    private static func name(_ line: Substring) -> Substring { line.hasPrefix("{") ? line.dropFirst() : line }
}
