extension ErrorReader {
    /// Stata ends with a return code; the line before explains it.
    static let stata = ErrorReader.line("stata", ["r("]) { lines in
        guard let code = lines.last?.trimmed, isReturnCode(code) else { return nil }
        let before = lines.all.last { line in
            let line = line.trimmed
            return !line.isEmpty && !isReturnCode(line) && line != "end of do-file"
        }
        return before.map { "\($0.trimmed) \(code[...].trimmed { $0 == ";" })" }
    }

    /// `r(111);`
    private static func isReturnCode(_ line: String) -> Bool {
        let digits = line.dropFirst(2).prefix { $0.isNumber }
        return line.hasPrefix("r(") && !digits.isEmpty && [")", ");"].contains(line.dropFirst(2 + digits.count))
    }
}
