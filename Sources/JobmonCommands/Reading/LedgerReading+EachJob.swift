import JobmonCore

extension LedgerReading {
    /// Reads jobs and does something with each, in the order of the numbers. Of several jobs those that exist are done,
    /// even if others do not.
    /// - Returns: that the first of those does not exist, for the caller to throw in the end; the others are reported.
    /// - Throws: any other problem, and that the only job does not exist.
    func eachJob(_ numbers: [Int64], _ body: (JobRecord) async throws -> Void) async throws -> Problem? {
        var missing: Problem?
        for number in numbers {
            let job: JobRecord
            do throws(Problem) {
                job = try await self.job(number)
            } catch {
                guard error.code == .notFound, numbers.count > 1 else { throw error }
                if missing != nil { Messages.say("jobmon: \(Printable.line(error.message))") }
                missing = missing ?? error
                continue
            }
            try await body(job)
        }
        return missing
    }
}
