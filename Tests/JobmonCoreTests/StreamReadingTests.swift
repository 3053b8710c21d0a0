import JobmonCore
import Testing

/// On which of two streams a reason is found.
@Suite struct StreamReadingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let stderr: String
        let stdout: String
        let headline: String
        let stream: StreamReading.Stream
    }

    static let cases = [
        Case(
            testDescription: "stderr gives a reason", stderr: "Error: no disk\n", stdout: "Error: stopped\n",
            headline: "Error: no disk", stream: .stderr),
        Case(
            testDescription: "the last line of stderr sounds like a failure", stderr: "cannot open grid.nc\n",
            stdout: "ERROR: step failed\n", headline: "cannot open grid.nc", stream: .stderr),
        Case(
            testDescription: "stderr is empty", stderr: "",
            stdout: "reading\nERROR: unreadable message\n0 of 1 messages\n",
            headline: "ERROR: unreadable message", stream: .stdout),
        Case(
            testDescription: "stderr has progress only", stderr: "10%\r100%\nElapsed: 3 s\n",
            stdout: "FATAL: mesh has no cells\n", headline: "FATAL: mesh has no cells", stream: .stdout),
        Case(
            testDescription: "stderr has warnings only", stderr: "WARNING: old format\n", stdout: "Error: no grid\n",
            headline: "Error: no grid", stream: .stdout),
        Case(
            testDescription: "stderr has what a program went on after",
            stderr: "Can't open 'old.log', skipping\nreading 200 stations\n", stdout: "Error: tile empty\n",
            headline: "Error: tile empty", stream: .stdout),
        Case(
            testDescription: "stderr has a warning that sounds like a failure",
            stderr: "Warning: Could not find tqdm\n", stdout: "Error: tile empty\n",
            headline: "Error: tile empty", stream: .stdout),
        Case(
            testDescription: "stderr has a log in JSON that went on",
            stderr:
                "{\"level\":\"error\",\"msg\":\"station 3 skipped\"}\n{\"level\":\"info\",\"msg\":\"wrote 3 files\"}\n",
            stdout: "Error: tile empty\n", headline: "Error: tile empty", stream: .stdout),
        Case(
            testDescription: "stderr has the words of a launcher only",
            stderr: "srun: error: n1: task 0: Exited with exit code 1\n", stdout: "  ERROR: density is negative\n",
            headline: "ERROR: density is negative", stream: .stdout),
        Case(
            testDescription: "what stderr announces stands on stdout", stderr: "[0] Error: the input says:\n",
            stdout: "Error: no basis set\n", headline: "Error: no basis set", stream: .stdout),
        Case(
            testDescription: "a traceback on stdout", stderr: "",
            stdout:
                "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    f()\nValueError: no data\n",
            headline: "ValueError: no data", stream: .stdout),
        Case(
            testDescription: "stdout gives none", stderr: "Elapsed: 3 s\n", stdout: "step 1\nstep 2\n",
            headline: "Elapsed: 3 s", stream: .stderr),
    ]

    @Test(arguments: cases) func isFound(_ example: Case) {
        let found = StreamReading(stderr: example.stderr, stdout: example.stdout)
        #expect(found.reading.headline == example.headline)
        #expect(found.stream == example.stream)
        #expect(found.lastOfStdout == nil)
        #expect(
            sent(beside: example.stderr, stdout: example.stdout).stdout
                == (example.stream == .stdout ? example.stdout : nil))
    }

    @Test func showsHowFarItGot() {
        let found = StreamReading(stderr: "", stdout: "step 1\nstep 2\n\n")
        #expect(found.lastOfStdout == "step 2")
        #expect(found.stream == .stderr)
        #expect(sent(beside: nil, stdout: "step 2").stdout == "step 2")
        #expect(sent(beside: "", stdout: " \n").stdout == nil)
        #expect(sent(beside: "", stdout: "step 2\u{0}").stdout == nil)
        #expect(sent(beside: "", stdout: String(repeating: "x\n", count: 32000)).stdout?.utf8.count == 32 << 10)
    }

    private func sent(beside stderr: String?, stdout: String?, log: String? = nil) -> (stdout: String?, log: KnownLog?)
    {
        StreamReading.beside(stderr, stdout: { stdout }, log: { log.map { KnownLog(path: "fit.Rout", text: $0) } })
    }

    @Test("the log is read last, and sent only if it gives a reason")
    func logs() {
        let log = "> stop(\"no data\")\nError: no data\nExecution halted\n"
        #expect(StreamReading(stderr: "", stdout: "step 2\n", log: log).reading.headline == "Error: no data")
        #expect(StreamReading(stderr: "", stdout: "step 2\n", log: log).lastOfStdout == nil)
        #expect(StreamReading(stderr: "", stdout: "Error: no disk\n", log: log).stream == .stdout)
        let sent = sent(beside: "", stdout: "step 2\n", log: log)
        #expect(sent.stdout == nil && sent.log == KnownLog(path: "fit.Rout", text: log))
        #expect(self.sent(beside: "", stdout: "step 2\n", log: "> x\n").log == nil)
        #expect(self.sent(beside: "Error: no disk\n", stdout: "", log: log).log == nil)
    }

    @Test("stdout is not read where stderr gives the reason")
    func isNotRead() {
        var looked = false
        _ = StreamReading.beside(
            "Error: no disk\n",
            stdout: {
                looked = true
                return ""
            }, log: { nil })
        #expect(!looked)
    }

    @Test("where a task of Nextflow wrote nothing to its streams, its log is asked")
    func nextflow() {
        let stderr = """
            ERROR ~ Error executing process > 'FIT (1)'

            Caused by:
              Process `FIT (1)` terminated with an error exit status (1)

            Command output:
              (empty)

            Command error:
              (empty)

            Work dir:
              /w/ab

            """
        #expect(ErrorReading(stderr).weight == .nothing)
        #expect(ErrorReading(stderr).headline == "Process `FIT (1)` terminated with an error exit status (1)")
        let log = KnownLog(path: "/w/ab/.command.log", text: "Error: no data\n")
        let beside = StreamReading.beside(stderr, stdout: { nil }, log: { log })
        #expect(beside.log == log && beside.stdout == nil)
        let missing = stderr.replacing(
            "Process `FIT (1)` terminated with an error exit status (1)", with: "Missing output file(s) `o.bam`")
        #expect(ErrorReading(missing).weight == .reason)
    }

    @Test func withoutAReasonTheLastLineOfStdoutMakesTheGroup() {
        let one = StreamReading(stderr: "", stdout: "reading\nassembling the matrix\n")
        let other = StreamReading(stderr: "", stdout: "reading\nwriting results\n")
        #expect(one.reading.weight == .nothing && one.grouped.message == "assembling the matrix")
        func key(_ reading: ErrorReading) -> String {
            ErrorSignature(cause: .exit, evidence: Evidence(exitCode: 1), reading: reading).key
        }
        #expect(key(one.grouped) != key(other.grouped) && key(one.reading) == key(other.reading))
        let told = StreamReading(stderr: "Error: no disk\n", stdout: "writing\n")
        #expect(told.grouped == told.reading)
    }
}
