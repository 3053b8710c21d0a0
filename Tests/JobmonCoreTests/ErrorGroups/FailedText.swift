import JobmonCore
import Testing

/// What a program that failed wrote, and how it ended.
struct FailedText: Sendable {
    var text: String
    var exitCode: Int? = 1
    var signal: Int?
    var params: JSONObject = [:]

    init(_ text: String, exitCode: Int = 1, params: JSONObject = [:]) {
        (self.text, self.exitCode, self.params) = (text, exitCode, params)
    }

    init(_ text: String, signal: Int) { (self.text, exitCode, self.signal) = (text, nil, signal) }

    var signature: ErrorSignature {
        ErrorSignature(
            cause: signal == nil ? .exit : .signal, evidence: Evidence(exitCode: exitCode, signal: signal),
            reading: ErrorReading(text), params: params)
    }
}

/// Two texts that are of one cause, or of two.
struct TextPair: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let one: FailedText
    let other: FailedText

    init(_ description: String, _ one: FailedText, _ other: FailedText) {
        (testDescription, self.one, self.other) = (description, one, other)
    }

    init(_ description: String, _ one: String, _ other: String, exitCode: Int = 1) {
        self.init(description, FailedText(one, exitCode: exitCode), FailedText(other, exitCode: exitCode))
    }
}

// MARK: The forms in which runtimes show an error

/// A traceback of Python. The user's frame is followed by frames of libraries, innermost last.
func python(
    _ error: String, in function: String = "load", of file: String = "/home/u/fit.py", line: Int = 12,
    libraries: [String] = []
) -> String {
    var text = """
        Traceback (most recent call last):
          File "\(file)", line \(line + 20), in <module>
            main()
          File "\(file)", line \(line), in \(function)
            go()

        """
    for library in libraries { text += "  File \"\(library)\", line 5, in call\n    return inner()\n" }
    return text + error + "\n"
}

func r(_ error: String) -> String { "\(error)\nExecution halted\n" }

func java(_ error: String, at frames: String...) -> String {
    "Exception in thread \"main\" \(error)\n" + frames.map { "\tat \($0)\n" }.joined()
}

func node(_ error: String, at frame: String = "load (/home/u/fit.js:3:15)") -> String {
    """
    /home/u/fit.js:3
      throw x
      ^

    \(error)
        at \(frame)
        at Module._compile (node:internal/modules/cjs/loader:1521:14)

    Node.js v20.20.2

    """
}

func julia(_ error: String, in function: String = "load", of file: String = "/home/u/fit.jl") -> String {
    """
    ERROR: \(error)
    Stacktrace:
     [1] error(s::String)
       @ Base ./error.jl:35
     [2] \(function)(x::Int64)
       @ Main \(file):12
     [3] top-level scope
       @ \(file):30

    """
}

func go(_ error: String, in function: String = "main.load", line: Int = 12) -> String {
    """
    panic: \(error)

    goroutine 1 [running]:
    \(function)(0xc00001c0a8, 0x3)
    \t/home/u/fit/main.go:\(line) +0x1d
    main.main()
    \t/home/u/fit/main.go:30 +0x25
    exit status 2

    """
}

func rust(_ error: String, at place: String = "src/main.rs:4:66") -> String {
    "thread 'main' panicked at \(place):\n\(error)\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n"
}

func fortran(_ error: String, at place: String? = nil) -> String {
    (place.map { "At line \($0)\n" } ?? "") + """
        Fortran runtime error: \(error)

        Error termination. Backtrace:
        #0  0x7f2c39a218c2 in ???

        """
}

// Words of other programs, which this project does not use itself.
let requestError = "Client Error"  // allowed: what HTTP says
let otherSide = "server"  // allowed: what curl and psql say

/// The end of a traceback of Python where a command was not found.
func noCommand(_ name: String) -> String {
    """
      File "/usr/lib/python3.11/subprocess.py", line 1950, in _execute_child
        raise child_exception_type(errno_num, err_msg, err_filename)
    FileNotFoundError: [Errno 2] No such file or directory: '\(name)'
    """
}
