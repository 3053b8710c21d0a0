import Foundation
import JobmonTestSupport
import Testing

/// Jobs that real schedulers end for their memory or their time: `jobmon explain` names the reason, and who says so,
/// with the numbers.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: !Rig.up.isEmpty, Rig.why)) struct ExplainTests {
    private static let slurm = Rig.up.contains(.slurm)
    private static let sge = Rig.up.contains(.sge)

    /// The rig's Slurm limits memory by the kernel's cgroups where it may make some; elsewhere it samples memory, and
    /// kills all processes of a job that exceeds it.
    private static let slurmMakesCgroups = FileManager.default.fileExists(atPath: "/etc/slurm/cgroup.conf")
    private static let sampled = Comment(
        "this machine does not let Slurm make cgroups: it kills the wrapper too, and no queue asks why")

    /// What `jobmon explain` says of a job.
    private struct Explained {
        var cause: String?
        var why: String
        var certainty: String
        var evidence: [String]
        var next: [String]

        func shows(_ sentence: String) -> Bool { evidence.contains { $0.contains(sentence) } }
    }

    /// Explains a job as JSON and as text: both say the same.
    private func explain(_ mon: ClusterDirectory, _ name: String) async throws -> Explained {
        let jid = try #require(try await mon.jobs()[name]?.jid)
        let json = try await Executable.run(["explain", "-d", mon.path, "\(jid)", "--json"])
        let all = try #require(try JSONSerialization.jsonObject(with: Data(json.stdout.utf8)) as? [[String: Any]])
        let object = try #require(all.first)
        let explained = Explained(
            cause: object["cause"] as? String, why: object["why"] as? String ?? "",
            certainty: object["certainty"] as? String ?? "", evidence: object["evidence"] as? [String] ?? [],
            next: object["next"] as? [String] ?? [])
        let text = try await Executable.run(["explain", "-d", mon.path, "\(jid)"])
        #expect(text.status == 0, "\(text.stderr)")
        #expect(text.stdout.contains("  why       \(explained.why)\n"), "\(text.stdout)")
        #expect(text.stdout.contains("  sure      \(explained.certainty)"), "\(text.stdout)")
        for sentence in explained.evidence + explained.next {
            #expect(text.stdout.contains("  \(sentence)\n"), "\(text.stdout)")
        }
        return explained
    }

    private func run(_ rig: Rig, _ mon: ClusterDirectory, _ jobs: [String]) async throws {
        let run = try await Executable.run(rig.arguments(mon.path, ["-f", try mon.file(jobs)]))
        #expect(run.status == 1, "\(run.stderr)")
    }

    private static let sleeper = #"{"name": "late", "command": ["sleep", "300"], "runtime": 4}"#

    // Slurm counts time in minutes and looks every half a minute: this takes up to 95 s.
    @Test("Slurm: a time limit that passed", .enabled(if: slurm, Rig.why))
    func timeOnSlurm() async throws {
        try await withCluster { mon in
            try await run(.slurm, mon, [Self.sleeper])
            let late = try await explain(mon, "late")
            #expect(late.cause == "time_limit" && late.certainty == "certain", "\(late)")
            #expect(late.why == "Slurm ended it, since its time limit passed", "\(late)")
            #expect(late.evidence.first == "Slurm said: TIMEOUT, Timelimit=00:01:00", "\(late)")
            #expect(late.shows("it ran for 1m") && late.shows(", and 4.0s were requested"), "\(late)")
            #expect(late.next.first?.contains("one more attempt with more time: jobmon retry 1") == true, "\(late)")
        }
    }

    @Test("Slurm: more memory than requested", .enabled(if: slurm, Rig.why))
    func memoryOnSlurm() async throws {
        try await withCluster { mon in
            let program = "import time; x = bytearray(400 << 20); time.sleep(100)"
            try await run(
                .slurm, mon, [#"{"name": "greedy", "command": ["python3", "-c", "\#(program)"], "memory": "100M"}"#])
            let greedy = try await explain(mon, "greedy")
            #expect(greedy.cause == "out_of_memory" && greedy.certainty == "certain", "\(greedy)")
            #expect(greedy.why == "it was killed for its memory", "\(greedy)")
            if Self.slurmMakesCgroups {
                #expect(greedy.shows("the kernel killed a process of it for memory while it ran"), "\(greedy)")
                #expect(greedy.shows("its cgroup was limited to 100.0 MiB"), "\(greedy)")
            } else {
                #expect(greedy.evidence.first?.hasPrefix("Slurm said: slurmstepd") == true, "\(greedy)")
                #expect(greedy.shows(" exceeded memory limit ("), "\(greedy)")
            }
            #expect(greedy.shows("its processes used at least"), "\(greedy)")
            #expect(greedy.shows(", and 100.0 MiB were requested"), "\(greedy)")
            #expect(greedy.next.first?.hasSuffix(" --memory 1.5x") == true, "\(greedy)")
        }
    }

    @Test("Grid Engine: a time limit that passed, heeded and ignored", .enabled(if: sge, Rig.why))
    func timeOnGridEngine() async throws {
        try await withCluster { mon in
            try await run(
                .sge, mon,
                [
                    Self.sleeper,
                    // It does not end when it is told, so that Grid Engine kills it, and its wrapper.
                    #"{"name": "deaf", "command": "trap '' TERM; while :; do sleep 1; done", "runtime": 4}"#,
                ])
            for (name, said) in [
                ("late", "Grid Engine sent SIGUSR2: its h_rt of 4 s is over"),
                ("deaf", "Grid Engine said: 37 : qmaster enforced h_rt, h_cpu, or h_vmem limit (h_rt=4, ru_wallclock="),
            ] {
                let job = try await explain(mon, name)
                #expect(job.cause == "time_limit" && job.certainty == "certain", "\(job)")
                #expect(job.why == "Grid Engine ended it, since its time limit passed", "\(job)")
                #expect(job.evidence.first?.hasPrefix(said) == true, "\(job)")
                #expect(job.shows("it ran for ") && job.shows(", and 4.0s were requested"), "\(job)")
                #expect(job.next.first?.hasSuffix(" --runtime 2x") == true, "\(job)")
            }
        }
    }

    // h_vmem limits the address space of each process, so that a program gets no more memory, and what all processes
    // together use, for which the node's daemon ends the job.
    @Test("Grid Engine: more memory than h_vmem allows a process, and all of them", .enabled(if: sge, Rig.why))
    func memoryOnGridEngine() async throws {
        try await withCluster { mon in
            let program = "import time; x = bytearray(400 << 20); time.sleep(100)"
            let three = "for i in 1 2 3; do python3 -c '\(program)' & done; wait"
            let memory = #""memory": "1G", "memory_resource": "h_vmem""#
            try await run(
                .sge, mon,
                [
                    #"{"name": "alone", "command": ["python3", "-c", "bytearray(2 << 30)"], \#(memory)}"#,
                    #"{"name": "many", "command": "\#(three)", \#(memory)}"#,
                ])
            let alone = try await explain(mon, "alone")
            #expect(alone.cause == "exit" && alone.certainty == "likely", "\(alone)")
            #expect(alone.why == "it got no more memory: MemoryError", "\(alone)")
            #expect(alone.evidence.first == "the command ended with exit code 1", "\(alone)")
            #expect(alone.shows("was limited to 1.0 GiB (h_vmem of Grid Engine)"), "\(alone)")
            #expect(alone.shows(", and 1.0 GiB were requested"), "\(alone)")

            let many = try await explain(mon, "many")
            // It may end before Grid Engine has said how much it used.
            let sure = many.shows("maxvmem") ? "certain" : "likely"
            #expect(many.cause == "out_of_memory" && many.certainty == sure, "\(many)")
            #expect(many.why == "it was killed for its memory", "\(many)")
            #expect(many.evidence.first?.hasPrefix("Grid Engine ") == true && many.shows("h_vmem"), "\(many)")
            #expect(many.next.first?.hasSuffix(" --memory 1.5x") == true, "\(many)")
        }
    }

    @Test(
        "a user's own submission through the shell hook, with too little memory",
        .enabled(if: !slurm || slurmMakesCgroups, sampled), arguments: Rig.up)
    func ownSubmission(_ rig: Rig) async throws {
        try await withCluster { mon in
            let monitor = try await MonitorProcess.start(mon.path)
            let folder = URL(fileURLWithPath: mon.path).deletingLastPathComponent().path
            try "#!/bin/bash\npython3 -c 'bytearray(2 << 30)'\n".write(
                toFile: "\(folder)/own.sh", atomically: true, encoding: .utf8)
            let line = rig == .slurm ? "sbatch --mem=100M -o out own.sh" : "qsub -l h_vmem=1G -cwd -j y -o out own.sh"
            let submitted = try await Running(
                "/bin/bash", ["-c", "eval \"$('\(Executable.path)' hook -d '\(mon.path)')\"\n\(line)"], in: folder,
                environment: ["LC_ALL": "C"], stdin: ""
            ).finished()
            #expect(submitted.status == 0, "\(submitted.stderr)")
            _ = try await mon.wait(for: "own.sh", "is over") { $0.status == "FAILED" }
            let own = try await explain(mon, "own.sh")
            if rig == .slurm {
                #expect(own.cause == "out_of_memory" && own.certainty == "certain", "\(own)")
                #expect(own.shows("its cgroup was limited to 100.0 MiB"), "\(own)")
                #expect(own.shows(", and Slurm gave it 100.0 MiB"), "\(own)")
            } else {
                #expect(own.cause == "exit" && own.certainty == "likely", "\(own)")
                #expect(own.why == "it got no more memory: MemoryError", "\(own)")
                #expect(own.shows("was limited to 1.0 GiB (h_vmem of Grid Engine)"), "\(own)")
            }
            try await monitor.killed()
        }
    }
}
