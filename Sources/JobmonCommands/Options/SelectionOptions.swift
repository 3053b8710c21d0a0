package import ArgumentParser
import JobmonCore

/// Selects jobs for an action.
package struct SelectionOptions: ParsableArguments {
    @Argument(help: "Select jobs by number, as `jobmon jobs` shows it, or by a range such as 3-9.")
    package var jobs: [String] = []

    @OptionGroup package var filter: FilterOptions

    @Flag(name: .customLong("dry-run"), help: "Print how many jobs are selected and the first ten; change nothing.")
    package var dryRun = false

    @Flag(
        name: [.customShort("y"), .customLong("yes")],
        help: "Skip the confirmation. Default: ask on a terminal if more than 100 jobs are selected.")
    package var yes = false

    package init() {}

    /// - Throws: `CommandFailure` if nothing selects jobs, or a selection is invalid.
    func check(verb: String) throws {
        do throws(Problem) { _ = try numbers() } catch { throw CommandFailure(.usage, error) }
        guard jobs.isEmpty, filter.filter == JobFilter() else { return }
        throw CommandFailure(
            .usage, "no jobs are selected",
            hint: "give numbers, or options such as --queue or --status: jobmon \(verb) 4 7-9")
    }

    /// The selected jobs, in ascending order. A single number selects its job in any status. Ranges and options select
    /// among jobs to which the action applies.
    /// - Parameters:
    ///   - filter: the options, resolved.
    ///   - statuses: the statuses to which it applies; `--status` overrides them.
    func jids(
        _ reading: any LedgerReading, _ filter: JobFilter, statuses: [Status]
    ) async throws(Problem) -> [Int64] {
        let (single, ranges) = try numbers()
        var filter = filter
        let hasOptions = filter != JobFilter()
        if filter.statuses.isEmpty { filter.statuses = statuses }
        guard hasOptions || !ranges.isEmpty else { return single.all }
        filter.numbers = hasOptions ? JobNumbers(ranges: single.ranges + ranges.ranges) : ranges
        let found = try await reading.numbers(filter)
        return hasOptions || single.isEmpty ? found : JobNumbers(single.all + found).all
    }

    /// Why `jids` selected none.
    func emptyReason(
        _ reading: any LedgerReading, _ filter: JobFilter, statuses: [Status]
    ) async throws(Problem) -> String {
        let anything = try await jids(reading, filter, statuses: Status.allCases)
        guard !anything.isEmpty, filter.statuses.isEmpty else { return "no job matches: nothing was done" }
        let labels = statuses.map(\.label)
        let list = labels.dropLast().joined(separator: ", ") + " or " + (labels.last ?? "")
        return "none of the selected jobs is \(list): nothing was done"
    }

    private func numbers() throws(Problem) -> (single: JobNumbers, ranges: JobNumbers) {
        var single: [ClosedRange<Int64>] = []
        var ranges: [ClosedRange<Int64>] = []
        for text in jobs {
            for range in try JobNumbers(parsing: text).ranges {
                if range.count == 1 { single.append(range) } else { ranges.append(range) }
            }
        }
        return (JobNumbers(ranges: single), JobNumbers(ranges: ranges))
    }
}
