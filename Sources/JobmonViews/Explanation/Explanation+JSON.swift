package import JobmonCore

extension Explanation {
    /// The explanation in its form in JSON.
    package func json(of job: JobRecord, _ differences: [Concentration]) -> JSON {
        [
            "jid": .int(job.jid), "name": .string(job.description.shownName), "status": .string(job.status.label),
            "cause": job.instances.last?.cause.map { .string($0.rawValue) } ?? .null, "why": .string(why),
            "certainty": .string(certainty.rawValue), "evidence": .array(evidence.map { .string($0) }),
            "differences": .array(differences.map(\.json)), "next": .array(next.map { .string($0) }),
        ]
    }
}
