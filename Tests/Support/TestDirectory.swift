import Foundation

/// A directory of its own for one test, removed at the end unless `JOBMON_KEEP_TESTS` is set. What the test started and did
/// not end, as one that fails may leave it, is killed first: it would go on beside the tests that come.
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
    // Not for its output, which what it started may hold on to.
    do {
        try await waitUntil("what the test has started is over") { left.allSatisfy { !$0.isRunning } }
    } catch {
        // Its own failure says more.
        _ = try result.get()
        throw error
    }
    return try result.get()
}
