import JobmonCore

/// Prints what the doctor finds, line by line as it comes.
actor DoctorReport {
    private let asJSON: Bool
    private let terminal: Terminal
    private let output = Output()
    private lazy var array = JSONArrayWriter(output)
    private var isWell = true

    init(asJSON: Bool, terminal: Terminal = .behind(descriptor: 1)) {
        self.asJSON = asJSON
        self.terminal = terminal
    }

    func add(_ diagnosis: Diagnosis) throws {
        if diagnosis.verdict == .wrong { isWell = false }
        if asJSON { try array.append(diagnosis.json) } else { try output.write(Self.text(diagnosis, terminal)) }
        try output.flush()
    }

    /// Ends the output. - Returns: whether nothing is wrong.
    func finish() throws -> Bool {
        if asJSON { try array.finish() }
        try output.flush()
        return isWell
    }

    private static let verdictWidth = 8
    private static let subjectWidth = 12

    /// The lines about one thing: verdict, subject, and text; below it what to do.
    static func text(_ diagnosis: Diagnosis, _ terminal: Terminal) -> String {
        let style: Style =
            switch diagnosis.verdict {
            case .ok: .green
            case .remark: .yellow
            case .wrong: .red
            }
        let word = diagnosis.verdict.rawValue
        let verdict = terminal.colours ? style.applied(to: word) : word
        let indent = verdictWidth + subjectWidth
        var text =
            verdict + padding(word, verdictWidth) + diagnosis.subject + padding(diagnosis.subject, subjectWidth)
        text += wrapped(diagnosis.text, indent, terminal)
        if let advice = diagnosis.advice {
            text += String(repeating: " ", count: indent) + wrapped("-> \(advice)", indent + 3, terminal)
        }
        return text
    }

    private static func padding(_ word: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - DisplayWidth.of(word)))
    }

    /// A text in as many lines as the terminal's width needs, of which all but the first are indented.
    private static func wrapped(_ text: String, _ indent: Int, _ terminal: Terminal) -> String {
        let text = Printable.line(text)
        guard let columns = terminal.columns, columns > indent + 20 else { return text + "\n" }
        var lines: [String] = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) <= columns - indent {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent)) + "\n"
    }
}
