import JobmonCore
import Testing

/// The stderr of real failing programs, and the expected headline.
struct Stderr: Sendable, CustomTestStringConvertible {
    let what: String
    let text: String
    let headline: String

    var testDescription: String { what }

    static let all: [Stderr] = [
        Stderr(
            what: "Python",
            text: """
                Traceback (most recent call last):
                  File "/x/model.py", line 7, in <module>
                    main()
                  File "/x/model.py", line 4, in main
                    return data["year"]
                           ~~~~^^^^^^^^
                KeyError: 'year'
                """, headline: "KeyError: 'year'"),
        Stderr(
            what: "Python, chained: the one that ended it",
            text: """
                Traceback (most recent call last):
                  File "/x/a.py", line 2, in f
                    open("in.csv")
                FileNotFoundError: [Errno 2] No such file or directory: 'in.csv'

                The above exception was the direct cause of the following exception:

                Traceback (most recent call last):
                  File "/x/a.py", line 6, in <module>
                    f()
                  File "/x/a.py", line 4, in f
                    raise RuntimeError("no input for 1995") from error
                RuntimeError: no input for 1995
                """, headline: "RuntimeError: no input for 1995"),
        Stderr(
            what: "Python, a message of several lines",
            text: """
                Traceback (most recent call last):
                  File "/x/a.py", line 2, in <module>
                    connection.execute("select * from x")
                sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: x
                [SQL: select * from x]
                (Background on this error at: https://sqlalche.me/e/20/e3q8)
                """, headline: "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: x"),
        Stderr(
            what: "Python, and what Slurm has to say",
            text: """
                Traceback (most recent call last):
                slurmstepd-node1: error: *** STEP 34.0 ON node1 CANCELLED AT 2026-11-22T09:47:15 ***
                  File "/x/a.py", line 3, in <module>
                KeyError: 'year'
                srun: error: node1: task 0: Exited with exit code 1
                """, headline: "KeyError: 'year'"),
        Stderr(
            what: "Stata, and what Slurm has to say",
            text: """
                file fit.dta not found
                r(601);
                srun: error: node1: task 0: Exited with exit code 1
                """, headline: "file fit.dta not found r(601)"),
        Stderr(
            what: "a program that failed in a step",
            text: """
                no data for 1992
                srun: error: node1: task 0: Exited with exit code 1
                srun: Terminating StepId=7.0
                """, headline: "no data for 1992"),
        Stderr(
            what: "a program that Slurm ended",
            text: """
                step 3000 done
                [2026-11-28T16:37:54.014] error: *** JOB 307 ON node2 CANCELLED AT 2026-11-28T16:37:54 DUE TO TIME LIMIT ***
                srun: Job step aborted: Waiting up to 32 seconds for job step to finish.
                got TERM
                """,
            headline:
                "[2026-11-28T16:37:54.014] error: *** JOB 307 ON node2 CANCELLED AT 2026-11-28T16:37:54 DUE TO TIME LIMIT ***"
        ),
        Stderr(
            what: "a log of the program's own",
            text: "[2026-11-28T16:37:54] error: no data for 1992\n",
            headline: "[2026-11-28T16:37:54] error: no data for 1992"),
        Stderr(
            what: "Python, warnings after the error",
            text: """
                Traceback (most recent call last):
                  File "/x/a.py", line 3, in <module>
                    1 / 0
                ZeroDivisionError: division by zero
                sys:1: ResourceWarning: unclosed file <_io.TextIOWrapper name='a' mode='r' encoding='UTF-8'>
                """, headline: "ZeroDivisionError: division by zero"),
        Stderr(
            what: "Python, a destructor's exception after it",
            text: """
                Traceback (most recent call last):
                  File "/x/a.py", line 3, in <module>
                    1 / 0
                ZeroDivisionError: division by zero
                Exception ignored in: <function A.__del__ at 0x7f>
                Traceback (most recent call last):
                  File "/x/a.py", line 9, in __del__
                AttributeError: 'A' object has no attribute 'f'
                """, headline: "ZeroDivisionError: division by zero"),
        Stderr(
            what: "Python, an exception group",
            text: """
                  + Exception Group Traceback (most recent call last):
                  |   File "/x/a.py", line 1, in <module>
                  |     raise ExceptionGroup("two things", [ValueError("one"), ValueError("two")])
                  | ExceptionGroup: two things (2 sub-exceptions)
                  +-+---------------- 1 ----------------
                    | ValueError: one
                    +---------------- 2 ----------------
                    | ValueError: two
                    +------------------------------------
                """, headline: "ExceptionGroup: two things (2 sub-exceptions): ValueError: one; ValueError: two"),
        Stderr(
            what: "Python, a syntax error",
            text: """
                  File "/x/a.py", line 1
                    print(
                         ^
                SyntaxError: '(' was never closed
                """, headline: "SyntaxError: '(' was never closed"),
        Stderr(
            what: "Python, colours",
            text: """
                Traceback (most recent call last):
                  File \u{1B}[35m"<string>"\u{1B}[0m, line \u{1B}[35m1\u{1B}[0m, in \u{1B}[35m<module>\u{1B}[0m
                \u{1B}[1;35mZeroDivisionError\u{1B}[0m: \u{1B}[35mdivision by zero\u{1B}[0m
                """, headline: "ZeroDivisionError: division by zero"),
        Stderr(
            what: "Python, fatal",
            text: """
                Fatal Python error: Segmentation fault

                Current thread 0x00007f0e1c0c5740 (most recent call first):
                  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
                  File "<string>", line 1 in <module>

                Extension modules: numpy.core._multiarray_umath (total: 1)
                """, headline: "Fatal Python error: Segmentation fault"),
        Stderr(what: "sys.exit with a message", text: "reading\nno data for 1995\n", headline: "no data for 1995"),
        Stderr(
            what: "pytest",
            text: """
                E       assert 1 == 2
                =========================== short test summary info ============================
                FAILED test_a.py::test_one - assert 1 == 2
                FAILED test_a.py::test_two - KeyError: 'x'
                ========================= 2 failed, 3 passed in 0.12s ==========================
                """, headline: "FAILED test_a.py::test_one - assert 1 == 2"),
        Stderr(
            what: "R in one line", text: "Error in f(1) : object 'y' not found\nCalls: g -> f\nExecution halted\n",
            headline: "Error in f(1) : object 'y' not found"),
        Stderr(
            what: "R in two lines, with a warning",
            text: """
                Error in file(file, "rt") : cannot open the connection
                In addition: Warning message:
                In file(file, "rt") :
                  cannot open file 'x.csv': No such file or directory
                Execution halted
                """,
            headline:
                "Error in file(file, \"rt\") : cannot open the connection: cannot open file 'x.csv': No such file or directory"
        ),
        Stderr(
            what: "R, the message below the call",
            text: """
                Error in read.table(file = file, header = header, sep = sep, quote = quote,  :
                  no lines available in input
                Calls: read.csv -> read.table
                Execution halted
                """,
            headline:
                "Error in read.table(file = file, header = header, sep = sep, quote = quote,  : no lines available in input"
        ),
        Stderr(
            what: "R, rlang's chain",
            text: """
                Error in `mutate()`:
                ℹ In argument: `b = z + 1`.
                Caused by error:
                ! object 'z' not found
                Backtrace:
                  1. tibble(a = 1) |> mutate(b = z + 1)
                Execution halted
                """, headline: "Error in `mutate()`: object 'z' not found"),
        Stderr(
            what: "R, stop() outside a function", text: "Error: no data\nExecution halted\n",
            headline: "Error: no data"),
        Stderr(
            what: "C++",
            text: """
                terminate called after throwing an instance of 'std::runtime_error'
                  what():  cannot open grid.bin
                Aborted (core dumped)
                """, headline: "std::runtime_error: cannot open grid.bin"),
        Stderr(
            what: "C++ without what()", text: "terminate called after throwing an instance of 'int'\nAborted\n",
            headline: "int"),
        Stderr(
            what: "an assertion",
            text: "model: model.c:12: step: Assertion `dt > 0' failed.\nAborted (core dumped)\n",
            headline: "model: model.c:12: step: Assertion `dt > 0' failed."),
        Stderr(
            what: "a segmentation fault",
            text: "step 1\nstep 2\nrun.sh: line 3: 12345 Segmentation fault      (core dumped) ./model\n",
            headline: "run.sh: line 3: 12345 Segmentation fault      (core dumped) ./model"),
        Stderr(
            what: "a sanitizer",
            text: """
                ==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000014
                READ of size 4 at 0x602000000014 thread T0
                    #0 0x5566 in main /x/a.c:5
                SUMMARY: AddressSanitizer: heap-buffer-overflow /x/a.c:5 in main
                Shadow bytes around the buggy address:
                  0x0c047fff7fb0: 00 00 00 00
                ==7==ABORTING
                """, headline: "SUMMARY: AddressSanitizer: heap-buffer-overflow /x/a.c:5 in main"),
        Stderr(
            what: "bash", text: "run.sh: line 2: modle: command not found\n",
            headline: "run.sh: line 2: modle: command not found"),
        Stderr(
            what: "Stata", text: "variable gdp not found\nr(111);\n\nend of do-file\nr(111);\n",
            headline: "variable gdp not found r(111)"),
        Stderr(
            what: "a command line that is wrong: GNU",
            text: "ls: unrecognized option '--frob'\nTry 'ls --help' for more information.\n",
            headline: "ls: unrecognized option '--frob'"),
        Stderr(
            what: "a command line that is wrong: Swift's parser",
            text:
                "Error: Unexpected argument 'x'\nUsage: tool <subcommand>\n  See 'tool --help' for more information.\n",
            headline: "Error: Unexpected argument 'x'"),
        Stderr(
            what: "a command line that is wrong: clap",
            text: """
                error: unexpected argument '--frob' found

                Usage: tool [OPTIONS]

                For more information, try '--help'.
                """, headline: "error: unexpected argument '--frob' found"),
        Stderr(
            what: "make",
            text: "a.c:3:5: error: expected ';' before 'return'\n    3 | x\nmake: *** [Makefile:2: a.o] Error 1\n",
            headline: "a.c:3:5: error: expected ';' before 'return'"),
        Stderr(
            what: "Julia",
            text: """
                ERROR: LoadError: UndefVarError: `x` not defined
                Stacktrace:
                 [1] top-level scope
                   @ /x/a.jl:1
                in expression starting at /x/a.jl:1
                """, headline: "ERROR: LoadError: UndefVarError: `x` not defined"),
        Stderr(
            what: "Java",
            text: """
                Exception in thread "main" java.lang.RuntimeException: fit failed
                \tat A.main(A.java:4)
                Caused by: java.io.FileNotFoundException: in.csv
                \tat A.read(A.java:9)
                \t... 1 more
                """, headline: "java.io.FileNotFoundException: in.csv"),
        Stderr(
            what: "Node",
            text:
                "/x/a.js:1\nthrow new Error('no data')\n^\n\nError: no data\n    at Object.<anonymous> (/x/a.js:1:7)\n\nNode.js v18.1.0\n",
            headline: "Error: no data"),
        Stderr(
            what: "Rust",
            text: "thread 'main' panicked at src/main.rs:2:5:\nno data\nnote: run with `RUST_BACKTRACE=1`\n",
            headline: "thread 'main' panicked at src/main.rs:2:5: no data"),
        Stderr(
            what: "Go",
            text: "panic: no data\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/a.go:4 +0x1d\nexit status 2\n",
            headline: "panic: no data"),
        Stderr(
            what: "a progress bar", text: "loading\rno space left on device\r 50%|#####     | 5/10 [00:05<00:05]\r",
            headline: "no space left on device"),
        Stderr(
            what: "warnings only", text: "WARNING: slow\nWARNING: slower\n", headline: "WARNING: slower"),
        Stderr(
            what: "a warning with its source line",
            text: "disk quota exceeded\n/x/a.py:3: UserWarning: odd\n  warnings.warn(\"odd\")\n",
            headline: "disk quota exceeded"),
        Stderr(what: "DOS line ends", text: "one\r\ntwo\r\n", headline: "two"),
        Stderr(what: "blank", text: " \n\t\n", headline: ""),
        Stderr(what: "nothing", text: "", headline: ""),
        Stderr(what: "ornaments only", text: "----\n====\n", headline: "===="),
    ]
}

