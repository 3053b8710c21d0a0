import Foundation
import JobmonTestSupport
import Testing

/// The demo of the README, run as by a new user.
struct DemoTests {
    @Test("make demo's script: three COMPLETE, two FAILED, each failure named", .timeLimit(.minutes(20)))
    func demo() async throws {
        try await withTestDirectory { directory in
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path
            let result = try await Running(
                "/usr/bin/env", ["bash", "\(root)/demo/run.sh", Executable.path, "\(directory)/mon"], stdin: ""
            ).finished()
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.stdout.contains("ValueError: year 1987 is before the first survey (1990)"))
            #expect(result.stdout.contains("SIGKILL"))
            #expect(result.stdout.contains("Three jobs COMPLETE, two FAILED"))
        }
    }
}
