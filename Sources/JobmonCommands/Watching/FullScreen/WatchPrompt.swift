import JobmonCore
import JobmonWire

/// A question to the person at the keyboard, in the last line.
enum WatchPrompt: Sendable, Equatable {
    case filter(String)
    case sort
    /// How many jobs it would be is being found out.
    case counting(WatchAction)
    case confirm(WatchAction, jobs: Int, continuing: String?)
    case amount(WatchAction, Amount, String)

    /// What a retry may have more of.
    enum Amount: String, Sendable {
        case memory, runtime
    }
}

/// Something to do to jobs.
struct WatchAction: Sendable, Equatable {
    enum Kind: String, Sendable {
        case retry, cancel
    }

    var kind: Kind
    var filter: JobFilter
    /// The one job that it is for; nil: those of the filter.
    var job: Int64?
    /// What the jobs are, in words: `job 17`, `the jobs of E3`.
    var words: String
    var memory: String?
    var runtime: String?

    func body(expect jobs: Int) -> JSON {
        var query = QueryString()
        filter.append(to: &query)
        var object = JSONObject()
        object.append("action", .string(kind.rawValue))
        object.append("filter", .string(String(query.text.dropFirst())))
        object.append("expect", .int(Int64(jobs)))
        object.append("memory", ifPresent: memory.map { .string($0) })
        object.append("runtime", ifPresent: runtime.map { .string($0) })
        return .object(object)
    }

    /// The change of resources in words, with a space in front; empty: none.
    var change: String {
        if let memory { return " with memory \(memory)" }
        if let runtime { return " with a time limit of \(runtime)" }
        return ""
    }
}
