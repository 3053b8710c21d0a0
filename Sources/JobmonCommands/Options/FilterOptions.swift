package import ArgumentParser
package import JobmonCore

/// Selects jobs for a list. Conditions of different kinds must all hold.
package struct FilterOptions: ParsableArguments {
    @Option(
        name: .customLong("status"),
        help: ArgumentHelp(
            "Select jobs with one of these statuses (queued, submitted, running, unknown, complete, failed, "
                + "cancelled), such as failed,unknown. Repeatable.", valueName: "status"),
        transform: { try FilterOptions.statuses($0) })
    package var statusLists: [[Status]] = []

    @Option(help: ArgumentHelp("Select jobs of this queue.", valueName: "name"))
    package var queue: String?

    @Option(
        help: ArgumentHelp(
            "Select jobs with this name; * matches any text, ? one character.", valueName: "name|pattern"))
    package var name: String?

    @Option(
        name: .customLong("cause"),
        help: ArgumentHelp(
            "Select jobs whose latest attempt failed for one of these causes "
                + "(\(Cause.allCases.map(\.rawValue).joined(separator: ", "))), such as exit,out_of_memory. Repeatable.",
            valueName: "cause"),
        transform: { try FilterOptions.causes($0) })
    package var causeLists: [[Cause]] = []

    @Option(
        name: .customLong("host"),
        help: ArgumentHelp("Select jobs whose latest attempt ran on this host. Repeatable.", valueName: "host"))
    package var hosts: [String] = []

    @Option(
        name: .customLong("since"),
        help: ArgumentHelp(
            "Select jobs that were queued, started or ended since this time: 10m, 2h or 1d (ago), or "
                + "2026-01-31T09:30:00.000Z.",
            valueName: "time"),
        transform: { try FilterOptions.since($0) })
    package var since: Timestamp?

    @Option(
        name: .customLong("param"),
        help: ArgumentHelp(
            "Select jobs whose param (named parameter) has this value. Repeatable: all must match.",
            valueName: "name=value"),
        transform: { try FilterOptions.param($0) })
    package var params: [JobFilter.Param] = []

    @Option(
        name: .customLong("error"),
        help: ArgumentHelp(
            "Select jobs with an error of this group, such as E3, as `jobmon errors` lists it. Repeatable.",
            valueName: "group"),
        transform: { try FilterOptions.group($0) })
    package var groups: [Int64] = []

    @Flag(
        help:
            "Select jobs that are COMPLETE, but printed what only a failure leaves, such as an exception in a thread.")
    package var doubtful = false

    @Flag(help: "Select jobs that are RUNNING, but have not been heard of for three heartbeats.")
    package var late = false

    package init() {}

    package var filter: JobFilter {
        JobFilter(
            statuses: statusLists.flatMap { $0 }, queue: queue, name: name, params: params,
            causes: causeLists.flatMap { $0 }, hosts: hosts, since: since, groups: groups,
            doubtful: doubtful, late: late)
    }

    /// The filter, with the groups of errors that the ledger has in place of those that were merged into them.
    func resolved(_ reading: any LedgerReading) async throws(Problem) -> JobFilter {
        var resolved = filter
        resolved.groups = try await NamedGroups(reading: reading).resolved(groups)
        return resolved
    }

    package static func causes(_ text: String) throws -> [Cause] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let cause = Cause(rawValue: String(word.drop(while: \.isWhitespace)).lowercased()) else {
                let known = Cause.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("there is no cause \"\(Printable.line(String(word)))\": use one of \(known)")
            }
            return cause
        }
    }

    package static func group(_ text: String) throws -> Int64 {
        guard let number = ErrorGroup.number(text) else {
            throw ValidationError("there is no group \"\(Printable.line(text))\": use one such as E3")
        }
        return number
    }

    package static func since(_ text: String) throws -> Timestamp {
        if let seconds = Quantity.seconds(text) { return TimeSource.system.now().advanced(bySeconds: -seconds) }
        guard let time = Timestamp(text) else {
            throw ValidationError(
                "invalid time \"\(Printable.line(text))\": use 10m, 2h or 1d (ago), or 2026-01-31T09:30:00.000Z")
        }
        return time
    }

    package static func statuses(_ text: String) throws -> [Status] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let status = Status(label: String(word.drop(while: \.isWhitespace))) else {
                let known = Status.allCases.map { $0.label.lowercased() }.joined(separator: ", ")
                throw ValidationError("there is no status \"\(Printable.line(String(word)))\": use one of \(known)")
            }
            return status
        }
    }

    package static func param(_ text: String) throws -> JobFilter.Param {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("invalid param \"\(Printable.line(text))\": use NAME=VALUE, such as year=1995")
        }
        return JobFilter.Param(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
