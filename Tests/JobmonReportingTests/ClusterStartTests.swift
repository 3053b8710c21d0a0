import Foundation
import JobmonCore
import JobmonReporting
import JobmonTestSupport
import Testing

/// Which start of a scheduler's job a process belongs to, and which of several processes it is.
@Suite struct ClusterStartTests {
    private static let slurm = ["SLURM_JOB_ID": "7", "SLURM_CLUSTER_NAME": "c"]

    private static func job(_ more: [String: String] = [:]) throws -> ClusterJob {
        let variables = slurm.merging(more) { $1 }
        return try #require(ClusterJob.current { variables[$0] })
    }

    private static func start(_ stamp: String? = nil, restarts: Int = 0, hasEnded: Bool = false) -> RememberedStart {
        RememberedStart(
            restarts: restarts, instance: "i", name: "fit", stamp: stamp, host: "n1", bootID: "b",
            wrapper: ProcessIdentity(pid: 12, started: 34), began: Timestamp(milliseconds: 1_000_000),
            hasEnded: hasEnded)
    }

    private static func isThat(
        _ start: RememberedStart, _ more: [String: String] = [:], host: String = "n1", boot: String = "b",
        below: Bool = false, alive: Bool = true, instance: String? = nil, submitted: Double? = nil
    ) throws -> Bool {
        start.isThatOf(
            RememberedStart.Asker(
                job: try job(more), host: host, bootID: boot, instance: instance, isBelow: { _ in below },
                isAlive: { _ in alive }, submitted: { submitted }))
    }

    @Test func oneStartIsOneJob() throws {
        #expect(try Self.isThat(Self.start(), below: true))
        #expect(try Self.isThat(Self.start(), instance: "i"))
        // A step started by slurmstepd; the scheduler says that the job was there before.
        #expect(try Self.isThat(Self.start(), submitted: 990))
        #expect(try Self.isThat(Self.start(), host: "n2", alive: false, submitted: 990))
        // The scheduler cannot be asked.
        #expect(try Self.isThat(Self.start(), host: "n2"))
        #expect(try Self.isThat(Self.start("s1"), ["SLURM_JOB_SLUID": "s1"], host: "n2"))
    }

    @Test func anotherStartIsNot() throws {
        #expect(try !Self.isThat(Self.start(), ["SLURM_RESTART_COUNT": "1"], below: true))
        #expect(try !Self.isThat(Self.start(hasEnded: true), below: true))
        // The id was used again: the wrapper is gone, its machine has rebooted, or the new job came later.
        #expect(try !Self.isThat(Self.start(), alive: false))
        #expect(try !Self.isThat(Self.start(), boot: "other"))
        #expect(try !Self.isThat(Self.start(), submitted: 1100))
        #expect(try !Self.isThat(Self.start(), host: "n2", submitted: 1100))
        #expect(try !Self.isThat(Self.start("s1"), ["SLURM_JOB_SLUID": "s2"], below: true))
        #expect(try !Self.isThat(Self.start("100"), ["SLURM_JOB_START_TIME": "200"], below: true))
    }

    @Test func theNextStartGoesOnWithTheJob() throws {
        #expect(Self.start().isFollowed(by: try Self.job(["SLURM_RESTART_COUNT": "1"]), name: "fit"))
        #expect(Self.start().isFollowed(by: try Self.job(["SLURM_RESTART_COUNT": "3"]), name: "fit"))
        #expect(!Self.start().isFollowed(by: try Self.job(["SLURM_RESTART_COUNT": "1"]), name: "other"))
        #expect(!Self.start().isFollowed(by: try Self.job(), name: "fit"))
        #expect(!Self.start(restarts: 2).isFollowed(by: try Self.job(["SLURM_RESTART_COUNT": "1"]), name: "fit"))
        let sge = ["JOB_ID": "7", "SGE_TASK_ID": "1", "SGE_ROOT": "/", "RESTARTED": "1"]
        #expect(Self.start(restarts: 1).isFollowed(by: try #require(ClusterJob.current { sge[$0] }), name: "fit"))
    }