@Suite struct HeadlineTests {
    @Test(arguments: Stderr.all) func saysMost(_ example: Stderr) {
        #expect(ErrorText.headline(example.text) == example.headline)
    }

    @Test func isBounded() {
        let long = String(repeating: "x", count: 60000)
        #expect(ErrorText.headline(long).count == 500)
        #expect(ErrorText.headline("Error: early\n" + String(repeating: "y\n", count: 100_000)) == "y")
    }

    @Test func survivesACutCharacter() {
        // The part that is read may start within a character.
        let text = String(repeating: "é", count: 40000) + "\nlast"
        #expect(ErrorText.headline(text) == "last")
    }
}

@Suite struct ErrorTextTests {
    private func failed(stdout: String) -> Outcome {
        var outcome = Outcome(evidence: Evidence(exitCode: 1), stderr: "")
        outcome.stdout = stdout
        return outcome
    }

    @Test func prefersTheBetterWord() {
        var outcome = Outcome(evidence: Evidence(exitCode: 1), stderr: "boom\n")
        #expect(ErrorText.describe(outcome, cause: .exit).text == "boom\n")
        outcome.description = "the structured traceback"
        #expect(ErrorText.describe(outcome, cause: .exit).text == "the structured traceback")
    }

    private struct Said: Equatable {
        var text: String
        var headline: String
    }

