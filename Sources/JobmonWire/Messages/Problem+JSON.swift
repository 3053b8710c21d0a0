package import JobmonCore

extension Problem {
    /// The members of an error body: a code for programs, a sentence for people, and a hint (or null).
    package var members: JSONObject {
        ["code": .string(code.rawValue), "message": .string(message), "hint": .text(hint)]
    }

    package var json: JSON { .object(members) }

    /// Reads an error body. An unknown code of a newer monitor becomes `internal_error`.
    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "problem")
        self.init(
            Code(rawValue: try fields.requiredString("code")) ?? .internalError,
            try fields.requiredString("message"), hint: try fields.string("hint"))
    }

    /// The problem of a message with an invalid member.
    package init(_ error: FieldError) {
        self.init(.invalid, "\(error)", hint: "see docs/protocol.md for the members of each message")
    }

    /// The problem of a text that is not JSON.
    /// - Parameter name: what the text is, for the message.
    package init(_ error: JSONSyntaxError, in name: String = "body") {
        self.init(
            .malformed, "the \(name) is \(error)", hint: "send one JSON value, UTF-8, without anything after it")
    }
}
