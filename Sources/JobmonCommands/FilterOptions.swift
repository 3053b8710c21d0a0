package import ArgumentParser
package import JobmonCore

/// Which jobs a list is about. Conditions of different kinds must all hold.
package struct FilterOptions: ParsableArguments {
    @Option(
        name: .customLong("status"),
        help: ArgumentHelp(
            "Only jobs of these statuses, such as failed,unknown; may be said again.", valueName: "status"),
        transform: { try FilterOptions.statuses($0) })
    package var statusLists: [[Status]] = []

    @Option(help: "Only jobs of this queue.")
    package var queue: String?

    @Option(help: "Only jobs of exactly this name.")
    package var name: String?

    @Option(
        name: .customLong("param"),
        help: ArgumentHelp(
            "Only jobs whose named parameter has this value. Said again, all must hold.", valueName: "name=value"),
        transform: { try FilterOptions.param($0) })
    package var params: [JobFilter.Param] = []

    package init() {}

    package var filter: JobFilter {
        JobFilter(statuses: statusLists.flatMap { $0 }, queue: queue, name: name, params: params)
    }

    package static func statuses(_ text: String) throws -> [Status] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let status = Status(label: String(word.drop(while: \.isWhitespace))) else {
                let known = Status.allCases.map { $0.label.lowercased() }.joined(separator: ", ")
                throw ValidationError("there is no status '\(Printable.line(String(word)))'; there are \(known)")
            }
            return status
        }
    }

    package static func param(_ text: String) throws -> JobFilter.Param {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("'\(Printable.line(text))' must be NAME=VALUE, such as year=1995")
        }
        return JobFilter.Param(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
