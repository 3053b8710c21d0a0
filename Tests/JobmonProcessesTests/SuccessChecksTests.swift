import Foundation
import JobmonCore
import JobmonSystem
import JobmonTestSupport
import Synchronization
import Testing

@testable import JobmonProcesses

/// What decides whether exit code 0 is a success.
@Suite struct SuccessChecksTests {
    private func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    // MARK: Expected outputs

    @Test func whatIsMissingOrEmptyIsNamed() async throws {
        try await withTestDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/old", withIntermediateDirectories: true)
            let outputs = try #require(ExpectedOutputs(["a.csv", "\(directory)/b.csv", "old"], in: directory))
            #expect(outputs.look().missing == MissingOutput(path: "a.csv", isEmpty: false))
            try write("", "\(directory)/a.csv")
            #expect(outputs.look().missing == MissingOutput(path: "a.csv", isEmpty: true))
            try write("1", "\(directory)/a.csv")
            #expect(outputs.look().missing == MissingOutput(path: "\(directory)/b.csv", isEmpty: false))
            try write("1", "\(directory)/b.csv")
            #expect(outputs.look().missing == MissingOutput(path: "old", isEmpty: true))
            try write("", "\(directory)/old/..x")
            #expect(outputs.look() == ExpectedOutputs.Finding())
            #expect(ExpectedOutputs([], in: directory) == nil)
        }
    }

    @Test func whatIsAsItWasIsNamed() async throws {
        try await withTestDirectory { directory in
            try write("1", "\(directory)/a.csv")
            let outputs = try #require(ExpectedOutputs(["a.csv"], in: directory))
            #expect(outputs.look().untouched == "a.csv")
            #expect(outputs.look().missing == nil)
            // The same size; a new file.
            try FileManager.default.removeItem(atPath: "\(directory)/a.csv")
            try write("2", "\(directory)/b.csv")
            try FileManager.default.moveItem(atPath: "\(directory)/b.csv", toPath: "\(directory)/a.csv")
            #expect(outputs.look() == ExpectedOutputs.Finding())
        }
    }

    @Test func aDirectoryThatWasThereIsNoDoubt() async throws {
        try await withTestDirectory { directory in
            try write("1", "\(directory)/a.csv")
            let outputs = try #require(ExpectedOutputs([directory], in: nil))
            #expect(outputs.look() == ExpectedOutputs.Finding())
        }
    }

    @Test func onANetworkFileSystemAMissingOneMayAppear() async throws {
        try await withTestDirectory { directory in
            let checks = SuccessChecks(
                ExpectedOutputs(["a.csv"], in: directory, isShared: { _ in true }), nil)
            #expect(checks.isWaiting(Evidence(exitCode: 0)))
            #expect(!checks.isWaiting(Evidence(exitCode: 1)) && !checks.isWaiting(Evidence(signal: 9)))
            try write("1", "\(directory)/a.csv")
            #expect(!checks.isWaiting(Evidence(exitCode: 0)))
            #expect(!SuccessChecks(ExpectedOutputs(["b"], in: directory), nil).isWaiting(Evidence(exitCode: 0)))
        }
    }

    // MARK: Memory

    @Test func aChildThatWasKilledForMemoryIsDoubt() {
        let streams = WrittenStreams(stderr: .none, stdout: .none, words: ["x"], directory: nil)
        let own = WrittenEnds(of: Evidence(exitCode: 0, oomKills: 1), streams, started: 1)
        #expect(own.doubt == "the kernel killed a process of it for memory")
        let shared = WrittenEnds(of: Evidence(exitCode: 0, oomKills: 1, oomShared: true), streams, started: 1)
        #expect(shared.doubt == nil)
    }

    @Test func theSmallestLimitOfACgroupAndThoseAroundItCounts() async throws {
        try await withTestDirectory { root in
            let inner = "\(root)/job_7/step_0"
            try FileManager.default.createDirectory(atPath: "\(inner)/task", withIntermediateDirectories: true)
            func limit() -> Int64? { Cgroup(version: .two, folder: "\(inner)/task", root: root).memoryLimit() }
            #expect(limit() == nil)
            try write("max\n", "\(inner)/task/memory.max")
            try write("9223372036854771712\n", "\(root)/memory.max")
            #expect(limit() == nil)
            try write("104857600\n", "\(inner)/memory.max")
            try write("209715200\n", "\(root)/job_7/memory.max")
            #expect(limit() == 104_857_600)
            // Not further than to the root.
            #expect(Cgroup(version: .two, folder: root, root: root).memoryLimit() == nil)
        }
    }

    @Test(
        arguments: [
            (
                "slurmstepd: error: Detected 1 oom-kill event(s) in step 7.0 cgroup. Some of your processes may have been "
                    + "killed by the cgroup out-of-memory handler.\n", true
            ),
            (
                "slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed.\n",
                true
            ),
            ("a\nsrun: error: n1: task 0: Out Of Memory\nb\n", true),
            ("Memory cgroup out of memory: Killed process 7 (R) total-vm:1kB\n", true),
            ("Out of memory: Kill process 7 (R) score 9 or sacrifice child\n", true),
            ("java.lang.OutOfMemoryError: Java heap space\n", false), ("my log of oom_kill event\n", false),
            ("", false),
        ] as [(String, Bool)])
    func whatIsWrittenOfAKillForMemoryCounts(_ stderr: String, _ counts: Bool) {
        var evidence = Evidence(signal: 9)
        evidence.addMemoryWord(in: .end(stderr))
        #expect((Cause.decide(evidence).cause == .outOfMemory) == counts)
        for other in [Evidence(exitCode: 1), Evidence(signal: 11), Evidence(signal: 9, timedOut: true)] {
            var evidence = other
            evidence.addMemoryWord(in: .end(stderr))
            #expect(evidence == other)
        }
    }

    // MARK: Lines that mean failure

    private func look(_ patterns: [String], _ output: WrittenOutput) throws -> FailureSearch.Answer {
        try #require(FailureSearch(patterns)).look(in: [("stdout", output)])
    }

    @Test(
        arguments: [
            ("^FATAL", "ok\nFATAL: no data\r\nmore\n", "FATAL: no data"), ("^FATAL", "not FATAL\n", nil),
            ("a\\d+$", "x\ny a12", "y a12"), ("(?i)error", "0 ERRORs\n", "0 ERRORs"),
            ("é{2}", "caf\u{E9}\u{E9}", "caféé"),
            ("x", "", nil), ("b", "\u{1}b\n", "\u{1}b"),
        ] as [(String, String, String?)])
    func linesAreFound(_ pattern: String, _ text: String, _ line: String?) async throws {
        try await withTestDirectory { directory in
            try write(text, "\(directory)/out")
            let expected = line.map { FailureSearch.Answer.found($0) } ?? .absent
            #expect(try look([pattern], .file("\(directory)/out")) == expected)
            #expect(try look([pattern], .end(text)) == expected)
            #expect(try look(["never", pattern], .end(text)) == expected)
        }
    }

    @Test func bytesThatAreNoTextAreNoError() async throws {
        try await withTestDirectory { directory in
            try Data([0xFF, 0xFE, 0x0A] + Array("ERROR \u{FFFD}".utf8) + [0xFF, 0x0A]).write(
                to: URL(fileURLWithPath: "\(directory)/out"))
            guard case .found(let line) = try look(["^ERROR"], .file("\(directory)/out")) else {
                Issue.record("not found")
                return
            }
            #expect(line.hasPrefix("ERROR"))
        }
    }

    @Test func aLineIsFoundWhereverItsBytesAreCut() throws {
        let patterns = [try LinePattern("^ERROR 7 of 9$")]
        let text = Array("some\nERROR 7 of 9\nmore\n".utf8)
        for cut in 0...text.count {
            var lines = SearchedLines(patterns, time: .system, until: .infinity)
            lines.take(text[..<cut])
            lines.take(text[cut...])
            lines.end()
            #expect(lines.found == "ERROR 7 of 9", "cut at \(cut)")
        }
    }

    @Test func ofAVeryLongFileTheEndIsLookedAtAndTheRestIsSaid() async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/out"
            try write("ERROR early\n", path)
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.seek(toOffset: UInt64(FailureSearch.looked) + 100_000)
            try file.write(contentsOf: Data("\nthe end\n".utf8))
            try file.close()
            #expect(
                try look(["^ERROR"], .file(path)) == .unfinished("only the last 16 MiB of stdout were searched"))
            #expect(try look(["^the end$"], .file(path)) == .found("the end"))
            // A line that is not seen from its beginning does not begin there.
            #expect(
                try look(["^.ERROR|^\\x00"], .file(path)) == .unfinished("only the last 16 MiB of stdout were searched")
            )
        }
    }

    @Test func anExpressionThatTakesTooLongIsGivenUpAndSaid() throws {
        let answer = try look(["^(a+)+$"], .end(String(repeating: "a", count: 5000) + "!\nx\n"))
        #expect(answer == .unfinished("the expression takes too many steps for a line of stdout"))
    }

    @Test func manySuchLinesEndInTime() throws {
        let line = String(repeating: "a", count: 60) + "!\n"
        let text = String(repeating: line, count: 1000)
        let clock = HurriedClock()
        let search = try #require(FailureSearch(["^(a+)+$"], time: clock.source))
        #expect(
            search.look(in: [("stdout", .end(text))])
                == .unfinished("the search of stdout took too long and was given up"))
        #expect(clock.asked < 10)
        // Once that was so, the next one has less time.
        let before = clock.asked
        _ = search.look(in: [("stdout", .end(text))])
        #expect(clock.asked - before <= 3)
    }

    @Test(arguments: [
        ("(unclosed", "missing closing parenthesis (at character 10)"), ("[z-a]", "range out of order"),
        ("", "is empty"), ("a*", "matches an empty line"), ("^$|x", "matches an empty line"),
        (String(repeating: "x", count: 9000), "longer than"),
    ])
    func invalidExpressionsAreExplained(_ source: String, _ words: String) {
        do throws(Problem) {
            _ = try LinePattern(source)
            Issue.record("no error")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    // MARK: Both, and Stata

    private func streams(_ directory: String, _ words: [String]) -> WrittenStreams {
        WrittenStreams(
            stderr: .none, stdout: .readable("\(directory)/out") ?? .unseen, words: words, directory: directory)
    }

    @Test func whatTheCommandSaysComesBeforeWhatIsMissing() async throws {
        try await withTestDirectory { directory in
            try write("FATAL: 7\n", "\(directory)/out")
            let checks = SuccessChecks(
                SuccessCriteria(expected: ["a"], failurePatterns: ["FATAL"]), in: directory)
            var evidence = Evidence(exitCode: 0)
            #expect(checks.add(to: &evidence, streams(directory, ["x"]), started: 1) == nil)
            #expect(Cause.decide(evidence).cause == .reportedError)
            #expect(evidence.reportedError == "FATAL: 7")
            // Nothing of it changes any other end.
            for other in [Evidence(exitCode: 3), Evidence(signal: 9), Evidence(exitCode: 0, cancelled: true)] {
                var evidence = other
                #expect(checks.add(to: &evidence, streams(directory, ["x"]), started: 1) == nil)
                #expect(evidence == other)
            }
        }
    }

    @Test func stataEndsWithZeroAfterAnError() async throws {
        try await withTestDirectory { directory in
            let checks = SuccessChecks(SuccessCriteria(), in: directory)
            let words = ["stata-mp", "-b", "do", "fit.do"]
            try write(
                ". use missing.dta\nfile missing.dta not found\nr(601);\n\nend of do-file\nr(601);\n",
                "\(directory)/fit.log")
            var evidence = Evidence(exitCode: 0)
            _ = checks.add(to: &evidence, streams(directory, words), started: 1)
            #expect(evidence.reportedError == "file missing.dta not found r(601)")
            try write(". use a.dta\n. summarize\n\nend of do-file\n", "\(directory)/fit.log")
            evidence = Evidence(exitCode: 0)
            _ = checks.add(to: &evidence, streams(directory, words), started: 1)
            #expect(evidence == Evidence(exitCode: 0))
            // Another program's log may hold anything.
            try write("file missing.dta not found\nr(601);\n", "\(directory)/fit.log")
            evidence = Evidence(exitCode: 0)
            _ = checks.add(to: &evidence, streams(directory, ["cat", "fit.log"]), started: 1)
            #expect(evidence == Evidence(exitCode: 0))
        }
    }
}

/// A clock on which a second passes each time that it is asked.
private final class HurriedClock: Sendable {
    private let seconds = Mutex(0)

    var asked: Int { seconds.withLock { $0 } }

    var source: TimeSource {
        TimeSource(
            wall: { Timestamp(milliseconds: 0) },
            steady: {
                self.seconds.withLock { seconds in
                    seconds += 1
                    return Double(seconds)
                }
            })
    }
}
