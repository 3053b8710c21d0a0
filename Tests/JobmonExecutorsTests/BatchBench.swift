import Foundation
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import Synchronization

@testable import JobmonExecutors

/// A batch executor with a Slurm that is a list in memory, and a clock that moves only when told to.
final class BatchBench: Sendable {
    let layout: DirectoryLayout
    let slurm = SlurmInMemory()
    let executor: BatchExecutor
    private let clock: SteppedClock
    private let record = Mutex<[String: KnownInstance]>([:])

    /// - Parameter previous: the bench of an earlier process, whose clock is shared.
    init(_ path: String, after previous: BatchBench? = nil) throws {
        let layout = DirectoryLayout(root: path)
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        let clock = previous?.clock ?? SteppedClock()
        var configuration = BatchExecutor.Configuration(
            layout: layout, queue: "bench", executable: "/nowhere/jobmon", host: "here", bootID: "boot",
            random: { UUID().uuidString.lowercased() })
        configuration.time = clock.time
        configuration.listening = { clock.listening }
        let record = Mirror()
        executor = try BatchExecutor(.slurm, configuration, runner: slurm) { record.ask($0) }
        self.layout = layout
        self.clock = clock
        record.bench.withLock { $0 = self }
    }

    /// The source of records for the executor: the bench, once it exists.
    private final class Mirror: Sendable {
        let bench = Mutex<BatchBench?>(nil)
        func ask(_ keys: [String]) -> [String: KnownInstance] {
            guard let bench = bench.withLock({ $0 }) else { return [:] }
            return bench.record.withLock { record in record.filter { keys.contains($0.key) } }
        }
    }

    func wait(_ seconds: Double) { clock.wait(seconds) }

    /// A monitor listens from now on; `monitorGoes`: none listens.
    func monitorComes() { clock.monitorComes() }
    func monitorGoes() { clock.monitorGoes() }

    /// Sets the record of an instance from now on.
    func note(
        _ key: String, started: Bool = true, host: String = "elsewhere", seen ago: Double = 0, outcome: Outcome? = nil,
        open: Outcome? = nil
    ) {
        var known = KnownInstance(
            started: started, host: host, process: ProcessIdentity(pid: 1, started: 1), outcome: outcome)
        known.open = open
        known.lastSeen = clock.time.now().advanced(bySeconds: -ago)
        record.withLock { $0[key] = known }
    }

    /// Its wrapper has started.
    func begin(_ key: String) throws {
        try Data("1\n".utf8).write(to: URL(fileURLWithPath: layout.fence(key)))
    }

    static func order(_ key: String, _ resources: JSONObject = [:]) -> InstanceOrder {
        InstanceOrder(
            instanceKey: key, jid: 7, retryNumber: 0,
            description: JobDescription(runfile: "/bin/true", resources: resources))
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    func manifests() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: layout.manifests) }
}

/// A clock that moves only when told to.
final class SteppedClock: Sendable {
    private let state = Mutex((seconds: 1000.0, listening: Double?.some(0)))
    private static let start = Timestamp(milliseconds: 1_790_000_000_000)

    var time: TimeSource {
        TimeSource(
            wall: { [self] in Self.start.advanced(bySeconds: state.withLock { $0.seconds }) },
            steady: { [self] in state.withLock { $0.seconds } })
    }

    var listening: Timestamp? { state.withLock { $0.listening }.map { Self.start.advanced(bySeconds: $0) } }

    func wait(_ seconds: Double) { state.withLock { $0.seconds += seconds } }
    func monitorComes() { state.withLock { $0.listening = $0.seconds } }
    func monitorGoes() { state.withLock { $0.listening = nil } }
}

/// A Slurm that is a list in memory.
final class SlurmInMemory: CommandRunner {
    struct State: Sendable {
        /// Array jobs with their names and marks.
        var jobs: [Int: (name: String, mark: String)] = [:]
        /// Tasks in the list by `JOB_TASK`, with their states.
        var tasks: [String: String] = [:]
        /// Records of the accounting, without the name, the limits and the task's own number (102 of `101_1`).
        var accounts: [String: String] = [:]
        /// Results that commands return once, instead of their answers.
        var faults: [String: [CommandResult]] = [:]
        /// The maximum number of tasks of a user.
        var most = Int.max
        var maxArraySize = 1001
        var version = "22.05.8"
        /// Runs while a command runs.
        var meanwhile: @Sendable (_ program: String) -> Void = { _ in }
        var calls: [[String]] = []
        var lastID = 100
    }

