import JobmonCore
import Testing

/// The innermost place in the user's own code.
@Suite struct ErrorFrameTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let file: String
        let function: String
    }

    static let cases = [
        Case(
            testDescription: "Python, below it a package",
            text: python(
                "ValueError: no",
                libraries: ["/v/lib/python3.11/site-packages/a/b.py", "<frozen importlib._bootstrap>"]),
            file: "fit.py", function: "load"),
        Case(
            testDescription: "Python, on the command line",
            text: "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\nKeyError: 3\n",
            file: "<string>", function: "<module>"),
        Case(
            testDescription: "Python, a syntax error",
            text: "  File \"/d/a.py\", line 1\n    x = (\n        ^\nSyntaxError: '(' was never closed\n", file: "a.py",
            function: ""),
        Case(
            testDescription: "Java",
            text: java(
                "java.io.IOException: no", at: "java.base/java.io.A.b(A.java:3)", "app//x.y.Fit$1.run(Fit.java:8)",
                "x.y.Main.main(Main.java:3)"), file: "Fit.java", function: "Fit.run"),
        Case(
            testDescription: "Java, a cause",
            text:
                "Exception in thread \"main\" a.X: outer\n\tat x.Main.main(Main.java:3)\nCaused by: a.Y: inner\n\tat x.Fit.load(Fit.java:4)\n\t... 1 more\n",
            file: "Fit.java", function: "Fit.load"),
        Case(
            testDescription: "JavaScript", text: node("Error: no", at: "async load (file:///home/u/fit.mjs:3:15)"),
            file: "fit.mjs", function: "load"),
        Case(testDescription: "Julia", text: julia("no data"), file: "fit.jl", function: "load"),
        Case(testDescription: "Go", text: go("no data"), file: "main.go", function: "main.load"),
        Case(testDescription: "Rust", text: rust("no data"), file: "main.rs", function: ""),
        Case(
            testDescription: "Rust before 1.73", text: "thread 'main' panicked at 'no, data', src/main.rs:4:66\n",
            file: "main.rs", function: ""),
        Case(testDescription: "R", text: r("Error in load(3) : no data"), file: "", function: "load"),
        Case(
            testDescription: "R, a method", text: r("Error in `[.data.frame`(d, , 1) : no data"), file: "",
            function: "`[.data.frame`"),
        Case(
            testDescription: "R, by rlang", text: r("Error in `mutate()`:\n! object 'z' not found"), file: "",
            function: "mutate"),
        Case(
            testDescription: "MATLAB", text: "Error using inv\nMatrix must be square.\n\nError in fit (line 3)\n",
            file: "", function: "fit"),
        Case(
            testDescription: "a notebook",
            text:
                "----\nKeyError                  Traceback (most recent call last)\nCell In[2], line 1\n----> 1 load('a')\n\nCell In[1], line 2, in load(path)\n----> 2 d[path]\n\nFile /v/lib/python3.11/site-packages/a.py:3, in get(x)\n\nKeyError: 'a'\n",
            file: "", function: "load"),
        Case(
            testDescription: "a traceback in a box",
            text: """
                ╭───────────────────── Traceback (most recent call last) ──────────────────────╮
                │ /home/u/app.py:11 in run                                                     │
                │                                                                              │
                │ /home/u/app.py:6 in load                                                     │
                ╰──────────────────────────────────────────────────────────────────────────────╯
                ValueError: no data

                """,
            file: "app.py", function: "load"),
    ]

    @Test(arguments: cases) func framesAreFound(_ example: Case) {
        let frame = ErrorReading(example.text).frame
        #expect(frame?.file == example.file && frame?.function == example.function, "\(String(describing: frame))")
    }

    @Test(
        "where all frames are those of libraries, there is none",
        arguments: [
            "Traceback (most recent call last):\n  File \"/usr/lib/python3/a.py\", line 1, in f\nKeyError: 3\n",
            r("Error: no data"), r("Error in x + 1 : no data"), "Error: no data\n",
            "node:internal/x:3\n  throw y\n\nError: no\n    at f (node:internal/x:3:1)\n\nNode.js v20.1.0\n",
        ])
    func noFrame(_ text: String) { #expect(ErrorReading(text).frame == nil) }
}
