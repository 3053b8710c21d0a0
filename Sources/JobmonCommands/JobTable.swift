package import JobmonCore

/// The table of `jobmon jobs`: one line a job.
package struct JobTable {
    package static let columns: [TextTable.Column] = [
        .init("JID", isNumber: true), .init("STATUS"), .init("NAME", widest: 24), .init("PARAMS", widest: 40),
        .init("TRIES", isNumber: true), .init("HOST", widest: 16), .init("TIME", isNumber: true), .init("WHY"),
    ]

    package static func row(_ job: JobRecord, now: Timestamp) -> [TextTable.Cell] {
        let latest = job.instances.last
        return [
            .init(String(job.jid)), .init(job.status.label, job.status.style),
            .init(Printable.line(job.description.shownName)), .init(Printable.line(job.description.params.shown)),
            .init("\(job.attempts)/\(job.description.maxAttempts)"), .init(Printable.line(latest?.host ?? "")),
            .init(latest?.elapsed(now: now).map(Units.duration) ?? ""), .init(Printable.line(job.why)),
        ]
    }
}

extension JSONObject {
    /// Named parameters as people write them: `year=1995 loc=upper egypt`.
    package var shown: String { members.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: " ") }
}

extension InstanceRecord {
    /// Seconds that it ran, or has been running for.
    package func elapsed(now: Timestamp) -> Double? {
        if let wallclock = usage.wallclock { return wallclock }
        guard let startedDate else { return nil }
        if let finishedDate { return max(0, finishedDate.seconds(since: startedDate)) }
        return status == .running ? max(0, now.seconds(since: startedDate)) : nil
    }

    /// How it ended, in words and with the line of its error that says most; nil when there is nothing to say.
    package var why: String? {
        switch status {
        case .failed: return failure
        case .unknown: return "nothing heard of it\(lastSeen.map { " since \(Units.time($0)) UTC" } ?? "")"
        case .running: return lateSince.map { "late: nothing heard of it since \(Units.time(lastSeen ?? $0)) UTC" }
        case .cancelled, .submitted, .complete, .queued: return nil
        }
    }
}

extension JobRecord {
    /// Why the job stands as it does: what its latest attempt ended by.
    package var why: String {
        if status == .complete { return "" }
        if cancelRequested, status != .cancelled { return "to be cancelled" }
        return instances.last?.why ?? ""
    }
}
