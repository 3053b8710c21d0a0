/// A form in which the programs of a language, or of a family, tell what ended them.
struct ErrorReader: Sendable {
    /// A text of this form has one of these phrases within a line: only then is it read.
    let signs: [String]
    /// What lines say in this form; nil: they do not have it. The lines are without those of schedulers and launchers.
    let read: @Sendable (ErrorLines) -> ErrorReading?

    init(_ signs: [String], _ read: @escaping @Sendable (ErrorLines) -> ErrorReading?) {
        self.signs = signs
        self.read = read
    }

    /// A reader whose message needs no type. The readings carry its name, such as `fortran`.
    static func line(
        _ name: String, _ signs: [String], _ read: @escaping @Sendable (ErrorLines) -> String?
    ) -> ErrorReader {
        ErrorReader(signs) { lines in read(lines).map { ErrorReading(name, $0) } }
    }

    /// All readers. The first that finds its form decides, hence the order: what quotes another text as a whole comes
    /// before the forms that it may quote (a notebook holds a traceback of Python); what the runtime of a language
    /// prints as its last word comes before what may have been handled. The general rules come after all of them.
    static let all: [ErrorReader] = [
        .nextflow, .notebook, .jsonLog,
        .sanitizer, .pythonFatal, .python, .pytest,
        .r, .stata, .matlab, .julia, .tcl, .rust, .go, .java, .javaScript, .fortran, .nwChem,
        .cPlusPlus, .signalReport,
    ]
}
