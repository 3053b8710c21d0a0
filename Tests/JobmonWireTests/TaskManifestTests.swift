import JobmonCore
import Testing

@testable import JobmonWire

/// A manifest is read back, whole and task by task, and an incomplete one is refused.
struct TaskManifestTests {
    private static let manifest = TaskManifest(
        batch: "b-1", queue: "fit é", executor: "sge", name: "fit.abc.def",
        intended: Timestamp(milliseconds: 1_769_851_800_123), timeLimit: 90,
        orders: (1...120).map { number in
            InstanceOrder(
                instanceKey: "key \(number)", jid: Int64(number), retryNumber: number % 3,
                description: JobDescription(
                    name: "n\n\(number)", runfile: "sh",
                    args: ["-c", "echo \"$1\"", String(repeating: "é", count: number * 90)],
                    cwd: "/w", env: ["A": "b"], timeout: 2.5), stdoutPath: "/o/\(number)", stderrPath: nil)
        })

    @Test func readsBackWhole() throws { #expect(try TaskManifest(Self.manifest.bytes) == Self.manifest) }

    @Test("a task reads only a small part of it")
    func readsOneTask() throws {
        let bytes = Self.manifest.bytes
        for task in [1, 2, 77, 120] {
            var read = 0
            let reader = TaskManifest.Reader { offset, count in
                let part = Array(bytes[offset..<min(bytes.count, offset + count)])
                read += part.count
                return part
            }
            #expect(try reader.order(task) == Self.manifest.orders[task - 1])
            #expect(read < 40_000 && read < bytes.count / 10)
        }
    }

    @Test func noSuchTask() {
        let bytes = Self.manifest.bytes
        let reader = TaskManifest.Reader { offset, count in Array(bytes[offset..<min(bytes.count, offset + count)]) }
        for task in [0, -1, 121] { #expect(throws: Problem.self) { try reader.order(task) } }
    }

    @Test("a file that was cut off anywhere is refused, not read in part")
    func torn() {
        let bytes = Self.manifest.bytes
        for length in stride(from: 0, to: bytes.count - 1, by: 997) {
            #expect(throws: Problem.self, "\(length)") { try TaskManifest(Array(bytes[..<length])) }
        }
    }
}
