/// What the end of a program's output says about its error.
package struct ErrorReading: Sendable, Equatable {
    /// What understood the text: the reader of a language or of a family of programs, or one of the general rules. Of
    /// a text that quotes another one, what understood the inner text.
    package var reader: String
    /// The type of the exception, or the program's own word for this kind of error; nil if there is none.
    package var type: String?
    /// What went wrong, in one line.
    package var message: String
    /// How much it is worth.
    package var weight = Weight.reason
    /// The innermost place in the user's own code, not in a library; nil: the text does not show it.
    package var frame: Frame?

    /// A place in a program.
    package struct Frame: Sendable, Equatable {
        /// The file's name without its directory; empty: it is not known.
        package var file: String
        /// Empty: it is not known.
        package var function: String
    }

    /// What a reading is worth, in ascending order.
    package enum Weight: Int, Sendable, Comparable {
        /// No reason: an empty text, warnings only, or the words of a launcher that says no more than that what it
        /// started has failed.
        case nothing
        /// The last line, which may be any: nothing marks it as an error, and it does not sound like one.
        case guess
        /// Marked as an error, in the form of a language, or in words of failure.
        case reason

        package static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    /// The number of bytes read from the text's end.
    static let looked = 32 << 10
    /// The maximum number of characters of a headline.
    private static let longest = 500

    init(
        _ reader: String, type: String? = nil, _ message: String, weight: Weight = .reason, frame: Frame? = nil
    ) {
        self.reader = reader
        self.type = type
        self.message = message
        self.weight = weight
        self.frame = frame
    }

    /// Whether the text names a reason, at least by its last line.
    var isTelling: Bool { weight > .nothing }

    /// Reads the end of a text, such as of a program's stderr.
    package init(_ text: String) { self = ErrorReading.of(ErrorLines(text.utf8.suffix(Self.looked))) }

    /// The one line that lists show: at most 500 characters.
    package var headline: String {
        Self.shortened(type.map { message.isEmpty ? $0 : "\($0): \(message)" } ?? message)
    }

    /// At most as many characters as a headline has.
    package static func shortened(_ line: String) -> String {
        // A text of a megabyte is not counted to its end.
        guard line.utf8.count > longest, line.prefix(longest).endIndex < line.endIndex else { return line }
        return "\(line.prefix(longest - 1))…"
    }

    /// Reads lines. What a scheduler wrote among them is set aside first, then what a launcher wrote: the innermost
    /// message counts. If nothing else is there, their words are better than none.
    static func of(_ lines: ErrorLines) -> ErrorReading {
        let found = ErrorSigns(of: lines)
        let (own, schedulers) = found.ofSchedulers ? lines.separated { SchedulerLine.isOne($0) } : (lines, [])
        let (inner, launchers) = Launchers.separate(own, found)
        for (index, reader) in ErrorReader.all.enumerated() where found.ofReader(index) {
            if let reading = reader.read(inner) { return reading }
        }
        if let ending = SchedulerLine.ending(among: schedulers) {
            return ErrorReading("scheduler", String(ending))
        }
        if let reading = MarkedLines(inner).reading ?? LastLine(inner).reading { return reading }
        if let reason = Launchers.reason(among: launchers) { return ErrorReading("launcher", reason) }
        if let word = launchers.first { return ErrorReading("launcher", word.trimmed, weight: .nothing) }
        if let last = lines.filled.last { return ErrorReading("last", last.trimmed, weight: .nothing) }
        return ErrorReading("none", "", weight: .nothing)
    }
}
