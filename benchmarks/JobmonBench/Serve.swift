import ArgumentParser
import Dispatch
import Glibc
import JobmonCore
import JobmonLedger
import JobmonMonitor
import Logging
import ServiceLifecycle

/// The product's own monitor around a ledger of choice. The product itself is always around a file.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers requests until SIGTERM; says PORT and SECRET on stdout once it does.")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        /// A file, as the product.
        case file
        /// All of the work of a file but the disk.
        case memory
        /// No commit at all.
        case none
    }

    @Argument(help: "Where the ledger's file is, or is made.")
    var file: String

    @Option(help: "file, memory or none: what becomes of an event.")
    var commit = Kind.file

    @Option(help: "Make this many running instances first, with the keys bench-1, bench-2 and so on.")
    var instances = 0

    func run() async throws {
        let real = try SQLiteLedger.open(commit == .file ? .file(path: file) : .memory, time: .system)
        try await makeInstances(in: real)
        let sequence = try await real.summary(queue: nil).sequence
        let ledger: any Ledger = commit == .none ? WithoutCommit(real, after: sequence) : real

        let secret = "benchmark"
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let monitor = Monitor(
            ledger: ledger, layout: nil, configuration: MonitorConfiguration(secret: secret), time: .system,
            logger: logger)
        signal(SIGTERM, SIG_IGN)
        let terminated = DispatchSource.makeSignalSource(signal: SIGTERM)
        terminated.setEventHandler { monitor.stop() }
        terminated.activate()
        try await monitor.run { bound in say("\(bound.port) \(secret)") }
        terminated.cancel()
        try await real.close()
    }

    private func makeInstances(in ledger: SQLiteLedger) async throws {
        var events: [Event] = []
        for number in stride(from: 1, through: instances, by: 1) {
            let instance = InstanceReference.key("bench-\(number)")
            let job = JobDescription(runfile: "/bin/true", args: ["\(number)"], params: ["n": .int(Int64(number))])
            events.append(Event(fact: .submitted(instance, Submission(description: job, executor: "bench"))))
            events.append(Event(fact: .running(instance, Start(host: "n7", process: ProcessIdentity(pid: 4711)))))
        }
        for start in stride(from: 0, to: events.count, by: 10000) {
            _ = try await ledger.record(Array(events[start..<min(events.count, start + 10000)]))
        }
    }
}
