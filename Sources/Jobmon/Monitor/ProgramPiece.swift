import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// A part of this program that is a job instance.
struct ProgramPiece: Sendable {
    /// The innermost piece that contains the current task.
    @TaskLocal static var current: ProgramPiece?

    /// The maximum number of seconds that the end of the piece waits for its acknowledgement.
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

    /// The directory to report to; nil: none.
    static func layout(_ given: String?) -> DirectoryLayout? {
        guard let path = given ?? getenv("JOBMON_DIR").map({ String(cString: $0) }), !path.isEmpty else { return nil }
        return try? DirectoryLayout(of: path)
    }

    func run<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        begin()
        // Cancelled and awaited at the end of this scope.
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

    /// Sends heartbeats until the task is cancelled.
    private func beat() async {
        while (try? await Task.sleep(for: .seconds(ProtocolLimits.nextHeartbeat()))) != nil {
            facts.say(.heartbeat([instance]))
        }
    }

    private func end(_ outcome: Outcome) async {
        facts.say(.outcome(instance, outcome))
        await facts.settle(within: Self.patience)
    }

    /// The error as text, with its type if its description does not name it.
    private static func words(_ error: any Error) -> String {
        let type = String(describing: type(of: error))
        let text = String(describing: error)
        return text.hasPrefix(type) ? text : "\(type): \(text)"
    }
}
