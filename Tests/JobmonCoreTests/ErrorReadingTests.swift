import Foundation
import JobmonCore
import Testing

/// The stderr of a program that failed, in `ErrorSamples/`: the reader that must understand it, the headline, a line of
/// dashes, and the text. It is recorded; where the name begins with `written-`, it was written in the form that such a
/// program has, because no recording is at hand.
struct ErrorSample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reader: String
    let headline: String
    let text: String

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "ErrorSamples")

    static let all: [ErrorSample] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().compactMap { name in
            guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8),
                let mark = text.range(of: "\n---\n")
            else { return nil }
            let head = text[..<mark.lowerBound].split(separator: "\n", maxSplits: 1).map(String.init)
            return ErrorSample(
                testDescription: name, reader: head[0], headline: head.count > 1 ? head[1] : "",
                text: String(text[mark.upperBound...]))
        }
    }()
}

@Suite struct ErrorReadingTests {
    @Test func samplesAreThere() { #expect(ErrorSample.all.count >= 40) }

    @Test(arguments: ErrorSample.all) func namesTheReason(_ sample: ErrorSample) {
        let reading = ErrorReading(sample.text)
        #expect(reading.headline == sample.headline)
        #expect(reading.reader == sample.reader)
        #expect(reading.weight == .reason)
    }

    @Test(
        "what a launcher adds, before or after, does not change the reason",
        arguments: [
            "make: *** [Makefile:4: b.out] Error 5\n", "xargs: fit: exited with status 255; aborting\n",
            "srun: error: node1: task 0: Exited with exit code 1\n",
            "[n1:09882] [[19044,0],0] ORTE_ERROR_LOG: Data unpack would read past end of buffer in file x.c at line 5\n",
            "-----------------------------\nPrimary job  terminated normally, but 1 process returned\n"
                + "a non-zero exit code.\n-----------------------------\n",
        ])
    func launchersAreSetAside(_ words: String) {
        for sample in ErrorSample.all where !Self.quoting.contains(where: sample.testDescription.contains) {
            #expect(ErrorReading(sample.text + words).headline == sample.headline, "\(sample.testDescription), after")
            #expect(ErrorReading(words + sample.text).headline == sample.headline, "\(sample.testDescription), before")
        }
        let alone = ErrorReading(words)
        #expect(alone.weight == .nothing && !alone.headline.isEmpty)
    }

    /// What quotes other texts ends where they end.
    private static let quoting = ["nextflow", "nbconvert"]

    @Test(arguments: ["", " \n\n", "WARNING: slow\n", "-----\n", "Warning message:\nIn f(1) : odd\n"])
    func whatTellsNothingIsKnown(_ text: String) {
        // The second line of R's warning is one that could be anything.
        #expect(ErrorReading(text).weight == .nothing || text.contains("In f(1)"))
    }

    @Test(
        "a last line is a reason if it sounds like a failure, else a guess",
        arguments: [
            ("reading\ncannot open grid.nc\n", ErrorReading.Weight.reason), ("reading\nstep 30 of 100\n", .guess),
            ("Elapsed time: 3 s\n", .guess), ("Error in the third input:\n", .guess),
        ])
    func lastLinesAreWeighed(_ text: String, _ weight: ErrorReading.Weight) {
        #expect(ErrorReading(text).weight == weight)
    }

    @Test(
        "boxes of plain characters, drawings and quotes around a message are removed",
        arguments: [
            (
                " *****************************************************\n"
                    + " * [ABORT]                                           *\n"
                    + " *  \\___/        no section named MGRID              *\n"
                    + " *    |                                              *\n"
                    + " * / \\                               parsing.F:246  *\n"
                    + " *****************************************************\n", "[ABORT]: no section named MGRID"
            ),
            (
                " -----------------------------------------------------\n"
                    + "|                                                     |\n"
                    + "|     ERROR: the number of bands is too small         |\n"
                    + "|                                                     |\n"
                    + " -----------------------------------------------------\n",
                "ERROR: the number of bands is too small"
            ), ("\t\"ERROR: unreadable message\"\n0 of 1 messages\n", "ERROR: unreadable message"),
            ("| a | b |\n| 1 | 2 |\n", "| 1 | 2 |"),
        ])
    func ornamentsAreRemoved(_ text: String, _ headline: String) {
        #expect(ErrorReading(text).headline == headline)
    }

    @Test("a mark that only names the command is explained by the sentence before it")
    func sentencesBeforeAMark() {
        #expect(
            ErrorReading("  Could not find command \"fitt\"\n  in line 14\n\n  Error in command \"run\"\n").headline
                == "Could not find command \"fitt\" (Error in command \"run\")")
        #expect(
            ErrorReading("Cannot use the cache\nError: no such column: year\n").headline
                == "Error: no such column: year")
    }

    @Test func handledErrorsLongBeforeAreNotTheReason() {
        let text = "ERROR: retrying\n" + String(repeating: "iteration\n", count: 100) + "no data for 1995\n"
        #expect(ErrorReading(text).headline == "no data for 1995")
    }

    @Test func theFirstOfSeveralMarkedLinesIsTheReason() {
        #expect(ErrorReading("start\nError: no disk\n\nError: stopped\n").headline == "Error: no disk")
        #expect(ErrorReading("a: error: x\nsome output\nb: error: y\n").headline == "b: error: y")
        #expect(
            ErrorReading("? open survey.gdt\nError attempting to open file\nTerminated on error\n").headline
                == "Error attempting to open file")
        #expect(ErrorReading("Error checking is on\nno data for 1995\n").headline == "no data for 1995")
    }

    @Test(
        "what only follows from an error is not the reason",
        arguments: [
            ("no pressure in cell 4\nSTOP 2\n", "no pressure in cell 4"),
            (
                "double free or corruption (!prev)\nrun.sh: line 12: 31337 Aborted (core dumped) ./sim\n",
                "double free or corruption (!prev)"
            ),
            (
                "tar (child): a.tar.gz: Cannot open: No such file or directory\ntar (child): Error is not recoverable: exiting now\n"
                    + "tar: Child returned status 2\ntar: Error is not recoverable: exiting now\n",
                "tar (child): a.tar.gz: Cannot open: No such file or directory"
            ),
            (
                "+ cp /a /b\ncp: cannot stat '/a': No such file or directory\n+ exit 1\n",
                "cp: cannot stat '/a': No such file or directory"
            ),
            (
                "write failed on \"/x\": No space left on device (28)\nrsync error: error in file IO (code 11)\n",
                "write failed on \"/x\": No space left on device (28)"
            ),
            (
                "terminate called after throwing an instance of 'E'\n  what():  no cells\n"
                    + "[n1:4242] *** Process received signal ***\n[n1:4242] Signal: Aborted (6)\n", "E: no cells"
            ),
            (
                "model: density is negative\nsrun: error: n1: task 3: Exited with exit code 1\n"
                    + "slurmstepd: error: *** STEP 12.0 ON n1 CANCELLED AT 2026-03-01T10:00:00 ***\n"
                    + "srun: error: n1: tasks 0-2: Terminated\n", "model: density is negative"
            ),
            (
                "gcc: unknown\nrun.sh: line 8: ./sim: No such file or directory\n",
                "run.sh: line 8: ./sim: No such file or directory"
            ),
            (
                "ERROR ~ Error executing process > 'A'\n\nCaused by:\n  Missing output file(s) `o.bam`\n\nCommand output:\n  (empty)\n",
                "Missing output file(s) `o.bam`"
            ),
            (
                "Exception ignored in: <function A.__del__ at 0x7f>\nTraceback (most recent call last):\n"
                    + "  File \"a.py\", line 9, in __del__\nAttributeError: f\nno data for 1995\n", "no data for 1995"
            ),
        ])
    func consequencesAreNoReasons(_ text: String, _ headline: String) {
        #expect(ErrorReading(text).headline == headline)
    }

    @Test("the time grows with the text, not with its square")
    func manyFailuresInOneText() {
        let retried = """
            Traceback (most recent call last):
              File "a.py", line 3, in <module>
                subprocess.check_call(["fit"])
            subprocess.CalledProcessError: Command '['fit']' returned non-zero exit status 3.

            """
        let reading = ErrorReading(String(repeating: retried, count: 200))
        #expect(reading.headline == "subprocess.CalledProcessError: Command '['fit']' returned non-zero exit status 3.")
    }

    @Test(
        "what only looks like the form of a failure does not hide the reason",
        arguments: [
            (
                "Could not find 'tqdm'; progress bars are disabled\nERROR: dimension mismatch\n",
                "ERROR: dimension mismatch"
            ),
            (
                "rm: cannot remove 'x.tmp': No such file or directory\nfit: diverged at iteration 7\n",
                "fit: diverged at iteration 7"
            ),
            (
                "data missing in grid.nc, filled by mean values now\ngrid: 3 overlapping polygons\n",
                "grid: 3 overlapping polygons"
            ),
            ("12 values missing in obs.csv\nSolver failed\n", "Solver failed"),
            ("Could not open cache\nCould not open display\nCannot find input.nc\n", "Cannot find input.nc"),
            (
                "! Reading restart\n! Time step 1\n mass not conserved: residual 3.2\n",
                "mass not conserved: residual 3.2"
            ),
            (
                "Relative error at iteration 3:\n 0.012\nMesh has 0 cells, which is invalid\n",
                "Mesh has 0 cells, which is invalid"
            ),
            ("Running step align\n> Error: cannot open index x.fai\n", "> Error: cannot open index x.fai"),
            (
                "Errors while loading modules:\n  a.dat loaded\n  c.dat: cannot parse header\n",
                "c.dat: cannot parse header"
            ),
            (
                "Unhandled species O5, ignored\npressure is below zero, which is invalid\n",
                "pressure is below zero, which is invalid"
            ),
            (
                "Querying x\nThe site answered with status 503 at https://a.org/x\n",
                "The site answered with status 503 at https://a.org/x"
            ),
            (
                "reading grid\nProgram terminated with error code 3: boundary file empty\n",
                "Program terminated with error code 3: boundary file empty"
            ),
            (
                "loading stations\nLocation: Bergen not in table of stations\n",
                "Location: Bergen not in table of stations"
            ),
            ("Expected runtime: 3 h\nError\n", "Error"),
            (
                "E0101 12:00:00.1 1 x.cc:3] rpc retry\nF0101 12:00:00.2 1 x.cc:9] Check failed: n\n",
                "F0101 12:00:00.2 1 x.cc:9] Check failed: n"
            ),
        ])
    func isNotMisled(_ text: String, _ headline: String) { #expect(ErrorReading(text).headline == headline) }

    /// Anything is read, whatever it is made of.
    @Test func survivesEverything() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "Traceback (most recent call last):\n", "Error", ":", "\n", "╭─", "│", "\r", "\u{1B}[31m", "é", " ", "-",
            "  File \"x\", line 1\n", "' panicked at ", "Execution halted", "r(1);", "----------------------------\n",
            "Error using ", "Caused by: ", "caused by:", "** (", "! ", "usage: ", "stack traceback:\n",
            "Unhandled X #<",
            "{\"level\": \"error\", ", "\"msg\": \"x\"}", "  ", "?", "> ", "F1129 1] ", "CMake Error at x:",
            "0x00aabbccdd", "\tat A.b(A.java:1)\n", "Command error:\n", "Error executing process > ",
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            #expect(ErrorReading(text).headline.count <= 500)
        }
        let bytes = (0..<65536).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(ErrorReading(String(decoding: bytes, as: UTF8.self)).headline.count <= 500)
    }
}
