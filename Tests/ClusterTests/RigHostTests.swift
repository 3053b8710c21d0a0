import Foundation
import JobmonCore
import JobmonTestSupport
import Testing

@testable import JobmonExecutors

/// The words for hosts that jobs must not run on, as a real Grid Engine understands them. Its rig has one host: so that no
/// array can avoid it, but each word can be seen to work.
@Suite(.serialized, .enabled(if: Rig.up.contains(.sge), Rig.why)) struct RigHostTests {
    private func request(avoiding hosts: [String]) throws -> ClusterRequest {
        try ClusterRequest([JobDescription.avoidedHosts: .array(hosts.map { .string($0) })]) { _ in nil }
    }

    private func resources(avoiding hosts: [String]) throws -> String {
        try SGECommands.resources(try request(avoiding: hosts), SchedulerTraits()).joined(separator: ",")
    }

    private func host() async throws -> String {
        let listed = try await Rig.sge.command("qconf", "-sel")
        return try #require(listed.stdout.split(separator: "\n").first.map { String($0).trimmed })
    }

    private func submit(_ more: [String]) async throws -> Executable.Finished {
        try await Running(
            "/usr/bin/env",
            ["qsub", "-terse", "-b", "y", "-w", "e", "-j", "y", "-o", "/dev/null"] + more + ["/bin/true"], stdin: ""
        ).finished()
    }

    private func isListed(_ id: String) async throws -> Bool {
        try await Rig.sge.command("qstat", "-j", id).status == 0
    }

    @Test("a job that avoids another host runs; one that avoids all hosts is refused", .timeLimit(.minutes(20)))
    func submits() async throws {
        let elsewhere = try await submit(["-l", try resources(avoiding: ["nosuchhost", "another"])])
        #expect(elsewhere.status == 0, "\(elsewhere.stderr)")
        let id = elsewhere.stdout.trimmed
        try await waitUntil("it has run", within: 120) { try await !isListed(id) }
        let nowhere = try await submit(["-l", try resources(avoiding: ["nosuchhost", try await host()])])
        #expect(nowhere.status != 0)
        #expect((nowhere.stdout + nowhere.stderr).contains("no suitable queues"), "\(nowhere)")
    }

    @Test("a waiting job can be told to avoid hosts, and that it need not any more", .timeLimit(.minutes(20)))
    func changes() async throws {
        let id = try await submit(["-h"]).stdout.trimmed
        func change(_ hosts: [String]) async throws -> String {
            let words = try #require(BatchDialect.sge.exclude(id, try request(avoiding: hosts), SchedulerTraits()))
            let changed = try await Running("/usr/bin/env", words, stdin: "").finished()
            #expect(changed.status == 0, "\(changed)")
            return try await Rig.sge.command("qstat", "-j", id).stdout
        }
        let avoiding = try await change(["nosuchhost"])
        #expect(avoiding.contains("hostname=!(nosuchhost)"), "\(avoiding)")
        let free = try await change([])
        #expect(!free.contains("nosuchhost"), "\(free)")
        try await Rig.sge.command("qrls", id)
        try await waitUntil("it has run", within: 120) { try await !isListed(id) }
    }
}