    private func said(_ outcome: Outcome, _ cause: Cause?) -> Said {
        let described = ErrorText.describe(outcome, cause: cause)
        return Said(text: described.text, headline: described.headline)
    }

    @Test(arguments: [
        (Evidence(exitCode: 1), "exit code 1, nothing on stderr"),
        (Evidence(signal: 9), "signal 9 (SIGKILL), nothing on stderr"),
        (Evidence(signal: 9, oomKills: 1), "killed for its memory, nothing on stderr"),
        (Evidence(signal: 15, timedOut: true), "time limit passed, nothing on stderr"),
        (Evidence(), "lost: nobody saw its end, nothing on stderr"),
    ]) func saysThatThereWasNothing(_ evidence: Evidence, _ expected: String) {
        #expect(
            said(Outcome(evidence: evidence, stderr: " \n"), Cause.decide(evidence).cause)
                == Said(text: expected, headline: expected))
    }

    @Test("of stdout, what gives the reason is the headline, and its end is part of the text")
    func stdoutTells() {
        var outcome = failed(stdout: "start\nError: no grid\n")
        #expect(
            said(outcome, .exit)
                == Said(
                    text: "exit code 1, nothing on stderr\nthe end of stdout:\nstart\nError: no grid\n",
                    headline: "Error: no grid"))
        outcome.stderr = "Warning: slow disk\n"
        #expect(
            said(outcome, .exit)
                == Said(
                    text: "Warning: slow disk\nthe end of stdout:\nstart\nError: no grid\n", headline: "Error: no grid")
        )
        outcome.stderr = "Error: no disk\n"
        #expect(
            said(outcome, .exit)
                == Said(text: "Error: no disk\n", headline: "Error: no disk"))
    }

    @Test("where nothing gives a reason, the last line of stdout shows how far it got")
    func stdoutEndsSomewhere() {
        let outcome = failed(stdout: "step 1\nstep 2\n")
        let described = ErrorText.describe(outcome, cause: .exit)
        #expect(described.headline == "exit code 1, nothing on stderr; stdout ends with: step 2")
        #expect(described.text.hasSuffix("the end of stdout:\nstep 1\nstep 2\n"))
        let long = failed(stdout: String(repeating: "x\n", count: 32000) + "step 2\n")
        #expect(ErrorText.describe(long, cause: .exit).text.utf8.count < 17 << 10)
    }

    @Test func saysTheEndWhenNobodyLooked() {
        #expect(ErrorText.describe(Outcome(evidence: Evidence(exitCode: 3)), cause: .exit).text == "exit code 3")
    }

    @Test(arguments: [
        (
            StartFailure(step: .command, path: "modle.py", errno: 2, reason: "No such file or directory"),
            "command not found: modle.py"
        ),
        (
            StartFailure(step: .command, path: "./a", errno: 13, reason: "Permission denied"),
            "command ./a: Permission denied"
        ),
        (
            StartFailure(step: .directory, path: "/no", errno: 2, reason: "No such file or directory"),
            "working directory /no: No such file or directory"
        ),
        (
            StartFailure(step: .output, path: "/o", errno: 28, reason: "No space left on device"),
            "output file /o: No space left on device"
        ),
        (
            StartFailure(step: .process, path: "a", errno: 11, reason: "Resource temporarily unavailable"),
            "no process could be created for a: Resource temporarily unavailable"
        ),
    ]) func namesWhatHinderedTheStart(_ failure: StartFailure, _ expected: String) {
        let outcome = Outcome(evidence: Evidence(notStarted: failure))
        #expect(ErrorText.describe(outcome, cause: .notStarted).headline == expected)
    }

    @Test func everyCauseHasWords() {
        for cause in Cause.allCases {
            #expect(!ErrorText.ending(cause: cause, exitCode: nil, signal: nil).isEmpty)
        }
        #expect(ErrorText.ending(cause: .signal, exitCode: nil, signal: 11) == "signal 11 (SIGSEGV)")
        #expect(ErrorText.ending(cause: .signal, exitCode: nil, signal: 35) == "signal 35 (SIGRTMIN+1)")
    }
}
