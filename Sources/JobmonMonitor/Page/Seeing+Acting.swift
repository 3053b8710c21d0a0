import JobmonCore
import JobmonViews
import JobmonWire

/// What the page does to jobs and groups, and how many they are.
extension Seeing {
    /// What a user does to jobs on the page.
    private enum Action: String {
        case retry, cancel

        /// The statuses of jobs to which it applies.
        var statuses: [Status] {
            switch self {
            case .retry: [.failed, .cancelled]
            case .cancel: [.queued, .submitted, .running, .unknown]
            }
        }

        var request: ActionRequest.Action {
            switch self {
            case .retry: .retry
            case .cancel: .cancel
            }
        }
    }

    /// How many of the jobs that a filter selects there are, by what can be done to them.
    func count(_ query: QueryString) async throws(Problem) -> JSON {
        let memory = try query.value("memory")
        let runtime = try query.value("runtime")
        _ = try ResourceChange(memory: memory, runtime: runtime)
        let filter = try Self.filter(query)
        let retried = try await numbers(filter, .retry)
        let cancelled = try await numbers(filter, .cancel)
        let found = try await keeper.answer(params: filter.params.map(\.name)) { (snapshot, _) throws(Problem) in
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

    private static func filter(_ query: QueryString) throws(Problem) -> JobFilter {
        var own = QueryString()
        for item in query.items where JobFilter.queryNames.contains(item.name) { own.append(item.name, item.value) }
        return try JobFilter(own)
    }

    /// The jobs of a filter to which an action applies.
    private func numbers(_ filter: JobFilter, _ action: Action) async throws(Problem) -> [Int64] {
        var filter = filter
        filter.statuses =
            filter.statuses.isEmpty ? action.statuses : filter.statuses.filter { action.statuses.contains($0) }
        guard !filter.statuses.isEmpty else { return [] }
        return try await ledger.numbers(filter)
    }

    /// Acts on the jobs that a filter selects, if they are as many as the user was told.
    func act(_ body: JSON, _ connection: InProcessConnection) async throws(Problem) -> JSON {
        let action: Action
        let filter: JobFilter
        let expected: Int
        let change: ResourceChange
        do throws(FieldError) {
            let fields = try JSONFields(body, named: "the body")
            let word = try fields.requiredString("action")
            guard let known = Action(rawValue: word) else {
                throw fields.failure("action", "must be retry or cancel, not \"\(word.prefix(40))\"")
            }
            action = known
            let text = try fields.requiredString("filter")
            expected = Int(try fields.required("expect", try fields.int("expect", atLeast: 1)))
            let memory = try fields.string("memory")
            let runtime = try fields.string("runtime")
            guard action == .retry || memory == nil && runtime == nil else {
                throw fields.failure("memory", "goes with retry only")
            }
            do throws(Problem) {
                let query = try QueryString(parsing: text)
                try query.allow(JobFilter.queryNames)
                filter = try JobFilter(query)
                change = try ResourceChange(memory: memory, runtime: runtime)
            } catch {
                throw fields.failure("filter", "cannot be used: \(error.message)")
            }
        } catch {
            throw Problem(error)
        }
        guard filter != JobFilter() else {
            throw Problem(.invalid, "no jobs are selected", hint: "select jobs with a filter first")
        }
        let jids = try await numbers(filter, action)
        guard jids.count == expected else {
            throw Problem(
                .contradiction, "these are \(jids.count) jobs now, not \(expected): nothing was done",
                hint: "look at the number again, and repeat the action")
        }
        let request = ActionRequest(action: action.request, groups: try await change.groups(jids, ledger))
        let results = try await connection.act(request)
        return ActionAnswer(results, of: request.events(at: nil)).json
    }

    /// Mutes a group of errors, lists it again, or writes a note.
    func changeGroup(_ body: JSON) async throws(Problem) -> JSON {
        let group: Int64
        let change: GroupChange
        do throws(FieldError) {
            let fields = try JSONFields(body, named: "the body")
            let name = try fields.requiredString("group")
            guard let number = ErrorGroup.number(name) else {
                throw fields.failure("group", "must be a group such as E3, not \"\(name.prefix(40))\"")
            }
            group = number
            let word = try fields.requiredString("action")
            switch word {
            case "mute": change = .mute
            case "unmute": change = .unmute
            case "note":
                let text = try fields.string("text") ?? ""
                guard text.utf8.count <= GroupChange.longestNote else {
                    throw fields.failure("text", "must have at most \(GroupChange.longestNote) bytes")
                }
                change = .note(text)
            default: throw fields.failure("action", "must be mute, unmute or note, not \"\(word.prefix(40))\"")
            }
        } catch {
            throw Problem(error)
        }
        let results = try await writer.record([Event(identity: nil, time: nil, fact: .group(group, change))])
        if let problem = results.first?.problem { throw problem }
        return ["done": true]
    }
}
