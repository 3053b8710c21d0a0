extension ErrorReader {
    /// A log whose lines are objects of JSON: the message of its last line, if that has the level of an error, with
    /// the error that the line names.
    static let jsonLog = ErrorReader(["\"level\"", "\"levelname\"", "\"severity\"", "\"log.level\""]) { lines in
        // A program that logs more has gone on.
        lines.last.flatMap { reading($0) }
    }

    private static func reading(_ line: Substring) -> ErrorReading? {
        guard line.hasPrefix("{"), line.hasSuffix("}"),
            case .object(let object)? = try? JSON(parsing: Array(line.utf8)),
            isError(text(object, levels))
        else { return nil }
        guard let message = text(object, ["msg", "message", "event", "error"]), !message.isEmpty else { return nil }
        let why = text(object, ["error", "err", "exception", "exc_info"]).flatMap { why in
            why == message || why.isEmpty ? nil : ErrorReading(why).headline
        }
        return ErrorReading("json-log", why.map { "\(message): \($0)" } ?? message)
    }

    private static let levels = ["level", "levelname", "severity", "log.level"]

    private static func isError(_ level: String?) -> Bool {
        guard let level = level?.lowercased() else { return false }
        return ["error", "err", "fatal", "critical", "panic", "emergency", "alert", "50", "60"].contains(level)
    }

    /// The first of these members that is a text, or a number as one.
    private static func text(_ object: JSONObject, _ names: [String]) -> String? {
        names.lazy.compactMap { name in
            switch object[name] {
            case .string(let text)?: text
            case .int(let number)?: "\(number)"
            default: nil
            }
        }.first
    }
}
