import JobmonCore
import JobmonWire

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

    /// The explanation in its form in JSON.
    func json(of job: JobRecord, _ differences: [Concentration]) -> JSON {
        [
            "jid": .int(job.jid), "name": .string(job.description.shownName), "status": .string(job.status.label),
            "cause": job.instances.last?.cause.map { .string($0.rawValue) } ?? .null, "why": .string(why),
            "certainty": .string(certainty.rawValue), "evidence": .array(evidence.map { .string($0) }),
            "differences": .array(differences.map(\.json)), "next": .array(next.map { .string($0) }),
        ]
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

extension Concentration {
    /// `loc=kenya: 12 of 14 jobs failed, 3 of 326 others (by chance: 2e-11)`
    var sentence: String {
        "\(property): \(Units.grouped(failed)) of \(Units.count(over, "job")) failed, "
            + "\(Units.grouped(othersFailed)) of \(Units.grouped(othersOver)) others (by chance: \(shownChance))"
    }

    /// One digit: `2e-11`, `0.003`.
    private var shownChance: String {
        var exponent = 0
        var digits = chance
        guard digits > 1e-300 else { return "under 1e-300" }
        while digits < 1 {
            digits *= 10
            exponent += 1
        }
        var digit = Int(digits.rounded())
        if digit == 10 {
            digit = 1
            exponent -= 1
        }
        if exponent <= 0 { return "1" }
        return exponent <= 3
            ? "0.\(String(repeating: "0", count: max(0, exponent - 1)))\(digit)" : "\(digit)e-\(exponent)"
    }

    fileprivate var json: JSON {
        [
            "property": .string(property), "failed": .int(Int64(failed)), "over": .int(Int64(over)),
            "others_failed": .int(Int64(othersFailed)), "others_over": .int(Int64(othersOver)),
            "chance": .double(chance),
        ]
    }
}
