import Jobmon
import JobmonCore
import JobmonViews
import JobmonWire

extension UsageAnswer {
    /// The answer of a directory's monitor, or of its file if there is none.
    static func asked(
        _ filter: JobFilter, _ question: UsageQuestion, of access: DirectoryAccess
    ) async throws(Problem) -> UsageAnswer {
        var query = QueryString()
        filter.append(to: &query)
        question.append(to: &query)
        // It does not come from the jobs that a monitor keeps in memory: there is nothing to wait for.
        let bytes = try await access.views(waiting: 0).view(.usage, query)
        do {
            return try UsageAnswer(try JSON(parsing: bytes))
        } catch {
            throw Problem(.unavailable, "the monitor's answer about resources cannot be read: \(error)")
        }
    }
}
