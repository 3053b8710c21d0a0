import JobmonCore

/// What a job waits for: one job of the same queue, or several. A text is the name or the key of jobs, in which `*` stands
/// for any text and `?` for one character, or `PARAM=VALUE`.
public struct JobDependency: Sendable, Hashable, ExpressibleByStringLiteral {
    let reference: DependencyReference

    /// Jobs by their name or key, `fit*`, or by the value of a param, `year=1995`.
    public init(_ text: String) { reference = DependencyReference(text) }
    /// Jobs by their name or key, `fit*`, or by the value of a param, `year=1995`.
    public init(stringLiteral text: String) { self.init(text) }

    private init(_ reference: DependencyReference) { self.reference = reference }

    /// A job of the queue, by its key.
    public static func job(_ job: Job) -> JobDependency { JobDependency(.named(job.key)) }
    /// The job with this number in the ledger.
    public static func number(_ jid: Int64) -> JobDependency { JobDependency(.jid(jid)) }
    /// All jobs with all of these values of params.
    public static func params(_ params: [String: String]) -> JobDependency {
        JobDependency(.params(JSONObject(texts: params)))
    }
}
