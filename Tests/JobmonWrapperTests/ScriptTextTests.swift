import JobmonTestSupport
import Testing

@testable import JobmonWrapper

/// What a script that reports itself says about its end.
@Suite struct ScriptTextTests {
    private func sentence(
        code: Int, last: String = "", seen: String = "", line: String = "", command: String = "", source: String = "",
        text: String? = nil
    ) -> String? {
        ScriptText.sentence(
            script: "job.sh", code: code, last: last, seen: seen, line: line, command: command, source: source,
            text: text)
    }

    @Test func whatIsKnownIsSaid() {
        #expect(sentence(code: 0, last: "true") == nil)
        // For a shell that is not bash.
        #expect(sentence(code: 1) == nil)
        #expect(sentence(code: 3, last: "exit 3") == "job.sh: exit code 3 from: exit 3")
        // It failed earlier, but did not end the script.
        let handled = sentence(code: 3, last: "exit 3", seen: "1", line: "7", command: "false")
        #expect(handled == "job.sh: exit code 3 from: exit 3")
        let failed = sentence(code: 1, last: "false", seen: "1", line: "7", command: "false", source: "./lib.sh")
        #expect(failed == "./lib.sh: line 7: exit code 1 from: false")
        let whole = sentence(code: 1, last: "cat", seen: "1", line: "7", command: "cat", text: "grep a b | cat")
        #expect(whole == "job.sh: line 7: exit code 1 from: grep a b | cat")
    }

    @Test func whatStillRunsInTheForegroundWasInterrupted() {
        func interrupted(_ last: String, _ children: [String]...) -> Bool {
            ScriptText.isInterrupted(last: last, children: children)
        }
        #expect(interrupted("sleep 60", ["sleep", "60"]))
        #expect(interrupted("/opt/bin/fit a > log", ["tee", "log"], ["/opt/bin/fit", "a"]))
        #expect(interrupted("./run.sh", ["/bin/bash", "./run.sh"]))
        // It receives the output, and is not what the script ran.
        #expect(!interrupted("echo done", ["tee", "log"]))
        #expect(!interrupted("exit 0"))
        #expect(!interrupted("", ["sleep", "60"]))
    }

    @Test func bashsJobsAreToldApart() {
        let jobs = """
            [1]   11 Running                 sleep 31 &
            [2]-  12 Running                 sleep 32
                  13                       | sleep 34 &  (wd: /tmp)
            [3]+  14 Running                 sleep 33
            """
        let lines = jobs.split(separator: "\n")
        #expect(ScriptText.background(jobs: lines, last: "13") == [11, 12, 13])
        #expect(ScriptText.background(jobs: lines[3...], last: "") == [])
        #expect(ScriptText.background(jobs: [], last: "15") == [15])
    }

    @Test func aBashIsAskedWhetherASignalEndsIt() {
        #expect(ScriptText.ending(first: "T154", last: "T154") == .ofItself)
        #expect(ScriptText.ending(first: "T154", last: "154") == .signal)
        // Before 5.2 it continues.
        #expect(ScriptText.ending(first: "T154", last: "AT") == .signal)
        // A shell that behaves like no other, one that was signalled itself, and one that could not fork.
        for (first, last) in [
            ("AT", "AT"), ("154", "154"), ("T154", "143"), ("T154", ""), ("T154", "T1"), ("", "T154"),
        ] {
            #expect(ScriptText.ending(first: first, last: last) == .unknown)
        }
    }

    @Test func aWordStaysAWord() {
        #expect(ScriptText.quoted("it's $HOME") == "'it'\\''s $HOME'")
    }
}
