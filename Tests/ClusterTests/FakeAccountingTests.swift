import Foundation
import JobmonTestSupport
import Testing

/// `jobmon run` with a scheduler whose accounting is the only source for how a job ended; the accounting may be in any
/// state.
@Suite(.serialized, .enabled(if: FakeCluster.isThere, "there is no python3")) struct FakeAccountingTests {
    /// How the accounting reacts when it is asked about a task that is over.
    enum Accounting: String, CaseIterable, Sendable {
        case normal, late, unfinished, running, midnight, duplicates, reissued
    }

    @Test(
        "kill -9 of the wrapper: the outcome comes from the accounting, in whatever state that is",
        .timeLimit(.minutes(20)), arguments: Rig.allCases, Accounting.allCases)
    func wrapperKilled(_ rig: Rig, _ accounting: Accounting) async throws {
        try await withFake { mon, fake in
            if accounting != .normal {
                try fake.setFault(rig.accounting, ["mode": accounting.rawValue, "seconds": 8])
            }
            let command = "\(endlessAtFirst(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks"
            try await withRun(rig, mon, fake, ["--retries", "1", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("kill", rig.id(1))
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["FAILED", "COMPLETE"], "\(String(describing: job))")
            #expect(job?.instances.first?.cause == "signal" && job?.instances.first?.signal == 9)
            #expect(mon.marks().count == 2 && Set(mon.marks()).count == 2)
        }
    }

    @Test(
        "without accounting the end is unknown: UNKNOWN, and started again once it is surely over",
        .timeLimit(.minutes(20)), arguments: Rig.allCases, ["off", "empty"])
    func noAccounting(_ rig: Rig, _ mode: String) async throws {
        try await withFake { mon, fake in
            try fake.setFault(rig.accounting, ["mode": mode])
            let command = "\(once(mon)); \(endlessAtFirst(mon)); echo $JOBMON_INSTANCE >> \(mon.path)/marks"
            try await withRun(rig, mon, fake, ["--retries", "1", "--name", "one", "--", "sh", "-c", command]) { run in
                try await waitUntil("it runs") { mon.marks().count == 1 }
                try await fake.command("kill", rig.id(1))
                try await fake.waitForCalls(of: rig.accounting)
                #expect(mon.marks().count == 1)
                let status = try await run.finished().status
                #expect(status == 0, "\(run.stderr)")
            }
            let job = try await mon.jobs()["one"]
            #expect(job?.instances.map(\.status) == ["UNKNOWN", "COMPLETE"], "\(String(describing: job))")
            #expect(mon.marks().count == 2 && mon.marks("twice") == [])
        }
    }
}
