import JobmonCore
import Testing

/// The keys, titles and rules of errors.
@Suite struct ErrorSignatureTests {
    private static func signature(_ cause: Cause?, _ evidence: Evidence, _ text: String = "") -> ErrorSignature {
        ErrorSignature(cause: cause, evidence: evidence, reading: ErrorReading(text))
    }

    /// A key is stored for years: these must never change as long as the version is 1.
    @Test(arguments: [
        (
            "v1:dce4d8b96a830651",
            FailedText(python("FileNotFoundError: [Errno 2] No such file or directory: 'a_1.csv'"))
        ),
        ("v1:ea16e1549664bd1e", FailedText(r("Error in f(84) : object 'x' not found"))),
        ("v1:27689e9a6a8c2dbc", FailedText("fit.sh: line 3: fit: command not found\n", exitCode: 127)),
        ("v1:d0c51e65a8021809", FailedText("", exitCode: 3)),
        ("v1:8904c8e22b6a4076", FailedText("", signal: 11)),
        (
            "v1:040671a07798505c",
            FailedText("[E::hts_open_format] Failed to open file \"ridge_94.bam\" : No such file or directory\n")
        ),
    ])
    func keysAreFrozen(_ key: String, _ failed: FailedText) {
        #expect(ErrorSignature.version == 1)
        #expect(failed.signature.key == key)
    }

    @Test func aKeyHasItsForm() {
        let key = FailedText("Error: no data\n").signature.key
        #expect(key.hasPrefix("v1:") && key.utf8.count == 19)
        #expect(key.dropFirst(3).allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test(
        "a title is what a person reads",
        arguments: [
            (
                FailedText(python("FileNotFoundError: [Errno 2] No such file or directory: '/data/1995/a_1.csv'")),
                "FileNotFoundError: No such file or directory: <path>.csv"
            ),
            (
                FailedText("no data for 1995\n", params: ["year": "1995"]), "no data for <year>"
            ),
            (
                FailedText("fit: cannot read the data of rain in 1995\n", params: ["site": "rain"]),
                "fit: cannot read the data of <site> in <number>"
            ),
            (FailedText(r("Error in f(84) : object 'x' not found")), "Error in f() : object 'x' not found"),
            (FailedText("", exitCode: 3), "exit code 3, nothing on stderr"),
            (FailedText("fit: error: bad address 0x7f3a00\n"), "fit: error: bad address <hex>"),
            (FailedText("WARNING: slow\n", exitCode: 3), "exit code 3, no reason in its output"),
            (FailedText("", signal: 11), "signal 11 (SIGSEGV)"),
            (FailedText("step 30 of 100\n"), "exit code 1: step <number> of <number>"),
            (
                FailedText("terminate called after throwing an instance of 'E'\n  what():  no cells\n", signal: 6),
                "E: no cells (SIGABRT)"
            ),
            (
                FailedText("2026-11-29 10:48:50,078 - pipeline - ERROR - sample s3 has no reads\n"),
                "pipeline - ERROR - sample <id> has no reads"
            ),
            (
                FailedText("tool: error: cannot reach https://a.org/x?y=1, see a@b.org\n"),
                "tool: error: cannot reach <url>, see <email>"
            ),
        ])
    func titles(_ failed: FailedText, _ title: String) { #expect(failed.signature.title == title) }

    @Test func aRuleNamesWhatMustBeEqual() {
        let failed = FailedText(python("FileNotFoundError: [Errno 2] No such file or directory: '/data/a_1.csv'"))
        #expect(
            failed.signature.rule == """
                ended with: exit code 1
                read as: python
                message: FileNotFoundError: [Errno 2] No such file or directory: *.csv
                in function: load
                in file: fit.py
                """)
        #expect(Self.signature(.timeout, Evidence(timedOut: true)).rule == "ended with: timeout")
    }

    // MARK: Causes

