import Foundation
import JobmonCore
import JobmonExecutors
import JobmonReporting
import JobmonTestSupport
import JobmonWire
import Synchronization
import Testing

/// A directory with a local executor, the real executable as its supervisor, and no monitor: all facts stay in the
/// spool.
final class Bench: Sendable {
    let layout: DirectoryLayout
    let queue = "bench"
    private let heard: Mutex<[ExecutorReport]> = Mutex([])

    init(_ path: String) throws {
        layout = DirectoryLayout(root: path)
        for folder in layout.folders {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    /// Starts an executor and reads its reports.
    func executor(slots: Int = 2, say: @escaping @Sendable (String) -> Void = { _ in }) async throws -> LocalExecutor {
        var configuration = LocalExecutor.Configuration(
            layout: layout, queue: queue, slots: slots, host: HostIdentity.host, bootID: HostIdentity.bootID)
        configuration.executable = Executable.path
        configuration.say = say
        let layout = layout
        let executor = try await LocalExecutor.start(configuration) { keys in
            Bench.known(SpoolReader(layout: layout).events(about: Set(keys)))
        }
        let reports = executor.reports()
        Task { [weak self] in
            for await batch in reports { self?.heard.withLock { $0 += batch } }
        }
        return executor
    }

    static func known(_ events: [Event]) -> [String: KnownInstance] {
        var known: [String: KnownInstance] = [:]
        for event in events {
            if let key = event.fact.instanceKey { known[key, default: KnownInstance()].take(event.fact) }
        }
        return known
    }

    func order(
        _ key: String, _ line: String, timeout: Double? = nil, env: JSONObject = [:], cwd: String? = nil,
        logs: Bool = false
    ) -> InstanceOrder {
        InstanceOrder(
            instanceKey: key, jid: 7, retryNumber: 0,
            description: JobDescription(runfile: line, cwd: cwd, env: env, shell: true, timeout: timeout),
            stdoutPath: logs ? "\(layout.logs)/3/\(key).out" : nil,
            stderrPath: logs ? "\(layout.logs)/3/\(key).err" : nil)
    }

    var reports: [ExecutorReport] { heard.withLock { $0 } }

    /// The reported outcomes by key.
    var ends: [String: Outcome] {
        var ends: [String: Outcome] = [:]
        for case .ended(let key, let outcome) in reports { ends[key] = outcome }
        return ends
    }

    var started: Set<String> {
        Set(
            reports.compactMap { report in
                if case .started(let key) = report { key } else { nil }
            })
    }

    var wasLost: Bool {
        reports.contains { report in
            if case .lost = report { true } else { false }
        }
    }

    func end(_ key: String) async throws -> Outcome {
        try await waitFor("the end of \(key)") { ends[key] }
    }

    func hasStarted(_ key: String) async throws {
        try await waitUntil("the start of \(key)") { started.contains(key) }
    }

    /// The pid of the supervisor, from its lock file.
    func supervisor() throws -> Int32 {
        guard let holder = FileLock.holder(layout.supervisorLock(queue)) else {
            throw Problem(.notFound, "no supervisor has its lock")
        }
        return holder.pid
    }

    func supervisorIsGone(within seconds: Double = 30) async throws {
        let lock = layout.supervisorLock(queue)
        try await waitUntil("the end of the supervisor", within: seconds) { FileLock.isHeld(lock) == false }
    }

    /// Waits until the supervisor has closed its end of the connection: then only the listening socket of that name is
    /// left.
    func supervisorNoticesThatItIsAlone() async throws {
        let name = try #require(SupervisorSocket.name(layout, queue: queue))
        try await waitUntil("the supervisor notices that its queue is gone") {
            let sockets = try String(contentsOfFile: "/proc/net/unix", encoding: .utf8)
            return sockets.split(separator: "\n").count(where: { $0.hasSuffix("@\(name)") }) == 1
        }
    }

    /// All events in the spool.
    var spooled: [Event] { SpoolReader(layout: layout).batches().flatMap(\.events) }

    /// A shell line that holds its own lock while it runs, and marks a second one that is alive beside it.
    func marking(_ name: String, _ line: String) -> String {
        "exec 9>>\(layout.root)/\(name).lock; flock -n 9 || { echo twice >> \(layout.root)/twice; exit 99; }; "
            + "echo mark >> \(layout.root)/\(name).marks; \(line)"
    }

    func marks(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "\(layout.root)/\(name).marks", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count
    }

    var anyTwice: Bool { FileManager.default.fileExists(atPath: "\(layout.root)/twice") }
}

/// Runs a test with a bench, and leaves no supervisor behind.
func withBench<Result>(
    _ name: String = #function, _ body: (Bench) async throws -> Result
) async throws -> Result {
    try await withTestDirectory(name) { path in
        let bench = try Bench(path)
        defer {
            if FileLock.isHeld(bench.layout.supervisorLock(bench.queue)) == true, let pid = try? bench.supervisor() {
                kill(pid, SIGKILL)
            }
        }
        return try await body(bench)
    }
}

/// Collects lines from another thread.
final class Collected: Sendable {
    private let all: Mutex<[String]> = Mutex([])
    var lines: [String] { all.withLock { $0 } }
    func add(_ line: String) { all.withLock { $0.append(line) } }
}
