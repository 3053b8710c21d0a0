import Foundation
import JobmonCore
import JobmonProcesses
import JobmonTestSupport
import Testing

/// The logs of programs that are known to write one, of any size and with any content: only their end is read, and what
/// is no text gives no reason.
@Suite struct LogEndTests {
    struct Program: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var words: [String]
        /// `ROOT` in it is the directory.
        var stderr: String
        var log: String
        /// The end of the log after a failure, and what it says.
        var error: String
        var headline: String
    }

    private static let traceback = """
        Traceback (most recent call last):
          File "fit.py", line 8, in <module>
            raise ValueError(f"no data for {year}")
        ValueError: no data for 1995

        """

    static let programs = [
        Program(
            testDescription: "R CMD BATCH", words: ["R", "CMD", "BATCH", "fit.R"], stderr: "", log: "fit.Rout",
            error: "> stop(\"no data\")\nError: no data\nExecution halted\n", headline: "Error: no data"),
        Program(
            testDescription: "Stata", words: ["stata-mp", "-b", "do", "fit.do"], stderr: "", log: "fit.log",
            error: ". use missing.dta\nfile missing.dta not found\nr(601);\n\nend of do-file\nr(601);\n",
            headline: "file missing.dta not found r(601)"),
        Program(
            testDescription: "snakemake", words: ["snakemake", "-j1"],
            stderr: """
                Building DAG of jobs...
                Error in rule fit:
                    jobid: 1
                    output: a.txt
                    log: fit.log (check log file(s) for error details)

                Shutting down, this might take some time.
                Exiting because a job execution failed. Look above for error message

                """, log: "fit.log", error: traceback, headline: "ValueError: no data for 1995"),
        Program(
            testDescription: "Nextflow", words: ["nextflow", "run", "fit.nf"],
            stderr: """
                ERROR ~ Error executing process > 'fit (1)'

                Caused by:
                  Process `fit (1)` terminated with an error exit status (1)

                Command executed:

                  python3 fit.py

                Command exit status:
                  1

                Command output:
                  (empty)

                Command error:
                  (empty)

                Work dir:
                  ROOT

                """, log: ".command.log", error: traceback, headline: "ValueError: no data for 1995"),
    ]

    /// The log that counts for a program that failed in this directory.
    private func log(of program: Program, in directory: String) -> KnownLog? {
        let streams = WrittenStreams(
            stderr: .end(program.stderr.replacing("ROOT", with: directory)), stdout: .unseen, words: program.words,
            directory: directory)
        return WrittenEnds(of: Evidence(exitCode: 1), streams, started: 1).log
    }

    private func write(_ data: Data, _ program: Program, in directory: String) throws {
        try data.write(to: URL(fileURLWithPath: "\(directory)/\(program.log)"))
    }

    /// A file of 10 GB that takes no room, with these bytes at its end.
    private func writeHuge(_ end: String, _ program: Program, in directory: String) throws {
        try write(Data("Error: this is the beginning\n".utf8), program, in: directory)
        let file = try #require(FileHandle(forWritingAtPath: "\(directory)/\(program.log)"))
        try file.truncate(atOffset: 10 << 30)
        try file.seekToEnd()
        try file.write(contentsOf: Data(end.utf8))
        try file.close()
    }

    /// Bytes that are no text, the same each time.
    private static func garbage(_ count: Int, zeros: Bool) -> Data {
        var state: UInt64 = 88_172_645_463_325_252
        var bytes: [UInt8] = []
        while bytes.count < count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let byte = UInt8(truncatingIfNeeded: state >> 32)
            bytes.append(zeros || byte != 0 ? byte : 0xFF)
        }
        return Data(bytes)
    }

    /// The most memory that this process had, in bytes.
    private static var peak: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
    }

    @Test(arguments: programs) func theReasonIsFound(_ program: Program) async throws {
        try await withTestDirectory { directory in
            try write(Data(program.error.utf8), program, in: directory)
            let found = try #require(log(of: program, in: directory))
            #expect(found.text == program.error)
            #expect(ErrorReading(found.text).headline == program.headline)
        }
    }

    @Test(arguments: programs) func ofTenGigabytesTheEndIsRead(_ program: Program) async throws {
        try await withTestDirectory { directory in
            let steps = (0..<10_000).map { "step \($0)\n" }.joined()
            try writeHuge(steps + program.error, program, in: directory)
            let before = Self.peak
            let clock = ContinuousClock()
            let begun = clock.now
            let found = try #require(log(of: program, in: directory))
            #expect(clock.now - begun < .seconds(5))
            #expect(Self.peak - before < 64 << 20)
            #expect(found.text.hasSuffix(program.error) && found.text.utf8.count <= 64 << 10)
            #expect(ErrorReading(found.text).headline == program.headline)
        }
    }

    @Test(arguments: programs) func anEndOfZerosGivesNoReason(_ program: Program) async throws {
        try await withTestDirectory { directory in
            try writeHuge("", program, in: directory)
            let before = Self.peak
            #expect(log(of: program, in: directory) == nil)
            #expect(Self.peak - before < 64 << 20)
        }
    }

    @Test(arguments: programs, [true, false]) func garbageGivesNoReason(_ program: Program, zeros: Bool) async throws {
        try await withTestDirectory { directory in
            for count in [0, 1, 1000, 64 << 10, 1 << 20] {
                try write(Self.garbage(count, zeros: zeros), program, in: directory)
                #expect(log(of: program, in: directory) == nil, "\(count) bytes")
            }
        }
    }

    @Test(arguments: programs) func whatIsNoFileIsNotRead(_ program: Program) async throws {
        try await withTestDirectory { directory in
            let path = "\(directory)/\(program.log)"
            #expect(log(of: program, in: directory) == nil)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            #expect(log(of: program, in: directory) == nil)
            try FileManager.default.removeItem(atPath: path)
            // Nobody writes to it: opening it would take for ever.
            #expect(mkfifo(path, 0o600) == 0)
            #expect(log(of: program, in: directory) == nil)
        }
    }

    @Test("a log that Stata left after exit code 0 is looked at in the same way")
    func stata() async throws {
        let stata = Self.programs[1]
        func reported(in directory: String) -> String? {
            var evidence = Evidence(exitCode: 0)
            let streams = WrittenStreams(stderr: .none, stdout: .unseen, words: stata.words, directory: directory)
            _ = SuccessChecks(SuccessCriteria(), in: directory).add(to: &evidence, streams, started: 1)
            return evidence.reportedError
        }
        try await withTestDirectory { directory in
            try writeHuge((0..<10_000).map { "step \($0)\n" }.joined() + stata.error, stata, in: directory)
            #expect(reported(in: directory) == stata.headline)
            try writeHuge("", stata, in: directory)
            #expect(reported(in: directory) == nil)
            try write(Self.garbage(1 << 20, zeros: true), stata, in: directory)
            #expect(reported(in: directory) == nil)
        }
    }
}
