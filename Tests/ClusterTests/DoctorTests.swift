import Foundation
import JobmonTestSupport
import Testing

/// `jobmon doctor` on clusters: on the fake one, whose faults can be chosen, and on the real ones.
@Suite(.serialized) struct ClusterDoctorTests {
    private func doctor(
        _ rig: Rig, _ mon: ClusterDirectory, _ more: [String] = [], environment: [String: String] = [:]
    ) async throws -> (status: Int32, lines: [String]) {
        let result = try await Executable.run(
            ["doctor", "-d", mon.path, "--executor", rig.rawValue] + more, environment: environment)
        #expect(result.stderr.isEmpty, "\(result.stderr)")
        return (result.status, result.stdout.split(separator: "\n").map(String.init))
    }

    private func line(_ verdict: String, _ subject: String, _ words: String, in lines: [String]) -> Bool {
        lines.contains { $0.hasPrefix(verdict) && $0.contains(subject) && $0.contains(words) }
    }

    @Test(
        "on a real cluster: its version, its limits, the address, and a job that comes back",
        .enabled(if: !Rig.up.isEmpty, Rig.why), .timeLimit(.minutes(20)), arguments: Rig.up)
    func real(_ rig: Rig) async throws {
        try await withCluster { mon in
            // On a new Grid Engine there is no accounting before the first job.
            if rig == .sge { _ = try await doctor(rig, mon) }
            let (status, lines) = try await doctor(rig, mon)
            let all = Comment(rawValue: lines.joined(separator: "\n"))
            #expect(status == 0, all)
            #expect(line("ok", "version", rig == .slurm ? "Slurm: slurm" : "Grid Engine: SGE 8.1.9", in: lines), all)
            #expect(line("ok", "scheduler", "answers", in: lines), all)
            #expect(line("ok", "accounting", "it can be read", in: lines), all)
            #expect(line("ok", rig == .slurm ? "arrays" : "limits", "in an array job", in: lines), all)
            #expect(line("ok", "address", "node", in: lines), all)
            #expect(line("ok", "job", "came back after", in: lines), all)
            let left = try FileManager.default.contentsOfDirectory(atPath: mon.path)
            #expect(!left.contains { $0.hasPrefix(".jobmon-doctor") }, "\(left)")
        }
    }

    @Test(
        "a job that does not start in time is taken back, and the scheduler says why it waited",
        .enabled(if: !Rig.up.isEmpty, Rig.why), .timeLimit(.minutes(20)), arguments: Rig.up)
    func waits(_ rig: Rig) async throws {
        try await withCluster { mon in
            let (status, lines) = try await doctor(
                rig, mon, ["--queue-options", rig.waitingOptions, "--within", "12s"])
            let all = Comment(rawValue: lines.joined(separator: "\n"))
            #expect(status == 1, all)
            #expect(line("wrong", "job", "did not start within", in: lines), all)
            if rig == .slurm { #expect(line("wrong", "job", "the scheduler says: JobHeldUser", in: lines), all) }
            // (slurm 7_1): it is in the scheduler no more.
            let words = lines.last { $0.hasPrefix("wrong") }?.split { "(), ".contains($0) } ?? []
            let place = try #require(words.firstIndex { $0 == rig.rawValue })
            let id = words[place + 1].prefix { $0.isNumber }
            let listed = try await rig.command(rig.list)
            #expect(!id.isEmpty && !listed.stdout.contains(" \(id)"), "\(listed.stdout)")
        }
    }

    @Test("a controller that does not answer", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func controllerAway(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault(rig.list, ["mode": "unreachable"])
            let (status, lines) = try await doctor(rig, mon, environment: fake.environment)
            let all = Comment(rawValue: lines.joined(separator: "\n"))
            #expect(status == 1, all)
            #expect(line("wrong", "scheduler", "does not answer", in: lines), all)
            #expect(!lines.contains { $0.contains("job of one second") }, all)
        }
    }

    @Test("accounting that cannot be asked is a remark: jobs run", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func noAccounting(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault(rig.accounting, ["mode": "refused"])
            let (status, lines) = try await doctor(rig, mon, environment: fake.environment)
            let all = Comment(rawValue: lines.joined(separator: "\n"))
            #expect(status == 0, all)
            #expect(line("remark", "accounting", "it cannot be read", in: lines), all)
            #expect(line("ok", "job", "came back after", in: lines), all)
        }
    }
}
