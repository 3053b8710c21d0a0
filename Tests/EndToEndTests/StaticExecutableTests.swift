import Foundation
import JobmonTestSupport
import Testing

/// The executable made by `make dist`, which runs on any node, whatever libraries it has or lacks.
struct StaticExecutableTests {
    static let executable = ProcessInfo.processInfo.environment["JOBMON_STATIC_EXECUTABLE"] ?? "dist/jobmon"
    static let isBuilt = FileManager.default.fileExists(atPath: executable)

    @Test(
        "it works where there are no shared libraries at all", .timeLimit(.minutes(20)),
        .enabled(if: isBuilt, "make dist makes dist/jobmon, which this test looks at"))
    func worksWithoutLibraries() async throws {
        try await withTestDirectory { directory in
            let linked = try await Running("/usr/bin/env", ["ldd", Self.executable], stdin: "").finished()
            #expect((linked.stdout + linked.stderr).contains("not a dynamic executable"), "\(linked.stdout)")

            let node = try await Running(
                "/usr/bin/env", ["bash", "Tests/Nodes/without-libraries.sh", Self.executable, "\(directory)/root"],
                stdin: ""
            ).finished()
            guard node.status != 77 else {
                withKnownIssue("a namespace can't be made here, so nothing was looked at") { Issue.record("skipped") }
                return
            }
            #expect(node.status == 0, "\(node.stderr)")
            let said = node.stdout + node.stderr
            #expect(node.stdout.contains("exec: 2"), "\(said)")
            #expect(node.stderr.contains("5 jobs: 5 complete"), "\(said)")
            #expect(node.stdout.contains("run: 1"), "\(said)")
            #expect(node.stderr.contains("3 jobs: 0 complete, 3 failed"), "\(said)")
            // COMPLETE: one under the wrapper, five of the queue. FAILED: one and three.
            let rows = node.stdout.split(separator: "\n").map { $0.split(separator: " ") }
            #expect(rows.contains(["4", "6"]) && rows.contains(["3", "4"]), "\(said)")
        }
    }
}
