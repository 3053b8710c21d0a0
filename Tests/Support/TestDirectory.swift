import Foundation

/// Runs `body` with a new directory, which is removed at the end unless `JOBMON_KEEP_TESTS` is set. First, processes
/// that the test started and did not end (because it failed) are killed, so that they do not disturb later tests.
package func withTestDirectory<Result>(
    _ name: String = #function, _ body: (_ path: String) async throws -> Result
) async throws -> Result {
    let words = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    var template = Array("\(base)/jobmon-\(words.prefix(40)).XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
    let path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        if ProcessInfo.processInfo.environment["JOBMON_KEEP_TESTS"] == nil {
            try? FileManager.default.removeItem(atPath: path)
        }
    }
    let started = Started()
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await Started.$current.withValue(started) { try await body(path) })
    } catch {
        result = .failure(error)
    }
    let left = started.running
    for process in left { process.send(SIGKILL) }
    killAll(naming: path)
    // Do not wait for its output, which its children may hold open.
    do {
        try await waitUntil("what the test has started is over") { left.allSatisfy { !$0.isRunning } }
    } catch {
        // The failure of `body` itself is more informative.
        _ = try result.get()
        throw error
    }
    return try result.get()
}

/// Kills every process whose command line names the test's directory: supervisors that outlive their queue, and commands
/// that wait for a file there, which would wait for ever.
private func killAll(naming path: String) {
    let needle = Data(path.utf8)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
        guard let pid = Int32(name), pid != getpid(),
            let words = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline")),
            words.range(of: needle) != nil
        else { continue }
        kill(pid, SIGKILL)
    }
}
