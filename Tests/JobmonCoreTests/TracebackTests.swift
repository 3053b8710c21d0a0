import JobmonCore
import Testing

/// The tracebacks that interpreters print when an exception ends a program, in structured form.
@Suite struct TracebackTests {
    private typealias Frame = PythonTraceback.Frame

    @Test func framesAndCode() throws {
        let found = try #require(
            PythonTraceback(
                stderr: """
                    reading in.csv
                    Traceback (most recent call last):
                      File "/x/model.py", line 7, in <module>
                        main()
                        ~~~~^^
                      File "/x/a "quoted", line 3.py", line 4, in main
                      File "/x/model.py", line 2, in deep
                        deep(
                            n + 1)
                      File "/x/model.py", line 2, in deep
                        deep(
                      [Previous line repeated 995 more times]
                    __main__.f.<locals>.Own: no data for 1992

                    """))
        #expect(found.type == "__main__.f.<locals>.Own")
        #expect(found.message == "no data for 1992")
        #expect(
            found.frames == [
                Frame(file: "/x/model.py", line: 7, function: "<module>", code: "main()"),
                Frame(file: "/x/a \"quoted\", line 3.py", line: 4, function: "main"),
                Frame(file: "/x/model.py", line: 2, function: "deep", code: "deep("),
                Frame(file: "/x/model.py", line: 2, function: "deep", code: "deep("),
                .gap("Previous line repeated 995 more times"),
            ])
        #expect(found.earlier == .none && found.exceptions.isEmpty)
    }

    @Test func whatLedToIt() throws {
        let text = """
            Traceback (most recent call last):
              File "a.py", line 2, in f
                open("in.csv")
            FileNotFoundError: [Errno 2] No such file or directory: 'in.csv'

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "a.py", line 4, in f
                {}["k"]
            KeyError: 'k'

            The above exception was the direct cause of the following exception:

            Traceback (most recent call last):
              File "a.py", line 6, in <module>
                raise RuntimeError from error
            RuntimeError
            """
        let found = try #require(PythonTraceback(stderr: text))
        #expect(found.type == "RuntimeError" && found.message.isEmpty && found.frames.map(\.line) == [6])
        guard case .cause(let cause) = found.earlier else { throw Missing("cause: \(found)") }
        #expect(cause.type == "KeyError" && cause.message == "'k'")
        guard case .context(let context) = cause.earlier else { throw Missing("context: \(cause)") }
        #expect(context.type == "FileNotFoundError" && context.frames.map(\.function) == ["f"])
        #expect(context.earlier == .none)
        // In its form in the ledger, and with CR LF line ends.
        let other = try #require(PythonTraceback(stderr: text.replacing("\n", with: "\r\n")))
        #expect(other == found)
        #expect(
            JSON.object(found.json).text
                == #"{"type":"RuntimeError","message":"","frames":[{"file":"a.py","line":6,"function":"<module>","#
                + #""code":"raise RuntimeError from error"}],"cause":{"type":"KeyError","message":"'k'","frames":["#
                + #"{"file":"a.py","line":4,"function":"f","code":"{}[\"k\"]"}],"context":{"type":"FileNotFoundError","#
                + #""message":"[Errno 2] No such file or directory: 'in.csv'","frames":["#
                + #"{"file":"a.py","line":2,"function":"f","code":"open(\"in.csv\")"}]}}}"#)
    }

    @Test func whatAProcessOfAPoolRaised() throws {
        let found = try #require(
            PythonTraceback(
                stderr: """
                    multiprocessing.pool.RemoteTraceback: 
                    \"""
                    Traceback (most recent call last):
                      File "p.py", line 2, in f
                        raise ValueError("no 1")
                    ValueError: no 1
                    \"""

                    The above exception was the direct cause of the following exception:

                    Traceback (most recent call last):
                      File "p.py", line 4, in <module>
                        p.map(f, [1])
                    ValueError: no 1
                    """))
        #expect(found.frames.map(\.line) == [4] && found.message == "no 1")
        guard case .cause(let cause) = found.earlier else { throw Missing("cause: \(found)") }
        #expect(cause.frames.map(\.function) == ["f"] && cause.message == "no 1")
    }

    /// Before Python 3.13, some lines have no margin.
    @Test(arguments: [true, false])
    func groups(isWhole: Bool) throws {
        var text = Self.groupsText
        if !isWhole {
            for line in ["  [Previous line repeated 1 more time]", "second", "third", ""] {
                text = text.replacing("\n    | \(line)\n", with: "\n\(line)\n")
            }
        }
        let found = try #require(PythonTraceback(stderr: "\(text)\nSlurm says something\n"))
        #expect(found.type == "ExceptionGroup" && found.message == "many (4 sub-exceptions)")
        #expect(found.frames == [Frame(file: "g.py", line: 17, function: "<module>", code: "raise ExceptionGroup()")])
        guard case .context(let context) = found.earlier else { throw Missing("context: \(found)") }
        #expect(context.type == "FileNotFoundError")
        #expect(found.exceptions.map(\.type) == ["ValueError", "TypeError", "ExceptionGroup", "ValueError"])
        #expect(found.exceptions.map(\.message) == ["1", "b\nsecond\n\nthird", "in (2 sub-exceptions)", "inner"])
        #expect(found.exceptions[1].frames.map(\.line) == [6, 4, 0, 2])
        #expect(found.exceptions[2].exceptions.map(\.message) == ["[Errno 2] no", "2"])
        guard case .cause(let cause) = found.exceptions[3].earlier else { throw Missing("cause: \(found)") }
        #expect(cause.type == "KeyError")
    }

    private static let groupsText = """
        Traceback (most recent call last):
          File "g.py", line 15, in <module>
            open("/nowhere")
        FileNotFoundError: [Errno 2] No such file or directory: '/nowhere'

        During handling of the above exception, another exception occurred:

          + Exception Group Traceback (most recent call last):
          |   File "g.py", line 17, in <module>
          |     raise ExceptionGroup()
          | ExceptionGroup: many (4 sub-exceptions)
          +-+---------------- 1 ----------------
            | ValueError: 1
            +---------------- 2 ----------------
            | Traceback (most recent call last):
            |   File "g.py", line 6, in <module>
            |     try: deep(3)
            |          ~~~~^^^
            |   File "g.py", line 4, in deep
            |     return deep(n-1) if n else f()
            |   [Previous line repeated 1 more time]
            |   File "g.py", line 2, in f
            |     raise TypeError("b")
            | TypeError: b
            | second
            | 
            | third
            +---------------- 3 ----------------
            | Exception Group Traceback (most recent call last):
            |   File "g.py", line 12, in <module>
            |     raise ExceptionGroup("in", [OSError(2, "no"), ValueError(2)])
            | ExceptionGroup: in (2 sub-exceptions)
            +-+---------------- 1 ----------------
              | FileNotFoundError: [Errno 2] no
              +---------------- 2 ----------------
              | ValueError: 2
              +------------------------------------
            +---------------- 4 ----------------
            | Traceback (most recent call last):
            |   File "g.py", line 9, in <module>
            |     try: {}["k"]
            | KeyError: 'k'
            | 
            | The above exception was the direct cause of the following exception:
            | 
            | Traceback (most recent call last):
            |   File "g.py", line 10, in <module>
            |     raise ValueError("inner") from k
            | ValueError: inner
            +---------------- ... ----------------
            | and 2 more exceptions
            +------------------------------------
        """

    @Test func aSyntaxErrorHasNoFirstLine() throws {
        let found = try #require(
            PythonTraceback(
                stderr: """
                      File "s.py", line 2
                        
                          ^
                    SyntaxError: unexpected EOF while parsing
                    """))
        #expect(found.type == "SyntaxError" && found.message == "unexpected EOF while parsing")
        #expect(found.frames.map(\.line) == [2] && found.frames.map(\.function) == [""])
    }

    @Test func oneWhoseStartIsCutOff() throws {
        let found = try #require(
            PythonTraceback(
                stderr: """
                    .py", line 3, in a
                        b()
                      File "x.py", line 6, in b
                        c()
                      File "x.py", line 9, in c
                        raise ValueError(1)
                    ValueError: 1
                    """))
        #expect(found.frames.map(\.function) == ["b", "c"])
    }

    /// Labels before each line and colours are not part of it.
    @Test(arguments: ["0: ", "    ", "[rank 3] "])
    func inALog(margin: String) throws {
        let lines = [
            "Traceback (most recent call last):", "  File \u{1B}[35m\"x.py\"\u{1B}[0m, line 6, in b",
            "    c()", "ValueError: 1", "and 2",
        ]
        let found = try #require(PythonTraceback(stderr: lines.map { "\(margin)\($0)\n" }.joined()))
        #expect(found.frames == [Frame(file: "x.py", line: 6, function: "b", code: "c()")])
        #expect(found.message == "1\nand 2")
    }

    @Test func ranksThatFailAtOnce() throws {
        let lines = [
            "Traceback (most recent call last):", "  File \"x.py\", line 6, in b", "    c()", "ValueError: 1",
        ]
        let text = lines.flatMap { line in ["node1", "node2", "node3"].map { "\($0): \(line)\n" } }.joined()
        let found = try #require(PythonTraceback(stderr: "\(text)node1: srun says more\n"))
        #expect(found.frames == [Frame(file: "x.py", line: 6, function: "b", code: "c()")])
        #expect(found.type == "ValueError" && found.message == "1")
    }

    @Test func onlyTheFirstLineHasWhatALogWritesBefore() throws {
        let text = "ERROR app Traceback (most recent call last):\n  File \"x.py\", line 6, in b\nValueError: 1\n"
        #expect(try #require(PythonTraceback(stderr: text)).frames.count == 1)
    }

    @Test(arguments: [
        "sys:1: ResourceWarning: unclosed file", "srun: error: node1: task 0: Exited with exit code 1",
        "Exception ignored in: <function A.__del__ at 0x7f>", "2026-01-31 12:00:00 goes on", "INFO:root:goes on",
        "make: *** [Makefile:2: all] Error 1", "[2026-01-31 12:00:00] goes on",
        "[2026-01-31T12:00:00.123] info: goes on",
    ])
    func whatFollowsIsNoMessage(line: String) throws {
        let text = "Traceback (most recent call last):\n  File \"x.py\", line 6, in b\nValueError: 1\n\(line)\n"
        #expect(try #require(PythonTraceback(stderr: text)).message == "1")
    }

    /// Lines that Slurm writes into a job's stderr, from several versions and with each form of the time.
    static let slurm = [
        "slurmstepd: error: *** JOB 34 ON node4 CANCELLED AT 2026-11-22T09:47:15 DUE TO TIME LIMIT ***",
        "slurmstepd-node1: error: *** STEP 34.0 ON node4 CANCELLED AT 2026-11-22T09:47:15 ***",
        "slurmd[node1]: *** JOB 34 CANCELLED AT 2014-11-22T09:47:15 ***",
        "[2026-11-28T16:37:02.329] error: *** JOB 315 ON node3 CANCELLED AT 2026-11-28T16:37:02 DUE TO NODE FAILURE, "
            + "SEE SLURMCTLD LOG FOR DETAILS ***",
        "[2026-11-28T16:36:59] error: *** STEP 308.0 ON node2 CANCELLED AT 2026-11-28T16:36:59 DUE to SIGNAL Terminated ***",
        "[2026-11-28T16:36:59.074512+01:00] error: *** JOB 308 ON node2 CANCELLED AT 2026-11-28T16:36:59 DUE TO PREEMPTION ***",
        "[Nov 28 16:36:54] error: Detected 1 oom_kill event in StepId=301.batch. Some of the step tasks have been OOM Killed.",
        "slurmstepd-node3: error: Detected 1 oom-kill event(s) in StepId=31.batch. Some of your processes may have been killed.",
        "srun: error: node2: task 0: Out Of Memory", "0: slurmstepd: error: *** STEP 1.0 ON n CANCELLED AT x ***",
        "srun: Job step aborted: Waiting up to 32 seconds for job step to finish.",
    ]

    @Test(arguments: slurm)
    func whatSlurmWritesIsNoPartOfIt(line: String) throws {
        let head = "Traceback (most recent call last):\n  File \"x.py\", line 6, in b\n    c()\n"
        let behind = try #require(PythonTraceback(stderr: "\(head)ValueError: 1\nand 2\n\(line)\ngot TERM\n"))
        #expect(behind.message == "1\nand 2")
        // Between its frames, and between it and the exception that led to it.
        let within = try #require(
            PythonTraceback(stderr: "\(head)\(line)\n  File \"y.py\", line 1, in c\nKeyError: 1\n"))
        #expect(within.type == "KeyError" && within.frames.map(\.function) == ["b", "c"])
        let during = "During handling of the above exception, another exception occurred:"
        let chain = try #require(
            PythonTraceback(stderr: "\(head)KeyError: 1\n\(line)\n\n\(during)\n\n\(head)ValueError: 2\n\(line)\n"))
        guard case .context(let context) = chain.earlier else { throw Missing("context: \(chain)") }
        #expect(chain.message == "2" && context.message == "1")
        // A traceback that Slurm's line cuts off does not count.
        #expect(PythonTraceback(stderr: "\(head)\(line)\n") == nil)
    }

    @Test func theLastOneThatIsNotIgnored() throws {
        let one = "Traceback (most recent call last):\n  File \"x.py\", line 6, in b\n"
        let text = "\(one)KeyError: 1\ngoing on\n\(one)ValueError: 2\nException ignored in: <f>\n\(one)OSError: 3\n"
        let found = try #require(PythonTraceback(stderr: text))
        #expect(found.type == "ValueError" && found.message == "2")
    }

    @Test(arguments: [
        "", "ValueError: no data", "Traceback (most recent call last):",
        "Traceback (most recent call last):\n  File \"x.py\", line 6, in b\n    c()\n",
        "Traceback (most recent call last):\n  File \"x.py\", line 6, in b\n    c()\n2: what another rank says\n",
        "  File \"x.py\", line 6, in b\n", "File \"x.ml\", line 3, characters 0-5:\nError: Syntax error\n",
    ])
    func noTraceback(text: String) { #expect(PythonTraceback(stderr: text) == nil) }

    @Test func oneThatGoesOnAndOnIsCutInTheMiddle() throws {
        let frames = (1...300).map { "  File \"x.py\", line \($0), in f\($0)\n" }.joined()
        let message = String(repeating: "é", count: 20_000)
        let text = "Traceback (most recent call last):\n\(frames)ValueError: \(message)\n"
        let found = try #require(PythonTraceback(stderr: text))
        #expect(found.frames.count == 300 && found.message == message)
        guard case .array(let kept)? = found.json["frames"], case .string(let cut)? = found.json["message"] else {
            throw Missing("\(found)")
        }
        #expect(kept.count == 101)
        #expect(kept[30].text.contains("\"200 frames are left out\""))
        #expect(cut.utf8.count == 8192)
    }

    private struct Missing: Error { init(_ what: String) { Issue.record("\(what)") } }
}
