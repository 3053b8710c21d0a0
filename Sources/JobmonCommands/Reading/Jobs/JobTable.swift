package import JobmonCore
import JobmonWire

/// The table of `jobmon jobs`: one line per job.
package struct JobTable {
    package static let columns: [TextTable.Column] = [
        .init("JID", isNumber: true), .init("STATUS", canGo: true),
        .init("NAME", widest: 24, narrowest: 8, canGo: true),
        .init("PARAMS", widest: 40, narrowest: 8, canGo: true), .init("TRIES", isNumber: true, canGo: true),
        .init("HOST", widest: 16, narrowest: 6, canGo: true), .init("TIME", isNumber: true, canGo: true),
        .init("EXIT", isNumber: true, canGo: true), .init("MEM", isNumber: true, canGo: true),
        .init("WHY", reasonWidth: ErrorText.reasonWidth),
    ]

    package static func row(_ job: JobRecord, now: Timestamp, times: ShownTime = .utc) -> [TextTable.Cell] {
        let latest = job.instances.last
        return [
            .init(String(job.jid)), .init(job.shownStatus, job.status.style),
            .init(Printable.line(SecretMask.masked(job.description.shownName))),
            .init(Printable.line(SecretMask.masked(params: job.description.params).shown)),
            .init("\(job.attempts)/\(job.description.maxAttempts)"), .init(Printable.line(latest?.host ?? "")),
            .init(latest?.elapsed(now: now).map(Units.duration) ?? ""), .init(latest?.exit ?? ""),
            .init(latest?.memory ?? ""), .init(Printable.line(SecretMask.masked(job.reason(in: times)))),
        ]
    }
}

extension JSONObject {
    /// Named parameters as people write them: `year=1995 loc=upper egypt`.
    package var shown: String { members.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: " ") }
}

extension InstanceRecord {
    /// The exit code or the name of the signal that ended it; nil if there is none.
    package var exit: String? { signal.map { SignalName.name($0) } ?? exitCode.map { String($0) } }

    /// The peak memory; with a `<` or a `>` if only a bound is known.
    package var memory: String? { usage.memory.map { "\($0.bound?.sign ?? "")\(Units.bytes($0.bytes))" } }

    /// How it ended, in words, with the headline of its error; nil if there is nothing to say.
    package func reason(in times: ShownTime) -> String? {
        switch status {
        case .failed: return failure
        case .unknown: return "no report\(lastSeen.map { " since \(times.text($0))" } ?? "")"
        case .running: return lateSince.map { "late: no report since \(times.text(lastSeen ?? $0))" }
        case .complete: return doubt
        case .cancelled, .submitted, .queued: return nil
        }
    }
}

extension InstanceRecord {
    /// Its status; of a complete one that may not have done its work, `COMPLETE?`.
    package var shownStatus: String { status.label + (status == .complete && doubt != nil ? "?" : "") }
}

extension JobRecord {
    /// Why it may not have done its work though it is COMPLETE; nil: there is no ground to doubt it.
    package var doubt: String? { status == .complete ? instances.last?.doubt : nil }

    /// Its status; of a complete one that may not have done its work, `COMPLETE?`.
    package var shownStatus: String { status.label + (doubt == nil ? "" : "?") }

    /// The same, with times in UTC.
    package var why: String { reason(in: .utc) }

    /// The reason for the job's status: how its latest attempt ended.
    package func reason(in times: ShownTime) -> String {
        if status == .complete { return doubt ?? "" }
        if cancelRequested, status != .cancelled { return "to be cancelled" }
        if status == .cancelled, let blockedBy {
            return "not run: it waits for job \(blockedBy), which failed or was cancelled"
        }
        if status == .queued, let waits { return waits.words }
        return instances.last?.reason(in: times) ?? ""
    }
}

extension JobRecord {
    /// The job with its reason in words (`why`), and with its doubt, as in lists in JSON.
    package var jsonWithWhy: JSON {
        guard case .object(var object) = json else { return json }
        let why = why
        object.append("why", why.isEmpty ? .null : .string(why))
        object.append("doubt", .text(doubt))
        return .object(object)
    }
}

extension ErrorRecord {
    /// How the attempt ended, in words, with the headline of the error.
    package var why: String {
        InstanceRecord.failure(headline: errorLine, cause: cause, exitCode: exitCode, signal: signal)
    }

    /// The error with its reason in words (`why`), as in lists in JSON.
    package var jsonWithWhy: JSON {
        guard case .object(var object) = json else { return json }
        object.append("why", .string(why))
        return .object(object)
    }
}
