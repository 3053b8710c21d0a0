import JobmonCore
import JobmonViews

extension Explanation {
    /// The explanation as `jobmon explain` prints it.
    func text(of job: JobRecord, _ differences: [Concentration], terminal: Terminal) -> String {
        func styled(_ text: String, _ style: Style) -> String { terminal.colours ? style.applied(to: text) : text }
        var text = styled("job \(job.jid)  \(Printable.line(job.description.shownName))", .bold)
        text += "  " + styled(job.shownStatus, job.status.style)
        if job.status == .failed, let last = job.instances.last { text += "  attempt \(last.retryNumber + 1)" }
        text += "\n"
        var fields = [("why", why), ("sure", certainty.words)]
        func add(_ name: String, _ sentences: [String]) {
            for (index, sentence) in sentences.enumerated() { fields.append((index == 0 ? name : "", sentence)) }
        }
        add("evidence", evidence)
        add("apart", differences.map(\.sentence))
        add("next", next)
        for (name, value) in fields {
            text += "  \(name)\(String(repeating: " ", count: max(0, 8 - name.utf8.count)))  \(Printable.line(value))\n"
        }
        return text
    }
}

extension Explanation.Certainty {
    fileprivate var words: String {
        switch self {
        case .certain: "certain"
        case .likely: "likely: the evidence points to it"
        case .unknown: "unknown: nobody saw it"
        }
    }
}
