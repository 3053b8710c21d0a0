import Foundation
import JobmonTestSupport
import Testing

/// Retry rules on real clusters: more of what was too little, another host, and hosts that are avoided.
@Suite(.serialized, .enabled(if: !Rig.up.isEmpty, Rig.why)) struct RigRelaunchTests {
    private static let slurm = Rig.up.contains(.slurm)

    private func requested(_ mon: ClusterDirectory, _ column: String) async throws -> [Int] {
        let read = try await Executable.run([
            "query", "-d", mon.path, "--csv",
            "select cast(\(column) as integer) from job_instance order by retry_number",
        ])
        return read.stdout.split(whereSeparator: \.isNewline).dropFirst().compactMap { Int($0) }
    }

    @Test(
        "killed for its memory: tried again with more of it, and complete", .timeLimit(.minutes(20)), arguments: Rig.up)
    func memory(_ rig: Rig) async throws {
        try await withCluster { mon in
            // The first attempt stays until it is ended.
            let lives =
                "import time; x = bytearray(\(rig == .slurm ? 150 : 400) << 20); time.sleep(100 if {attempt} == 1 else 0)"
            let command =
                rig == .slurm
                ? "python3 -c '\(lives)'" : "for i in 1 2 3; do python3 -c '\(lives)' & done; wait"
            let more = rig == .slurm ? #""memory": "100M""# : #""memory": "1G", "memory_resource": "h_vmem""#
            let file = try mon.file([#"{"name": "greedy", "command": "\#(command)", \#(more)}"#])
            let run = try await Executable.run(
                rig.arguments(mon.path, ["-f", file], retry: ["oom:1,mem=3x"]))
            #expect(run.status == 0, "\(run.stderr)")
            let job = try await mon.jobs()["greedy"]
            #expect(job?.instances.map(\.cause) == ["out_of_memory", nil], "\(String(describing: job))")
            let first = rig == .slurm ? 100 << 20 : 1 << 30
            #expect(try await requested(mon, "requested_memory") == [first, 3 * first])
            let show = try await Executable.run(["show", "-d", mon.path, "1"])
            #expect(show.stdout.contains("(rule oom:1,mem=3x)"), "\(show.stdout)")
        }
    }

    @Test(
        "ended at its time limit: tried again with more time, and complete", .timeLimit(.minutes(20)), arguments: Rig.up
    )
    func time(_ rig: Rig) async throws {
        try await withCluster { mon in
            let file = try mon.file([
                #"{"name": "late", "command": "test {attempt} = 2 || exec sleep 300", "runtime": 4}"#
            ])
            let run = try Running(
                Executable.path, rig.arguments(mon.path, ["-f", file], retry: ["time_limit:1,time=20x"]), stdin: "")
            let running = try await mon.wait(for: "late", "runs") { $0.status == "RUNNING" }
            if rig == .slurm, let id = running.last?.executorID {
                // Slurm's unit is the minute; its administrator can make the end come sooner.
                try await rig.command("scontrol", "update", "JobId=\(id)", "EndTime=now")
            }
            #expect(try await run.finished().status == 0, "\(run.stderr)")
            let job = try await mon.jobs()["late"]
            #expect(job?.instances.map(\.cause) == ["time_limit", nil], "\(String(describing: job))")
            #expect(try await requested(mon, "requested_runtime") == [4, 80])
        }
    }

    @Test(
        "its node goes down: by default tried again elsewhere, and the attempt does not count",
        .enabled(if: slurm, Rig.why), .timeLimit(.minutes(20)))
    func elsewhere() async throws {
        var node = ""
        try await withCluster { mon in
            let command =
                "echo $SLURMD_NODENAME >> \(mon.path)/marks; test $(wc -l < \(mon.path)/marks) -gt 1 || exec sleep 300"
            let run = try Running(
                Executable.path,
                Rig.slurm.arguments(mon.path, ["--name", "one", "--", "sh", "-c", command], retry: []), stdin: "")
            try await waitUntil("it runs", within: 60) { mon.marks().count == 1 }
            node = mon.marks()[0]
            try await Rig.slurm.command("scontrol", "update", "NodeName=\(node)", "State=DOWN", "Reason=test")
            // It is there again, and would be taken.
            _ = try await mon.wait(for: "one", "has lost its node") { $0.instances.first?.cause == "node_failure" }
            try await Rig.slurm.command("scontrol", "update", "NodeName=\(node)", "State=RESUME")
            #expect(try await run.finished().status == 0, "\(run.stderr)")
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.cause) == ["node_failure", nil], "\(String(describing: job))")
            #expect(mon.marks().count == 2 && mon.marks()[1] != node, "\(mon.marks())")
            let show = try await Executable.run(["show", "-d", mon.path, "1"])
            #expect(show.stdout.contains("another attempt, not on \(node) (rule node_failure:3)"), "\(show.stdout)")
            #expect(show.stdout.contains("attempts     1 of 1 used"), "\(show.stdout)")
        }
        try await Rig.slurm.command("scontrol", "update", "NodeName=\(node)", "State=RESUME")
    }

    @Test(
        "a host on which jobs fail that work elsewhere is avoided", .enabled(if: slurm, Rig.why),
        .timeLimit(.minutes(20)))
    func badHost() async throws {
        try await withCluster { mon in
            // A node that eats jobs: it fails each at once, while the others work on theirs.
            let command =
                "echo $SLURMD_NODENAME >> \(mon.path)/marks; test $SLURMD_NODENAME != node3 || exit 7; sleep 2"
            let run = try Running(
                Executable.path,
                Rig.slurm.arguments(
                    mon.path,
                    [
                        "--each", "n=1..160", "-j", "48", "--retries", "9", "--backoff", "0", "--name", "n{n}", "--",
                        "sh",
                        "-c", command,
                    ], retry: []), stdin: "")
            try await waitUntil("the queue says so", within: 240) {
                run.stderr.contains("host node3 is avoided for 30m00s: ")
            }
            let before = mon.marks().count
            #expect(try await run.finished().status == 0, "\(run.stderr)")
            // What Slurm had begun before it was told may have come there.
            let after = mon.marks().dropFirst(before)
            #expect(after.count > 40 && after.count { $0 == "node3" } <= 8, "\(before): \(after)")
            #expect(!after.suffix(30).contains("node3"), "\(before): \(after)")
            let events = try await Executable.run([
                "query", "-d", mon.path, "--csv",
                "select body ->> '$.setting.avoids' from event where kind = 'set' and body ->> '$.setting.avoids' is not null",
            ])
            #expect(events.stdout.contains("node3"), "\(events)")
        }
    }
}
