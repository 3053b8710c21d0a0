/// What the end of a program's output says about its error.
package struct ErrorReading: Sendable, Equatable {
    /// The reader that understood the text: a language, a family of programs, or one of the general rules.
    package var reader: String
    /// The type of the exception, or the program's own word for this kind of error; nil if there is none.
    package var type: String?
    /// What went wrong, in one line.
    package var message: String
    /// Whether the text names a reason. False for an empty text, for warnings only, and for the words of a launcher
    /// that says no more than that what it started has failed.
    package var isTelling = true

    /// The number of bytes read from the text's end, and the maximum number of characters of a headline.
    private static let looked = 32 << 10
    private static let longest = 500

    init(_ reader: String, type: String? = nil, _ message: String, isTelling: Bool = true) {
        self.reader = reader
        self.type = type
        self.message = message
        self.isTelling = isTelling
    }

    /// Reads the end of a text, such as of a program's stderr.
    package init(_ text: String) { self = ErrorReading.of(ErrorLines(text.utf8.suffix(Self.looked))) }

    /// The one line that lists show: at most 500 characters.
    package var headline: String {
        let line = type.map { message.isEmpty ? $0 : "\($0): \(message)" } ?? message
        return line.count > Self.longest ? "\(line.prefix(Self.longest - 1))…" : line
    }

    /// Reads lines. What a scheduler wrote among them is set aside first, then what a launcher wrote: the innermost
    /// message counts. If nothing else is there, their words are better than none.
    static func of(_ lines: ErrorLines) -> ErrorReading {
        let (own, schedulers) = lines.separated { SchedulerLine.isOne($0) }
        let (inner, launchers) = Launchers.separate(own)
        for reader in ErrorReader.all {
            if var reading = reader.read(inner) {
                reading.reader = reader.name
                return reading
            }
        }
        if let ending = SchedulerLine.ending(among: schedulers) {
            return ErrorReading("scheduler", String(ending))
        }
        if let reading = MarkedLines(inner).reading ?? LastLine(inner).reading { return reading }
        if let word = launchers.first { return ErrorReading("launcher", word.trimmed, isTelling: false) }
        if let last = lines.filled.last { return ErrorReading("last", last.trimmed, isTelling: false) }
        return ErrorReading("none", "", isTelling: false)
    }
}
