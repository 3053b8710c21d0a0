package import JobmonCore

/// The body of `POST /v1/actions`: an action on any number of jobs.
package struct ActionRequest: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        case retry
        case cancel
        case forget
    }

    /// Jobs with the same action.
    package struct Group: Sendable, Equatable {
        package var jobs: JobNumbers
        /// With `retry`: resources that replace those that the jobs requested before.
        package var resources: JSONObject

        package init(_ jobs: JobNumbers, resources: JSONObject = [:]) {
            self.jobs = jobs
            self.resources = resources
        }
    }

    /// The maximum number of jobs in one request.
    package static let maximumJobs: Int64 = 10_000_000

    package var action: Action
    package var groups: [Group]
    /// A UUID of the request. A request that is sent twice is carried out once. Nil: repeats are not detected.
    package var request: String?

    package init(action: Action, groups: [Group], request: String? = nil) {
        self.action = action
        self.groups = groups
        self.request = request
    }

    package init(action: Action, jid: Int64) { self.init(action: action, groups: [Group(JobNumbers([jid]))]) }

    package var jobs: JobNumbers { JobNumbers(ranges: groups.flatMap(\.jobs.ranges)) }

    /// The events of the request, one per job: there is only one path into the ledger.
    package func events(at time: Timestamp?) -> [Event] {
        var events: [Event] = []
        var seq: Int64 = 0
        for group in groups {
            for range in group.jobs.ranges {
                for jid in range {
                    seq += 1
                    let identity = request.map { EventIdentity(sender: $0, seq: seq) }
                    let fact: Fact =
                        switch action {
                        case .retry: .retry(.jid(jid), resources: group.resources)
                        case .cancel: .cancel(.jid(jid))
                        case .forget: .forget(.jid(jid))
                        }
                    events.append(Event(identity: identity, time: time, fact: fact))
                }
            }
        }
        return events
    }

    package var json: JSON {
        var object: JSONObject = ["action": .string(action.rawValue)]
        object.append("request", ifPresent: request.map { .string($0) })
        if groups.count == 1, let group = groups.first {
            group.append(to: &object)
        } else {
            object.append(
                "groups",
                .array(
                    groups.map { group in
                        var object = JSONObject()
                        group.append(to: &object)
                        return .object(object)
                    }))
        }
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "the body")
        let word = try fields.requiredString("action")
        guard let action = Action(rawValue: word) else {
            throw fields.failure("action", "must be retry, cancel or forget, not \"\(word.prefix(40))\"")
        }
        self.action = action
        request = try fields.string("request")
        if let request, request.isEmpty || request.utf8.count > 128 {
            throw fields.failure("request", "must have 1 to 128 bytes")
        }
        if let listed = try fields.array("groups") {
            groups = []
            for (index, item) in listed.enumerated() {
                guard case .object(let object) = item else {
                    throw fields.failure("groups[\(index)]", "must be an object, not \(item.typeName)")
                }
                groups.append(try Group(JSONFields(object, prefix: fields.path("groups[\(index)]"))))
            }
        } else {
            groups = [try Group(fields)]
        }
        let count = groups.reduce(Int64(0)) { $0 &+ $1.jobs.count }
        guard (1...Self.maximumJobs).contains(count) else {
            throw fields.failure("jids", "must be 1 to \(Self.maximumJobs) jobs, not \(count)")
        }
        guard action == .retry || groups.allSatisfy({ $0.resources.isEmpty }) else {
            throw fields.failure("resources", "goes with retry only")
        }
    }
}

extension ActionRequest.Group {
    fileprivate func append(to object: inout JSONObject) {
        if let only = jobs.ranges.first, jobs.count == 1 {
            object.append("jid", .int(only.lowerBound))
        } else {
            object.append("jids", jobs.json)
        }
        if !resources.isEmpty { object.append("resources", .object(resources)) }
    }

    fileprivate init(_ fields: JSONFields) throws(FieldError) {
        resources = try fields.fields("resources")?.object ?? [:]
        guard let listed = try fields.array("jids") else {
            jobs = JobNumbers([try fields.required("jid", try fields.int("jid", atLeast: 1))])
            return
        }
        guard let numbers = JobNumbers(listed) else {
            throw fields.failure("jids", "must contain numbers of jobs and pairs [first, last] of them")
        }
        jobs = numbers
    }
}

/// The answer to an action on several jobs.
package struct ActionAnswer: Sendable, Equatable {
    /// The maximum number of refusals in the answer.
    package static let shown = 100

    package struct Refusal: Sendable, Equatable {
        package var jid: Int64
        package var problem: Problem

        package init(jid: Int64, problem: Problem) {
            self.jid = jid
            self.problem = problem
        }
    }

    /// Jobs for which the action was recorded now.
    package var done: Int
    /// Jobs for which it was recorded before.
    package var repeated: Int
    /// Jobs for which it was refused.
    package var refused: Int
    /// The first refused jobs, with the reasons.
    package var refusals: [Refusal]

    package init(done: Int, repeated: Int, refused: Int, refusals: [Refusal]) {
        self.done = done
        self.repeated = repeated
        self.refused = refused
        self.refusals = refusals
    }

    /// - Parameter events: the events of these results, in the same order.
    package init(_ results: [EventResult], of events: [Event]) {
        self.init(done: 0, repeated: 0, refused: 0, refusals: [])
        for (result, event) in zip(results, events) {
            switch result.outcome {
            case .recorded, .early: done += 1
            case .repeat: repeated += 1
            case .refused:
                refused += 1
                guard refusals.count < Self.shown, let jid = event.fact.jid, let problem = result.problem else {
                    continue
                }
                refusals.append(Refusal(jid: jid, problem: problem))
            }
        }
    }

    package var json: JSON {
        [
            "done": .int(Int64(done)), "repeated": .int(Int64(repeated)), "refused": .int(Int64(refused)),
            "refusals": .array(
                refusals.map { .object(["jid": .int($0.jid), "problem": $0.problem.json]) }),
        ]
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "the answer")
        func number(_ name: String) throws(FieldError) -> Int {
            Int(try fields.required(name, try fields.int(name, atLeast: 0)))
        }
        self.init(
            done: try number("done"), repeated: try number("repeated"), refused: try number("refused"), refusals: [])
        for item in try fields.array("refusals") ?? [] {
            let refusal = try JSONFields(item, named: "refusals")
            guard let problem = refusal.object["problem"] else { throw refusal.failure("problem", "is missing") }
            refusals.append(
                Refusal(
                    jid: try refusal.required("jid", try refusal.int("jid", atLeast: 1)),
                    problem: try Problem(problem)))
        }
    }
}

extension Fact {
    /// The number of the job that the action is about.
    fileprivate var jid: Int64? {
        switch self {
        case .retry(.jid(let jid), _), .cancel(.jid(let jid)), .forget(.jid(let jid)): jid
        default: nil
        }
    }
}
