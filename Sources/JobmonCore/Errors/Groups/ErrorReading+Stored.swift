extension ErrorReading {
    /// Reads the stored text of an error (`error.description`), for rows that have no signature yet. What `ErrorText` puts
    /// there in place of a text that was not written is no reason; the end of stdout or of a log, which it appends where
    /// stderr gives none, is read as such.
    package init(stored text: String, cause: Cause?, exitCode: Int?, signal: Int?) {
        let end = ErrorText.ending(cause: cause, exitCode: exitCode, signal: signal)
        let (own, appended) = Self.parts(text)
        let isSilent = own == end || own.hasPrefix(end) && own.hasSuffix(", nothing on stderr")
        self = StreamReading(stderr: isSilent ? "" : String(own), stdout: appended.map { String($0) }).grouped
    }

    private static func parts(_ text: String) -> (own: Substring, appended: Substring?) {
        guard text.holds("\nthe end of "), let mark = text.firstRange(of: "\nthe end of ") else {
            return (text[...], nil)
        }
        let rest = text[mark.upperBound...]
        guard let end = rest.firstRange(of: ":\n") else { return (text[...], nil) }
        return (text[..<mark.lowerBound], rest[end.upperBound...])
    }
}

extension ErrorSignature {
    /// The signature of an error that was recorded before there were any.
    package init(_ record: ErrorRecord, params: JSONObject = [:]) {
        self.init(
            cause: record.cause, evidence: Evidence(exitCode: record.exitCode, signal: record.signal),
            reading: ErrorReading(
                stored: record.description, cause: record.cause, exitCode: record.exitCode, signal: record.signal),
            params: params)
    }
}
