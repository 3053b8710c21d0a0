import JobmonCore
import Synchronization

@testable import JobmonExecutors

/// The scheduler of `PretendDialect`: a list in memory behind five commands.
final class PretendCluster: CommandRunner {
    struct State: Sendable {
        /// The names of jobs, by number.
        var names: [Int: String] = [:]
        /// Tasks that are not over, with `waits` or `runs`.
        var tasks: [Int: [Int: String]] = [:]
        /// Exit codes of tasks that are over.
        var ended: [Int: [Int: Int]] = [:]
        var calls: [[String]] = []
    }

    private let state = Mutex(State())

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    var calls: [[String]] { state.withLock { $0.calls } }

    func run(
        _ command: [String], within seconds: Double, givingUpAt hopeless: String?
    ) async throws(ExecutorError) -> CommandResult {
        let output = state.withLock { state -> String? in
            state.calls.append(command)
            return Self.answer(command, &state)
        }
        guard let output else { return CommandResult(status: 1, output: "", complaint: "pretend: no such command") }
        return CommandResult(status: 0, output: output)
    }

    private static func answer(_ command: [String], _ state: inout State) -> String? {
        switch command[0] {
        case "plimits": return "3\n"
        case "phosts": return "here\n"
        case "psub":
            let job = 10 + state.names.count
            state.names[job] = command[2]
            state.tasks[job] = Dictionary(uniqueKeysWithValues: (1...(Int(command[4]) ?? 1)).map { ($0, "waits") })
            return "\(job)\n"
        case "plist":
            return state.tasks.sorted { $0.key < $1.key }.flatMap { job, tasks in
                tasks.sorted { $0.key < $1.key }.map { "\(job) \($0.key) \($0.value) \(state.names[job] ?? "")\n" }
            }.joined()
        case "pdone":
            return state.ended.flatMap { job, tasks in
                tasks.map { "\(job) \($0.key) \(state.names[job] ?? "") \($0.value)\n" }
            }.joined()
        case "pkill":
            guard let job = Int(command[1]) else { return nil }
            let numbers = command.dropFirst(2).compactMap { Int($0) }
            state.tasks[job] = numbers.isEmpty ? [:] : state.tasks[job]?.filter { !numbers.contains($0.key) }
            return ""
        default: return nil
        }
    }
}
