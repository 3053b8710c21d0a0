import JobmonCore

/// Runs `work`, and `beside` at the same time.
/// - Parameter beside: is cancelled when the work is over; it may end earlier.
/// - Throws: the error of `work`, after `beside` has ended too.
func withWork<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(Problem) -> Value, beside: @escaping @Sendable () async -> Void
) async throws(Problem) -> Value {
    let result: Result<Value, Problem> = await withTaskGroup(of: Void.self) { group in
        group.addTask(operation: beside)
        defer { group.cancelAll() }
        do throws(Problem) { return .success(try await work()) } catch { return .failure(error) }
    }
    return try result.get()
}
