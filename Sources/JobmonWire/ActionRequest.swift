package import JobmonCore

/// The body of `POST /v1/actions`: what a person wants of a job.
package struct ActionRequest: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        case retry
        case cancel
    }

    package var action: Action
    package var jid: Int64

    package init(action: Action, jid: Int64) {
        self.action = action
        self.jid = jid
    }

    /// The event that it becomes: there is one way in for every fact.
    package var event: Event {
        switch action {
        case .retry: Event(fact: .retry(.jid(jid)))
        case .cancel: Event(fact: .cancel(.jid(jid)))
        }
    }

    package var json: JSON { ["action": .string(action.rawValue), "jid": .int(jid)] }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "the body")
        let word = try fields.requiredString("action")
        guard let action = Action(rawValue: word) else {
            throw fields.failure("action", "must be retry or cancel, not \"\(word.prefix(40))\"")
        }
        self.action = action
        jid = try fields.required("jid", try fields.int("jid", atLeast: 1))
    }
}
