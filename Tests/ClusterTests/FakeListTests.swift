import Foundation
import JobmonTestSupport
import Testing

/// `jobmon run` with a scheduler whose list of jobs is late, cut off, empty or wrong. None of that means an end.
@Suite(.serialized, .enabled(if: FakeCluster.isThere, "there is no python3")) struct FakeListTests {
    @Test("a scheduler that does not answer changes no status", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func unreachable(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named(command)) { run in
                try await waitUntil("all run") { mon.marks().count == 4 }
                try fake.setFault("controller", ["mode": "unreachable"])
                try await waitUntil("the queue says so", within: 150) { run.stderr.contains("can't be asked") }
                #expect(try await mon.statuses() == ["RUNNING"])
                try fake.setFault("controller", nil)
                try await waitUntil("it answers again", within: 150) { run.stderr.contains("answers again") }
                #expect(try await mon.statuses() == ["RUNNING"])
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
            #expect(try fake.calls(of: rig.submit).count == 1)
        }
    }

    @Test(
        "a list that is empty, cut off, invalid or incomplete changes no status", .timeLimit(.minutes(20)),
        arguments: Rig.allCases, ["empty", "nothing", "truncated", "garbage", "omit"])
    func badList(_ rig: Rig, _ mode: String) async throws {
        try await withFake { mon, fake in
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named(command)) { run in
                try await waitUntil("all run") { mon.marks().count == 4 }
                try fake.setFault(rig.list, ["mode": mode])
                try await fake.waitForCalls(of: rig.list, within: 150)
                #expect(try await mon.statuses() == ["RUNNING"])
                try fake.setFault(rig.list, nil)
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
            #expect(try fake.calls(of: rig.submit).count == 1)
        }
    }

    @Test(
        "a list that stays empty ends no existing job", .timeLimit(.minutes(20)), arguments: Rig.allCases)
    func emptyForLong(_ rig: Rig) async throws {
        try await withFake { mon, fake in
            try fake.setFault("cluster", ["hold": [3, 4]])
            let command = "echo {n} >> \(mon.path)/marks; \(untilGo(mon))"
            try await withRun(rig, mon, fake, ["--each", "n=1..4"] + named(command)) { run in
                try await waitUntil("two run") { mon.marks().count == 2 }
                let list = rig == .slurm ? "--noheader" : "-xml"
                try fake.setFault(rig.list, ["mode": "empty", "match": list])
                // Longer than the time to wait for a record.
                try await fake.waitForCalls(rig == .slurm ? 10 : 14, of: rig.list, within: 150)
                #expect(try await mon.statuses() == ["RUNNING", "SUBMITTED"])
                #expect(try fake.calls(of: rig == .slurm ? "scancel" : "qdel").isEmpty)
                try fake.setFault(rig.list, nil)
                try fake.setFault("cluster", nil)
                try mon.go()
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            #expect(mon.marks().sorted() == ["1", "2", "3", "4"])
        }
    }
}
