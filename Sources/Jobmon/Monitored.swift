import Glibc
import JobmonCore
import JobmonReporting

/// Runs a piece of this program as a job of its own: the monitor knows when it began, that it is alive, and how it
/// ended. Nothing else about it changes: with the monitor away, hung or missing it runs all the same, and what it said is
/// spooled.
///
///     try await monitored(name: "fit", params: ["year": "1995"], directory: "run") { try await fit(1995) }
///
/// It is COMPLETE when `body` returns; FAILED, with the error's description, when it throws; CANCELLED when it throws a
/// `CancellationError`. When the program is killed, its monitor learns that from the silence: UNKNOWN after 10 minutes.
///
/// - Parameters:
///   - name: what people know it by.
///   - params: named values to filter by. In a process of a parallel program (MPI, a step of Slurm) `rank` is one of them.
///   - directory: the monitor's directory; nil: `$JOBMON_DIR`, and without that nothing is recorded.
///   - isolation: where `body` runs: where the caller does.
///   - body: the piece.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, and nothing of its own.
public func monitored<Value>(
    name: String, params: [String: String] = [:], directory: String? = nil,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async rethrows -> Value {
    guard let layout = ProgramPiece.layout(directory) else { return try await body() }
    let piece = ProgramPiece(layout: layout, name: name, params: params)
    return try await piece.run(body)
}

extension CentralJobMonitor {
    /// Runs a piece of this program as a job of its own on this monitor.
    /// - Parameters:
    ///   - name: what people know it by.
    ///   - params: named values to filter by.
    ///   - isolation: where `body` runs: where the caller does.
    ///   - body: the piece.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, and nothing of its own.
    public func monitored<Value>(
        name: String, params: [String: String] = [:], isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        try await ProgramPiece(layout: layout, name: name, params: params).run(body)
    }
}

/// A piece of this program that is a job instance.
struct ProgramPiece: Sendable {
    /// The innermost piece that the current task is in.
    @TaskLocal static var current: ProgramPiece?

    /// Seconds between heartbeats, give or take a fifth, so that a swarm does not beat as one.
    private static let heartbeat = 30.0
    /// Seconds that the acknowledgement of the end may hold up the program.
    private static let patience = 0.1

    let facts: OwnFacts
    let instance: InstanceReference
    private let name: String
    private let params: [String: String]

    init(layout: DirectoryLayout, name: String, params: [String: String]) {
        facts = OwnFacts.of(layout)
        instance = .key(makeUUID())
        self.name = name
        let rank = ProcessRank.current { getenv($0).map { String(cString: $0) } }
        self.params = rank.map { params.merging(["rank": $0]) { given, _ in given } } ?? params
    }

    /// The directory that is meant; nil: none.
    static func layout(_ given: String?) -> DirectoryLayout? {
        guard let path = given ?? getenv("JOBMON_DIR").map({ String(cString: $0) }), !path.isEmpty else { return nil }
        return try? DirectoryLayout(of: path)
    }

    func run<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        begin()
        // Cancelled, and awaited, with this scope.
        async let _: Void = beat()
        do {
            let value = try await Self.$current.withValue(self, operation: body)
            await end(Outcome(status: .complete))
            return value
        } catch {
            let outcome =
                error is CancellationError
                ? Outcome(status: .cancelled, cause: .cancelled)
                : Outcome(status: .failed, cause: .exit, description: Self.words(error))
            await end(outcome)
            throw error
        }
    }

    private func begin() {
        let pid = getpid()
        let arguments = CommandLine.arguments
        facts.say(
            .submitted(
                instance,
                Submission(
                    description: JobDescription(
                        name: name, runfile: arguments.first ?? "", args: Array(arguments.dropFirst()),
                        params: JSONObject(texts: params), cwd: (try? DirectoryLayout(of: "."))?.root),
                    executor: "program", executorID: String(pid))))
        facts.say(
            .running(
                instance,
                Start(
                    host: HostIdentity.host, bootID: HostIdentity.bootID,
                    process: ProcessTable.process(pid) ?? ProcessIdentity(pid: pid))))
    }

    /// Says that it is alive, until the task is cancelled.
    private func beat() async {
        while (try? await Task.sleep(for: .seconds(Self.heartbeat * Double.random(in: 0.8...1.2)))) != nil {
            facts.say(.heartbeat([instance]))
        }
    }

    private func end(_ outcome: Outcome) async {
        facts.say(.outcome(instance, outcome))
        await facts.settle(within: Self.patience)
    }

    /// An error in words: its type, where its description does not name it.
    private static func words(_ error: any Error) -> String {
        let type = String(describing: type(of: error))
        let text = String(describing: error)
        return text.hasPrefix(type) ? text : "\(type): \(text)"
    }
}
