import Foundation
import JobmonTestSupport
import Testing

/// The commands of the documents for new users do what the documents say: their exit codes are compared.
struct TutorialTests {
    @Test(
        "every block of commands of a page ends as it should",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit"), "the tutorial uses prlimit"),
        .timeLimit(.minutes(20)), arguments: ["tutorial.md", "jobs.md"])
    func page(_ name: String) async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let result = try await Running(
            "/usr/bin/env", ["python3", "\(root)/scripts/check-tutorial.py", Executable.path, "\(root)/docs/\(name)"],
            stdin: ""
        ).finished()
        #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
    }
}
