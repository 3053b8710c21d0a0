import JobmonCore
import JobmonViews
import JobmonWire

/// How many jobs an action would touch, and the command that does the same.
extension ViewAnswers {
    /// How many of the jobs that a filter selects there are, by what can be done to them.
    func count(_ query: QueryString) async throws(Problem) -> JSON {
        let memory = try query.value("memory")
        let runtime = try query.value("runtime")
        _ = try ResourceChange(memory: memory, runtime: runtime)
        let filter = try Self.conditions(query)
        let retried = try await numbers(filter, .retry)
        let cancelled = try await numbers(filter, .cancel)
        let found = try await source.answer(params: filter.params.map(\.name)) { (snapshot, _) throws(Problem) in
            let selection = snapshot.selection(filter)
            return (jobs: selection.count, queues: snapshot.countsByQueue(selection))
        }
        guard let found else { throw Self.notReady }
        let waiting = found.queues.first { !isLive($0.queue) }
        var words = ["jobmon", "retry"]
        for item in Self.options(filter) { words += item }
        if let memory { words += ["--memory", memory] }
        if let runtime { words += ["--runtime", runtime] }
        let command = "jobmon retry\(again)" + words.dropFirst(2).map { " \(ShellWord.quoted($0))" }.joined()
        return [
            "jobs": .int(Int64(found.jobs)), "retry": .int(Int64(retried.count)),
            "cancel": .int(Int64(cancelled.count)),
            "queues": .array(
                found.queues.prefix(20).map { queue in
                    [
                        "name": .string(queue.queue), "jobs": .int(Int64(queue.jobs)),
                        "live": .bool(isLive(queue.queue)),
                    ]
                }), "command": .string(command),
            "continue": waiting.flatMap { continuing($0.queue, isRun: false) }.map { .string($0) } ?? .null,
        ]
    }

    /// A filter as options of a command.
    private static func options(_ filter: JobFilter) -> [[String]] {
        var options: [[String]] = []
        if !filter.statuses.isEmpty {
            options.append(["--status", filter.statuses.map { $0.label.lowercased() }.joined(separator: ",")])
        }
        if let queue = filter.queue { options.append(["--queue", queue]) }
        if let name = filter.name { options.append(["--name", name]) }
        for param in filter.params { options.append(["--param", "\(param.name)=\(param.value)"]) }
        if !filter.causes.isEmpty {
            options.append(["--cause", filter.causes.map(\.rawValue).joined(separator: ",")])
        }
        for host in filter.hosts { options.append(["--host", host]) }
        if let since = filter.since { options.append(["--since", since.description]) }
        for group in filter.groups { options.append(["--error", ErrorGroup.name(group)]) }
        if filter.doubtful { options.append(["--doubtful"]) }
        if filter.late { options.append(["--late"]) }
        let numbers = JobNumbers(ranges: filter.numbers.ranges + filter.jids.map { $0...$0 })
        for range in numbers.ranges { options.append([JobNumbers(ranges: [range]).text]) }
        return options
    }

    private static func conditions(_ query: QueryString) throws(Problem) -> JobFilter {
        var own = QueryString()
        for item in query.items where JobFilter.queryNames.contains(item.name) { own.append(item.name, item.value) }
        return try JobFilter(own)
    }

    /// The jobs of a filter to which an action applies.
    func numbers(_ filter: JobFilter, _ action: PageAction) async throws(Problem) -> [Int64] {
        var filter = filter
        filter.statuses =
            filter.statuses.isEmpty ? action.statuses : filter.statuses.filter { action.statuses.contains($0) }
        guard !filter.statuses.isEmpty else { return [] }
        return try await ledger.numbers(filter)
    }
}
