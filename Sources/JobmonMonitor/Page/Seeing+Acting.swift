import JobmonCore
import JobmonViews
import JobmonWire

/// What the page does to jobs and groups.
extension Seeing {
    /// Acts on the jobs that a filter selects, if they are as many as the user was told.
    func act(_ body: JSON, _ connection: InProcessConnection) async throws(Problem) -> JSON {
        let action: PageAction
        let filter: JobFilter
        let expected: Int
        let change: ResourceChange
        do throws(FieldError) {
            let fields = try JSONFields(body, named: "the body")
            let word = try fields.requiredString("action")
            guard let known = PageAction(rawValue: word) else {
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
        let jids = try await views.numbers(filter, action)
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