    @Test("where something else ended a command, what it had written is not the reason")
    func causesAlone() {
        let causes: [Cause] = [
            .timeout, .timeLimit, .outOfMemory, .nodeFailure, .preempted, .requeued, .cancelled, .lost,
        ]
        for cause in causes {
            let one = Self.signature(cause, Evidence(exitCode: 1), "Error: no data\n")
            let other = Self.signature(cause, Evidence(signal: 15), "")
            #expect(one.key == other.key && one.title == cause.words)
        }
        #expect(Set(causes.map { Self.signature($0, Evidence()).key }).count == causes.count)
    }

    @Test func aSignalFromOutsideIsTheWholeReason() {
        let kill = FailedText("Error: retrying the download\n", signal: 9).signature
        #expect(kill.key == FailedText("", signal: 9).signature.key)
        // A program that aborts says why.
        #expect(FailedText("Error: no mesh\n", signal: 6).signature.key != FailedText("", signal: 6).signature.key)
        // What could be any line is not why.
        #expect(FailedText("step 3\n", signal: 11).signature.key == FailedText("", signal: 11).signature.key)
    }

    @Test func startsThatFailed() {
        func failed(_ step: StartFailure.Step, _ path: String, _ errno: Int32, _ reason: String) -> ErrorSignature {
            let failure = StartFailure(step: step, path: path, errno: errno, reason: reason)
            return Self.signature(.notStarted, Evidence(notStarted: failure), "anything")
        }
        let missing = failed(.command, "modle.py", 2, "No such file or directory")
        #expect(missing.title == "command not found: modle.py")
        #expect(missing.key != failed(.command, "model.py", 2, "No such file or directory").key)
        #expect(missing.key != failed(.command, "modle.py", 13, "Permission denied").key)
        let directory = failed(.directory, "/data/runs/12", 2, "No such file or directory")
        #expect(directory.key == failed(.directory, "/data/runs/77", 2, "No such file or directory").key)
        #expect(directory.key != failed(.directory, "/data/runs/12", 13, "Permission denied").key)
        // The cause may be known without its step.
        let told = ErrorSignature(
            cause: .notStarted, evidence: Evidence(), reading: ErrorReading("command not found: modle.py"))
        #expect(told.title.hasSuffix("command not found: modle.py"))
    }

    @Test func submissionsThatFailed() {
        func refused(_ text: String) -> ErrorSignature { Self.signature(.submitFailed, Evidence(), text) }
        let partition = refused("sbatch: error: invalid partition specified: gpuu")
        #expect(partition.key != refused("sbatch: error: invalid partition specified: bigmem").key)
        let limit = refused("Unable to run job: job rejected: maximum of 75000 jobs exceeded")
        #expect(limit.key == refused("Unable to run job: job rejected: maximum of 500 jobs exceeded").key)
    }

    @Test func successThatWasNone() {
        func missing(_ path: String, _ text: String = "") -> ErrorSignature {
            let output = MissingOutput(path: path, isEmpty: false)
            return Self.signature(.missingOutput, Evidence(exitCode: 0, missingOutput: output), text)
        }
        #expect(missing("out/1990.csv").key == missing("out/1991.csv").key)
        #expect(missing("out/1990.csv").key != missing("out/1990.nc").key)
        #expect(missing("out/1990.csv").key != missing("out/1990.csv", "Error: no data\n").key)
        #expect(missing("out/1990.csv").title == "the expected output <path>.csv is missing")
        func reported(_ line: String) -> ErrorSignature {
            Self.signature(.reportedError, Evidence(exitCode: 0, reportedError: line))
        }
        #expect(reported("variable ag not found r(111)").key != reported("no data for 1990 r(111)").key)
        #expect(reported("no data for 1990 r(111)").key == reported("no data for 1991 r(111)").key)
    }

    // MARK: Params

