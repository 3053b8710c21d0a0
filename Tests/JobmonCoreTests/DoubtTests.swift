import JobmonCore
import Testing

/// What gives reason to doubt that a command which ended with exit code 0 did its work. All texts but those marked are
/// recorded, of programs that did so.
@Suite struct DoubtTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let stderr: String
        let doubt: String?
    }

    static let grounds = [
        Case(
            testDescription: "Java, a thread",
            stderr: """
                Exception in thread "Thread-0" java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 3
                \tat Main.lambda$main$0(Main.java:4)
                \tat java.base/java.lang.Thread.run(Thread.java:840)

                """,
            doubt: "java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 3"),
        Case(
            testDescription: "Python, a thread",
            stderr: """
                loading
                Exception in thread Thread-1 (work):
                Traceback (most recent call last):
                  File "/usr/lib/python3.11/threading.py", line 1038, in _bootstrap_inner
                    self.run()
                  File "/d/a.py", line 4, in work
                    raise ValueError("no data for 1995")
                ValueError: no data for 1995

                """,
            doubt: "ValueError: no data for 1995"),
        Case(
            testDescription: "Python, a process",
            stderr: """
                Process Process-1:
                Traceback (most recent call last):
                  File "/usr/lib/python3.11/multiprocessing/process.py", line 314, in _bootstrap
                    self.run()
                  File "/d/a.py", line 4, in work
                    raise KeyError("year")
                KeyError: 'year'

                """,
            doubt: "KeyError: 'year'"),
        Case(
            testDescription: "Python, a task of asyncio",
            stderr: """
                Task exception was never retrieved
                future: <Task finished name='Task-2' coro=<work() done, defined at /d/a.py:3> exception=ValueError('no data')>
                Traceback (most recent call last):
                  File "/d/a.py", line 4, in work
                    raise ValueError("no data")
                ValueError: no data

                """,
            doubt: "ValueError: no data"),
        Case(
            testDescription: "R, a core",
            stderr: """
                Warning message:
                In mclapply(1:4, function(i) { :
                  scheduled core 2 did not deliver a result, all values of the job will be affected

                """,
            doubt: "scheduled core 2 did not deliver a result, all values of the job will be affected"),
        Case(
            testDescription: "Fortran, an invalid operation",
            stderr: "Note: The following floating-point exceptions are signalling: IEEE_INVALID_FLAG\n",
            doubt: "Note: The following floating-point exceptions are signalling: IEEE_INVALID_FLAG"),
        Case(
            testDescription: "GAP",
            stderr: """
                Error, List Element: <list>[5] must have an assigned value in
                  return l[i] + 1; at run.g:3 called from\u{20}
                <function "f">( <arguments> )
                 called from read-eval loop at run.g:5
                type 'quit;' to quit to outer loop
                Reading file "run.g" has been aborted.

                """,
            doubt: "Error, List Element: <list>[5] must have an assigned value in"),
        Case(
            testDescription: "PARI/GP",
            stderr: """
                \u{1B}[0;31m  ***   at top-level: \u{1B}[0;35my=\u{1B}[0;35mf(0)
                \u{1B}[0;31m  ***                   ^----
                  *** _/_: impossible inverse in gdiv: 0.\u{1B}[0m
                ... skipping file 'run.gp'

                """,
            doubt: "*** _/_: impossible inverse in gdiv: 0."),
        Case(
            testDescription: "bash, no such command", stderr: "run.sh: line 3: fitt: command not found\n",
            doubt: "run.sh: line 3: fitt: command not found"),
        Case(
            testDescription: "dash, no such command", stderr: "run.sh: 3: fitt: not found\n",
            doubt: "run.sh: 3: fitt: not found"),
        Case(
            testDescription: "R, all cores (written)",
            stderr: "Warning message:\nIn mclapply(1:4, f) : all scheduled cores encountered errors in user code\n",
            doubt: "In mclapply(1:4, f) : all scheduled cores encountered errors in user code"),
        Case(
            testDescription: "bash, a signal",
            stderr: "run.sh: line 3: 12345 Segmentation fault      (core dumped) ./fit 3\nall done\n",
            doubt: "run.sh: line 3: 12345 Segmentation fault      (core dumped) ./fit 3"),
        Case(
            testDescription: "GDAL (written)", stderr: "ERROR 1: PNG: cannot open a.png\n",
            doubt: "ERROR 1: PNG: cannot open a.png"),
        Case(
            testDescription: "Slurm (written)",
            stderr:
                "slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed.\n",
            doubt:
                "slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed."
        ),
    ]

    @Test(arguments: grounds) func isSeen(_ example: Case) {
        #expect(Doubt.of(stderr: example.stderr) == example.doubt)
    }

    @Test(
        "what succeeds prints too is no ground",
        arguments: [
            "", "\n", "0 errors, 3 warnings\n", "Error: retrying in 3 s\n", "test_error ... ok\n",
            "WARNING: failed to open cache\n", "relative error: 0.05\n", "ERROR: 0\n", "ERROR 404\n",
            "Note: The following floating-point exceptions are signalling: IEEE_UNDERFLOW_FLAG IEEE_DENORMAL\n",
            "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\nValueError: handled\n",
            "Process 3 of 8:\n", "Thread 1 done\n", "see file.txt: line 3: a comment\n",
            "a.sh: line 3: warning: here-document at line 1 delimited by end-of-file\n",
            "scheduled core 2 of 8\n", "~/.bashrc: line 5: module: command not found\n",
            "/etc/profile.d/a.sh: line 5: module: command not found\n", "key 3: value: not found\n",
            "key: 3: any value: not found\n",
            "Note: The following floating-point exceptions are signalling: IEEE_INVALID_FLAG IEEE_DIVIDE_BY_ZERO\n",
            String(repeating: "step\n", count: 10000),
        ])
    func noiseIsNone(_ stderr: String) {
        #expect(Doubt.of(stderr: stderr) == nil)
    }

    @Test func isShort() throws {
        let line = "a.sh: line 3: \(String(repeating: "x", count: 400)): command not found\n"
        #expect(try #require(Doubt.of(stderr: line)).count <= 500)
    }
}
