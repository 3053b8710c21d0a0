import JobmonCore
import JobmonViews

/// Where answers get the snapshot of all jobs from.
protocol SnapshotSource: Sendable {
    /// Answers a question from the snapshot, of which it must keep no part.
    /// - Parameters:
    ///   - params: the params whose values the question needs.
    ///   - body: gets the snapshot and its version.
    /// - Returns: nil: the snapshot is being built.
    /// - Throws: the ledger cannot be read, or what `body` throws.
    func answer<Value: Sendable>(
        params: [String], _ body: @Sendable (JobSnapshot, Int) throws(Problem) -> Value
    ) async throws(Problem) -> Value?

    /// The number of jobs that are read, while the snapshot is being built; nil: it is ready, or nobody asked for it.
    var jobsRead: Int? { get async }
}

extension SnapshotSource {
    func answer<Value: Sendable>(
        _ body: @Sendable (JobSnapshot, Int) throws(Problem) -> Value
    ) async throws(Problem) -> Value? {
        try await answer(params: [], body)
    }
}

/// The jobs of a ledger that nobody writes to: read once, at the first question, which waits for it.
actor FixedSnapshot: SnapshotSource {
    private let reader: SnapshotReader
    private var snapshot: JobSnapshot?
    private var reading: Task<JobSnapshot, any Error>?

    init(_ ledger: any SnapshotReading) { reader = SnapshotReader(ledger) }

    var jobsRead: Int? { nil }

    func answer<Value: Sendable>(
        params: [String], _ body: @Sendable (JobSnapshot, Int) throws(Problem) -> Value
    ) async throws(Problem) -> Value? {
        var held = try await read()
        if params.contains(where: { !held.paramNames.contains($0) }) {
            try await reader.load(params: params, into: &held)
            snapshot = held
        }
        return try body(held, 1)
    }

    private func read() async throws(Problem) -> JobSnapshot {
        if let snapshot { return snapshot }
        let reader = reader
        let reading =
            reading
            ?? Task {  // allowed: awaited right below
                try await reader.build { _ in }
            }
        self.reading = reading
        do {
            let built = try await reading.value
            if snapshot == nil { snapshot = built }
            self.reading = nil
            return snapshot ?? built
        } catch let problem as Problem {
            self.reading = nil
            throw problem
        } catch {
            self.reading = nil
            throw Problem(.unavailable, "the jobs could not be read: \(error)")
        }
    }
}
