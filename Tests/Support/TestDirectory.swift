import Foundation

/// A directory of its own for one test, removed at the end unless `JOBMON_KEEP_TESTS` is set.
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
    return try await body(path)
}
