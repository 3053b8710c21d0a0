import JobmonCore
import JobmonExecutors
import JobmonReporting
import JobmonTestSupport
import Testing

/// The local executor conforms to the rules for executors, with real processes.
struct LocalConformanceTests {
    @Test(
        "the local executor keeps every executor's contract", .timeLimit(.minutes(20)),
        arguments: ExecutorConformance.contracts)
    func conforms(_ contract: ExecutorConformance.Contract) async throws {
        try await withBench("conforms") { bench in
            let layout = bench.layout
            let queue = bench.queue
            try await contract.check { slots in
                var configuration = LocalExecutor.Configuration(
                    layout: layout, queue: queue, slots: slots, host: HostIdentity.host, bootID: HostIdentity.bootID)
                configuration.executable = Executable.path
                return try await LocalExecutor.start(configuration) { keys in
                    Bench.known(SpoolReader(layout: layout).events(about: Set(keys)))
                }
            }
        }
    }
}
