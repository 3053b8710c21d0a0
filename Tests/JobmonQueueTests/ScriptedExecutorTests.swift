import JobmonCore
import JobmonTestSupport
import Testing

@Suite struct ScriptedExecutorTests {
    @Test(
        "the scripted executor keeps every executor's contract", .timeLimit(.minutes(20)),
        arguments: ExecutorConformance.contracts)
    func conforms(_ contract: ExecutorConformance.Contract) async throws {
        try await contract.check { slots in ScriptedExecutor(slots: slots) }
    }
}
