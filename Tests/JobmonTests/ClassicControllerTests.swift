import Foundation
import Jobmon
import JobmonTestSupport
import Testing

/// The example controller, with real .py, .R and .sh files.
@Suite(.timeLimit(.minutes(20)))
struct ClassicControllerTests {
    static let hasR = ["/usr/bin", "/usr/local/bin"].contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/Rscript")
    }
    private static let program = URL(fileURLWithPath: Executable.path).deletingLastPathComponent()
        .appendingPathComponent("ClassicController").path

    private func start(_ directory: String, seconds: Double) throws -> Running {
        try Running(
            Self.program, [directory, "\(seconds)"], environment: ["JOBMON_EXECUTABLE": Executable.path], stdin: "")
    }

    private func jobs(_ directory: String) async throws -> [[String: Any]] {
        let listed = try await Executable.run(["jobs", "-d", directory, "--json"])
        return try JSONSerialization.jsonObject(with: Data(listed.stdout.utf8)) as? [[String: Any]] ?? []
    }

    private func check(_ finished: Executable.Finished, _ directory: String) async throws {
        #expect(finished.status == 0 && !finished.signalled, "\(finished.stdout)\(finished.stderr)")
        #expect(finished.stdout.contains("7 of 8 jobs are complete"), "\(finished.stdout)")
        #expect(
            finished.stdout.contains(
                "model 1989: exit code 1: ValueError: no data for 1989: the first survey was in 1990"))
        let jobs = try await jobs(directory)
        #expect(jobs.count == 8)
        for job in jobs {
            let name = job["name"] as? String ?? ""
            #expect(job["status"] as? String == (name == "model 1989" ? "FAILED" : "COMPLETE"), "\(name)")
            #expect((job["instances"] as? [Any])?.count == 1, "\(name) was run more than once")
        }
        let summary = try String(contentsOfFile: "\(directory)/summary.csv", encoding: .utf8)
        #expect(summary.contains("1990,1990.375"), "\(summary)")
        #expect(FileManager.default.fileExists(atPath: "\(directory)/archive.tar"))
        let report = try String(contentsOfFile: "\(directory)/job_report.csv", encoding: .utf8)
        #expect(report.split(separator: "\r\n").count == 9)
    }

    @Test(
        "its jobs run, the failing one is named, and the same again runs nothing", .enabled(if: hasR, "needs Rscript"))
    func runsAndRunsNothingAgain() async throws {
        try await withTestDirectory { directory in
            try await check(try await start("\(directory)/run", seconds: 0.05).finished(), "\(directory)/run")
            try await check(try await start("\(directory)/run", seconds: 0.05).finished(), "\(directory)/run")
        }
    }

    @Test("killed with -9 and run again, it continues, and nothing runs twice", .enabled(if: hasR, "needs Rscript"))
    func goesOnAfterAKill() async throws {
        try await withTestDirectory { directory in
            let first = try start("\(directory)/run", seconds: 1)
            try await waitUntil("two jobs are complete and two run", within: 60) {
                guard FileManager.default.fileExists(atPath: "\(directory)/run/job_monitor.sqlite") else {
                    return false
                }
                let statuses = try await jobs("\(directory)/run").compactMap { $0["status"] as? String }
                return statuses.filter { $0 == "COMPLETE" }.count >= 1 && statuses.filter { $0 == "RUNNING" }.count == 2
            }
            try await first.killed()
            try await check(try await start("\(directory)/run", seconds: 1).finished(), "\(directory)/run")
        }
    }

    @Test("a served directory and a missing executable are reported with a hint")
    func saysWhatIsWrong() async throws {
        try await withTestDirectory { directory in
            let monitor = try await MonitorProcess.start("\(directory)/run")
            let refused = try await start("\(directory)/run", seconds: 0).finished()
            #expect(refused.status == 1)
            #expect(refused.stdout.contains("\(monitor.pid)") && refused.stdout.contains("jobmon stop"))
            try await monitor.killed()
            let lost = try await Running(
                Self.program, ["\(directory)/other"], environment: ["JOBMON_EXECUTABLE": "/nowhere/jobmon"], stdin: ""
            ).finished()
            #expect(lost.status == 1)
            #expect(lost.stdout.contains("JOBMON_EXECUTABLE is /nowhere/jobmon"), "\(lost.stdout)")
        }
    }
}