    @Test func itIsKept() async throws {
        try await withTestDirectory("start") { path in
            let layout = DirectoryLayout(root: path)
            try FileManager.default.createDirectory(atPath: layout.run, withIntermediateDirectories: true)
            let file = RememberedStart.path(layout, try Self.job())
            #expect(file != RememberedStart.path(layout, try Self.job(["SLURM_ARRAY_TASK_ID": "1"])))
            #expect(file != RememberedStart.path(layout, try Self.job(["SLURM_CLUSTER_NAME": "d"])))
            #expect(RememberedStart.read(file) == nil)
            Self.start("s").write(file)
            #expect(RememberedStart.read(file) == Self.start("s"))
            Self.start(restarts: 1, hasEnded: true).write(file)
            #expect(RememberedStart.read(file) == Self.start(restarts: 1, hasEnded: true))
            var other = Self.start()
            other.instance = "j"
            other.remove(file)
            #expect(RememberedStart.read(file) != nil, "a later one is somebody else's")
            RememberedStart.sweep(layout, now: Int(Date().timeIntervalSince1970))
            #expect(RememberedStart.read(file) != nil)
            RememberedStart.sweep(layout, now: Int(Date().timeIntervalSince1970) + 100 * 86400)
            #expect(RememberedStart.read(file) == nil)
            try "{".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(RememberedStart.read(file) == nil)
        }
    }

    @Test func slurmsWordOnASubmission() {
        setenv("TZ", "UTC", 1)
        tzset()
        #expect(SlurmJobText("JobId=7 SubmitTime=2026-11-28T16:36:59 X=1").submitted == 1_795_883_819)
        #expect(SlurmJobText("JobId=7 SubmitTime=Unknown").submitted == nil)
    }

    struct RankCase: Sendable {
        var variables: [String: String]
        var isStep = false
        var rank: String?
    }

    @Test(arguments: [
        RankCase(variables: ["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"], rank: "3"),
        RankCase(variables: ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"], rank: nil),
        // mpirun within a step that has one task on each node.
        RankCase(
            variables: [
                "OMPI_COMM_WORLD_RANK": "5", "OMPI_COMM_WORLD_SIZE": "8", "SLURM_PROCID": "1", "SLURM_STEP_ID": "0",
                "SLURM_STEP_NUM_TASKS": "2",
            ], rank: "5"),
        RankCase(variables: ["PMI_RANK": "2", "PMI_SIZE": "4"], rank: "2"),
        RankCase(variables: ["PMI_RANK": "0", "PMI_SIZE": "1"], rank: nil),
        RankCase(variables: ["PMIX_RANK": "1"], rank: "1"),
        RankCase(variables: ["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "1"], rank: nil),
        RankCase(variables: ["SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_STEP_ID": "2"], rank: "0"),
        RankCase(variables: ["SLURM_PROCID": "3", "SLURM_NTASKS": "4"], rank: "3"),
        // A batch script with four tasks, of Slurm 22.05 and 26.05.
        RankCase(variables: ["SLURM_PROCID": "0", "SLURM_NTASKS": "4"], rank: nil),
        RankCase(variables: ["SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_STEP_ID": "-5"], rank: nil),
        RankCase(variables: ["SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_STEP_ID": "4294967291"], rank: nil),
        RankCase(variables: ["SLURM_PROCID": "0", "SLURM_NTASKS": "4"], isStep: true, rank: "0"),
        RankCase(variables: ["SLURM_PROCID": "0", "SLURM_NTASKS": "1"], isStep: true, rank: nil),
        RankCase(variables: [:], isStep: true, rank: nil),
    ])
    func ranks(_ item: RankCase) {
        #expect(ProcessRank.current(isStep: item.isStep) { item.variables[$0] } == item.rank, "\(item.variables)")
    }
}
