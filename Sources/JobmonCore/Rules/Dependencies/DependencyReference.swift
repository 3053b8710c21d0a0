/// What a job waits for, as a user writes it in the `after` of a job. It can stand for one job or for many.
package enum DependencyReference: Sendable {
    /// The key or the name of jobs, with the wildcards of `GlobPattern`. If it is exactly the key or the name of a job,
    /// its wildcards are ordinary characters.
    case named(String)
    /// The jobs whose param has this value, which may have wildcards. Written as `PARAM=VALUE`; if that is exactly the
    /// key or the name of a job, it means that job.
    case param(String, String)
    /// The jobs that have all of these params with exactly these values. A number is equal to its text.
    case params(JSONObject)
    /// The job with this number in the ledger.
    case jid(Int64)

    /// A reference that is written as a text.
    package init(_ text: String) {
        if let equals = text.firstIndex(of: "="), equals != text.startIndex {
            self = .param(String(text[..<equals]), String(text[text.index(after: equals)...]))
        } else {
            self = .named(text)
        }
    }

    /// The same reference with its texts changed: names, `PARAM=VALUE` as a whole, and the values of params that are
    /// texts. This is for placeholders, so a filled text is read again: `{sites}` can become `site=bergen`.
    package func mapTexts(_ change: (String) -> String) -> DependencyReference {
        switch self {
        case .named(let text): return DependencyReference(change(text))
        case .param(let name, let value): return DependencyReference(change("\(name)=\(value)"))
        case .params(let object):
            return .params(
                JSONObject(
                    object.members.map { member in
                        guard case .string(let text) = member.value else { return member }
                        return (member.name, .string(change(text)))
                    }))
        case .jid: return self
        }
    }

    /// The text of a param's value, by which values are compared.
    static func text(of value: JSON) -> String {
        if case .string(let text) = value { return text }
        return value.text
    }
}

extension DependencyReference: Hashable {
    package static func == (one: DependencyReference, other: DependencyReference) -> Bool {
        switch (one, other) {
        case (.named(let text), .named(let otherText)): text == otherText
        case (.param(let name, let value), .param(let otherName, let otherValue)):
            name == otherName && value == otherValue
        case (.params(let object), .params(let otherObject)): texts(of: object) == texts(of: otherObject)
        case (.jid(let number), .jid(let otherNumber)): number == otherNumber
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .named(let text): hasher.combine(text)
        case .param(let name, let value):
            hasher.combine(name)
            hasher.combine(value)
        case .params(let object): hasher.combine(Self.texts(of: object))
        case .jid(let number): hasher.combine(number)
        }
    }

    /// The values of params as texts. If a name occurs more than once, the last member counts.
    static func texts(of object: JSONObject) -> [String: String] {
        Dictionary(object.members.map { ($0.name, text(of: $0.value)) }) { $1 }
    }
}

extension DependencyReference: CustomStringConvertible {
    /// The longest text that a message shows in full, in bytes.
    private static let longestShown = 80

    /// As it is shown in messages: `"fit 2002"`, `"db=main"`, `{"db":"main"}`, `job 17`. Long texts are cut.
    package var description: String {
        switch self {
        case .named(let text): JSON.string(Self.shortened(text)).text
        case .param(let name, let value): JSON.string(Self.shortened("\(name)=\(value)")).text
        case .params(let object): Self.shortened(JSON.object(object).text)
        case .jid(let number): "job \(number)"
        }
    }

    private static func shortened(_ text: String) -> String {
        text.utf8.count <= longestShown ? text : text.firstBytes(longestShown) + "..."
    }
}