    private let state = Mutex(State())

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func calls(_ program: String) -> [[String]] { state.withLock { $0.calls.filter { $0.first == program } } }

    static let timeout = CommandResult(
        status: 1, output: "", complaint: "error: Socket timed out on send/recv operation")

    func run(
        _ command: [String], within seconds: Double, givingUpAt hopeless: String?
    ) async throws(ExecutorError) -> CommandResult {
        if command.last == "--version" {
            return CommandResult(status: 0, output: "slurm \(state.withLock { $0.version })\n")
        }
        state.withLock { $0.meanwhile }(command.first ?? "")
        let result = state.withLock { state -> CommandResult in
            state.calls.append(command)
            let program = command.first ?? ""
            if let fault = state.faults[program]?.first {
                state.faults[program]?.removeFirst()
                return fault
            }
            return Self.answer(command, &state)
        }
        return result
    }

    private static func answer(_ command: [String], _ state: inout State) -> CommandResult {
        func option(_ name: String) -> String? {
            command.first { $0.hasPrefix("--\(name)=") }.map { String($0.dropFirst(name.count + 3)) }
        }
        switch command.first {
        case "sbatch":
            let count = option("array").flatMap { Int($0.dropFirst(2)) } ?? 0
            guard state.tasks.count + count <= state.most else {
                return CommandResult(
                    status: 1, output: "",
                    complaint: "sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: Job "
                        + "violates accounting/QOS policy (job submit limit, user's size and/or time limits)")
            }
            state.lastID += 1
            let mark = option("comment") ?? ""
            state.jobs[state.lastID] = (option("job-name") ?? "", mark)
            for number in 1...max(1, count) { state.tasks["\(state.lastID)_\(number)"] = "PENDING" }
            return CommandResult(status: 0, output: "\(state.lastID)\n")
        case "squeue":
            let rows = state.tasks.sorted { $0.key < $1.key }.map { id, standing in
                "\(id)|\(standing)|None|\(state.jobs[Int(id.split(separator: "_")[0]) ?? 0]?.mark ?? "")\n"
            }
            return CommandResult(status: 0, output: rows.joined())
        case "sacct":
            let rows = state.accounts.sorted { $0.key < $1.key }.map { id, rest in
                let parts = id.split(separator: "_").map { Int($0) ?? 0 }
                return "\(id)|\(state.jobs[parts[0]]?.name ?? "")|\(rest)|01:00:00|100M|\(parts[0] + parts[1])\n"
            }
            return CommandResult(status: 0, output: rows.joined())
        case "scontrol" where command.contains("ping"):
            return CommandResult(status: 0, output: "Slurmctld(primary) at here is UP\n")
        case "scontrol" where command.contains("config"):
            return CommandResult(status: 0, output: "MaxArraySize            = \(state.maxArraySize)\n")
        case "scontrol":
            guard let id = command.last.flatMap({ Int($0) }), let job = state.jobs[id] else {
                return CommandResult(
                    status: 1, output: "", complaint: "slurm_load_jobs error: Invalid job id specified")
            }
            let rows = state.tasks.filter { $0.key.hasPrefix("\(id)_") }.map { task, standing in
                "JobId=\(id) ArrayJobId=\(id) ArrayTaskId=\(task.split(separator: "_")[1]) JobName=\(job.name) "
                    + "JobState=\(standing)\n"
            }
            // Its array exists, whatever happened to its tasks.
            let other = "JobId=\(id) ArrayTaskId=99999 JobName=\(job.name) JobState=RUNNING\n"
            return CommandResult(status: 0, output: rows.joined() + other)
        case "scancel":
            for id in command.dropFirst() {
                state.tasks = state.tasks.filter {
                    $0.value != "PENDING" || $0.key != id && !$0.key.hasPrefix("\(id)_")
                }
            }
            return CommandResult(status: 0, output: "")
        default: return CommandResult(status: 127, output: "")
        }
    }
}
