/// Runs `body` and cancels it when the time is over. It must then end soon; that is waited for.
/// - Throws: `HTTPFailure.noAnswer` if the time is over, and what `body` throws.
func withTimeLimit<Value: Sendable>(
    _ seconds: Double, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask { () async throws -> Value in
            try await Task.sleep(for: .seconds(seconds))
            throw HTTPFailure.noAnswer(seconds: seconds)
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