    @Test("a param's value is masked as a whole word, unless it is the name of software")
    func params() {
        func said(_ text: String, _ site: JSON) -> ErrorSignature { FailedText(text, params: ["site": site]).signature }
        #expect(
            said("fit: cannot read the data of rain\n", "rain").key
                == said("fit: cannot read the data of soil\n", "soil").key)
        #expect(said("fit: cannot read rainfall\n", "rain").key == said("fit: cannot read rainfall\n", "soil").key)
        #expect(said(python("KeyError: 'rain'"), "rain").key == said(python("KeyError: 'soil'"), "soil").key)
        #expect(
            said(python("ModuleNotFoundError: No module named 'rain'"), "rain").key
                != said(python("ModuleNotFoundError: No module named 'soil'"), "soil").key)
        // What is a number anyway is the same with and without a param of that value.
        #expect(said("fit: cannot read year 12\n", 12).key == said("fit: cannot read year 13\n", 12).key)
        // A word of the language that is a value by chance.
        #expect(said("fit: cannot open the file\n", "file").key == said("fit: cannot open the file\n", "soil").key)
    }

    @Test func theOrderOfParamsDoesNotCount() {
        let text = "fit: cannot read the data of north sea, of north and of 1995\n"
        let one: JSONObject = ["a": "north", "b": "north sea", "c": "1995", "d": "north"]
        let other: JSONObject = ["d": "north", "c": "1995", "b": "north sea", "a": "north"]
        #expect(FailedText(text, params: one).signature == FailedText(text, params: other).signature)
        #expect(FailedText(text, params: one).signature.title == "fit: cannot read the data of <b>, of <a> and of <c>")
    }

    @Test(
        "a stored error has the key that it would have now",
        arguments: [
            ("", nil, "exit code 3, nothing on stderr"), ("no data for 1995\n", nil, "no data for 1995\n"),
            (
                "", "reading\nERROR: no mesh\n",
                "exit code 3, nothing on stderr\nthe end of stdout:\nreading\nERROR: no mesh\n"
            ),
            ("slow\n", "ERROR: no mesh\n", "slow\nthe end of stdout:\nERROR: no mesh\n"),
        ] as [(String, String?, String)])
    func storedErrors(_ stderr: String, _ stdout: String?, _ stored: String) {
        let evidence = Evidence(exitCode: 3)
        let outcome = Outcome(status: .failed, evidence: evidence, stderr: stderr, stdout: stdout)
        #expect(ErrorText.describe(outcome, cause: .exit).text == stored)
        let now = ErrorSignature(
            cause: .exit, evidence: evidence, reading: StreamReading(stderr: stderr, stdout: stdout).reading)
        let reading = ErrorReading(stored: stored, cause: .exit, exitCode: 3, signal: nil)
        #expect(ErrorSignature(cause: .exit, evidence: evidence, reading: reading) == now)
    }

    // MARK: Long and strange messages

    @Test func theLengthOfValuesDoesNotCount() {
        func failed(_ length: Int) -> ErrorSignature {
            let path = "/data/" + String(repeating: "x/", count: length) + "a.csv"
            return FailedText("fit: error: cannot merge \(path), since \(String(repeating: "it is so ", count: 60))\n")
                .signature
        }
        #expect(failed(1).key == failed(150).key)
        #expect(failed(1).title.count <= 500)
    }

    @Test func aListIsOneValueHoweverLongItIs() {
        func failed(_ list: String) -> String {
            FailedText("fit: error: no data for years [\(list)] in all files\n").signature.key
        }
        #expect(failed("1990") == failed("1990, 1991,1993, 2001"))
    }

    @Test func anythingHasASignature() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "'", "\"", "`", "‘", "’", "“", "/", "./", "a.csv", "<", ">", "12", "0x1f", ":", " ", "Error in f(x", " : ",
            "-", "[Errno ",
            "é", "version ", "No module named ", "\u{0}", "https://", "@", "libx.so.1", "2026-01-31", "Jan 3 10:00:00",
            "r(", ")",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            for failed in [
                FailedText("Error: \(text)\n"), FailedText(r("Error in \(text)")),
                FailedText(python("KeyError: \(text)")),
            ] {
                let signature = failed.signature
                #expect(signature.key.utf8.count == 19 && !signature.title.isEmpty)
                #expect(signature == failed.signature)
            }
        }
    }
}
