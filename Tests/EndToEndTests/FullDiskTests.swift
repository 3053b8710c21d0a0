import Foundation
import JobmonTestSupport
import Testing

/// A real full disk: a small file system in memory, which only root can mount.
@Suite(.enabled(if: SmallDisk.isPossible, "a file system of its own is mounted, which needs root"))
struct FullDiskTests {
    /// Sends events with the given number of bytes, one per request, and prints the status of each answer.
    private static let sender = """
        import http.client, json, sys
        info = json.load(open(sys.argv[1] + "/monitor_info.json"))
        for _ in range(int(sys.argv[2])):
            connection = http.client.HTTPConnection(info["address"], info["port"], timeout=20)
            event = {"kind": "submitted", "executor": "plain", "job": {"name": "x" * int(sys.argv[3])}}
            connection.request("POST", "/v1/events", json.dumps({"events": [event]}), {
                "Content-Type": "application/json", "Authorization": "Bearer " + info["secret"]})
            answer = connection.getresponse()
            answer.read()
            print(answer.status, answer.getheader("Retry-After") is not None)
        """

    private func send(_ directory: String, _ count: Int, bytes: Int) async throws -> [String] {
        let finished = try await Running(
            "/usr/bin/env", ["python3", "-c", Self.sender, directory, String(count), String(bytes)], stdin: ""
        ).finished()
        #expect(finished.status == 0, "\(finished.stderr)")
        return finished.stdout.split(separator: "\n").map(String.init)
    }

    @Test("a running monitor answers 503, stays alive, and continues when there is room", .timeLimit(.minutes(20)))
    func fullWhileRunning() async throws {
        try await SmallDisk.with { disk in
            let monitor = try await MonitorProcess.start("\(disk.path)/mon")
            #expect(try await send("\(disk.path)/mon", 1, bytes: 10) == ["200 False"])
            try disk.fill()
            #expect(try await send("\(disk.path)/mon", 3, bytes: 100_000) == ["503 True", "503 True", "503 True"])
            try disk.makeRoom()
            #expect(try await send("\(disk.path)/mon", 2, bytes: 1000) == ["200 False", "200 False"])
            monitor.send(SIGTERM)
            #expect(try await monitor.finished().status == 0)
        }
    }

    @Test("no monitor starts on a full disk", .timeLimit(.minutes(20)))
    func fullAtStart() async throws {
        try await SmallDisk.with { disk in
            try disk.fill()
            let result = try await Executable.run(["monitor", "\(disk.path)/mon"])
            #expect(result.status == 4)
            #expect(result.stderr.contains("the disk is full"), "\(result.stderr)")
            #expect(result.stderr.contains("free some space"), "\(result.stderr)")
            #expect(!FileManager.default.fileExists(atPath: "\(disk.path)/mon/job_monitor.sqlite"))
        }
    }
}
