extension RelaunchDecision {
    /// What follows the failed attempt, in words: `another attempt with 1.5 GiB of memory instead of 1.0 GiB (rule oom:1,mem=1.5x)`.
    package var words: String {
        let by = "(rule \(rule))"
        switch next {
        case .again:
            var parts: [String] = []
            if let memory { parts.append("\(Units.bytes(memory.to)) of memory instead of \(Units.bytes(memory.from))") }
            for change in [runtime, timeout] {
                guard let change else { continue }
                parts.append("a time limit of \(Units.duration(change.to)) instead of \(Units.duration(change.from))")
            }
            let with = parts.isEmpty ? "" : " with \(parts.joined(separator: " and "))"
            let elsewhere = avoids.map { ", not on \($0)" } ?? ""
            return "another attempt\(with)\(elsewhere) \(by)" + (remark.map { "; \($0)" } ?? "")
        case .stop: return "no other attempt" + (remark.map { ": \($0)" } ?? "") + " \(by)"
        case .retries: return "nothing more by the \(by.dropFirst().dropLast())" + (remark.map { ": \($0)" } ?? "")
        }
    }
}
