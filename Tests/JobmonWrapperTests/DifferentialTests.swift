import Foundation
import JobmonTestSupport
import Testing

/// Each hard case runs alone and under `jobmon exec`, with monitors in various states.
/// `Tests/Differential/differential.py` runs and compares them, and reports differences.
@Suite(.serialized, .timeLimit(.minutes(20))) struct DifferentialTests {
    @Test(arguments: ["none", "absent", "up", "stopped", "silent", "garbage"])
    func nothingDiffersUnderExec(monitor: String) async throws {
        let finished = try await compare(Executable.path, monitor)
        let different = finished.stdout.split(separator: "\n").filter { !$0.hasPrefix("same") }.joined(separator: "\n")
        #expect(finished.status == 0, "with the monitor \(monitor):\n\(different)\n\(finished.stderr)")
        // All cases ran.
        #expect(finished.stdout.split(separator: "\n").filter { $0.hasPrefix("same") }.count >= 50)
    }

    /// The comparison itself can fail.
    @Test func aNaiveWrapperIsFoundWanting() async throws {
        let finished = try await compare(Self.file("naive-wrapper"), "none", "exit code")
        #expect(finished.status == 1)
        #expect(finished.stdout.split(separator: "\n").filter { $0.hasPrefix("DIFFERENT") }.count >= 7)
    }

    private static func file(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Differential/\(name)").path
    }

    private func compare(_ wrapper: String, _ words: String...) async throws -> Executable.Finished {
        try await Running("/usr/bin/env", ["python3", Self.file("differential.py"), wrapper] + words).finished()
    }

    /// Not a timed test: it prints the cost of a wrapper.
    @Test func overhead() async throws {
        try await withTestDirectory { path in
            func milliseconds(_ words: [String]) async throws -> Double {
                var all: [Double] = []
                for _ in 0..<15 {
                    let begun = ContinuousClock.now
                    let finished = try await Running(words[0], Array(words.dropFirst()), stdin: "").finished()
                    #expect(finished.status == 0)
                    all.append((ContinuousClock.now - begun) / .milliseconds(1))
                }
                return all.sorted()[all.count / 2]
            }
            let bare = try await milliseconds(["/bin/true"])
            let wrapped = try await milliseconds([Executable.path, "exec", "-d", path, "--", "/bin/true"])
            print("exec -- /bin/true: \(wrapped) ms, bare: \(bare) ms (medians of 15, debug build)")
        }
    }
}
