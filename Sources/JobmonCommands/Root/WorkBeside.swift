import JobmonCore

/// Does `work`, and `beside` for as long as that takes at most.
/// - Parameter beside: is cancelled when the work is over, and may end before.
/// - Throws: what the work throws, when what goes on beside it has ended too.
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
