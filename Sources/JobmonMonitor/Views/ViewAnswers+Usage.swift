import JobmonCore
import JobmonViews
import JobmonWire

extension ViewAnswers {
    /// What jobs requested, used, and should request. Nothing of it comes from the snapshot: a monitor that nobody looks
    /// at need not read all jobs into one.
    func usage(_ filter: JobFilter, _ query: QueryString) async throws(Problem) -> JSON {
        try await UsageAnswer.of(filter, try UsageQuestion(query), in: ledger, now: time.now()).masked.json
    }
}
