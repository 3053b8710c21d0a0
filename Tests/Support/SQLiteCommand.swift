import Foundation

/// Queries a ledger's file with the `sqlite3` program, an independent reader that shares no code with the product.
package enum SQLiteCommand {
    /// Whether `sqlite3` is installed. Tests that need it are skipped without it, with a message.
    package static let isThere: Bool =
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/sqlite3")
        }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// The rows of a query; each is a list of texts.
    package static func rows(_ file: String, _ sql: String) async throws -> [[String]] {
        let result = try await Running(
            "/usr/bin/env", ["sqlite3", "-readonly", "-cmd", ".timeout 5000", "-separator", "\u{1F}", file, sql],
            stdin: ""
        ).finished()
        guard result.status == 0 else { throw Failure(description: "sqlite3: \(result.stderr)") }
        return result.stdout.split(separator: "\n").map {
            $0.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The single number that a query returns.
    package static func number(_ file: String, _ sql: String) async throws -> Int {
        guard let text = try await rows(file, sql).first?.first, let number = Int(text) else {
            throw Failure(description: "no number came from: \(sql)")
        }
        return number
    }
}
