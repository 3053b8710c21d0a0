import JobmonCore
import JobmonSystem

/// What `jobmon exec` was asked to do.
struct ExecOptions {
    /// The directory that was named with `-d`.
    var directory: String?
    var name: String?
    var params: JSONObject = [:]
    /// Seconds.
    var timeout: Double?
    /// What makes exit code 0 a success.
    var criteria = SuccessCriteria()
    /// What ran into the time limit ends us as it ended itself, and not with 124.
    var preservesStatus = false
    /// The key of an instance that exists already, which this run of the command is.
    var instance: String?
    /// The manifest whose instance the command is, by the index that the scheduler gave this task. (For queues.)
    var task: String?
    /// The command is all of a scheduler's job: its starts are remembered. (For the shell hook.)
    var isWholeJob = false
    /// The command, its bytes untouched.
    var command: [[UInt8]] = []

    /// What the arguments after `exec` amount to.
    enum Parsed {
        case run(ExecOptions)
        case help
        /// One sentence: what is wrong and where.
        case wrong(String)
    }

    /// The options that take a value; `ExecHelp` says what they do.
    static let names = ["--dir", "--name", "--param", "--timeout", "--expect", "--fail-on", "--instance"]

    static func parse(_ arguments: [[UInt8]]) -> Parsed {
        var options = ExecOptions()
        var rest = arguments[...]
        while let bytes = rest.first {
            let word = String(decoding: bytes, as: UTF8.self)
            rest = rest.dropFirst()
            if word == "--" { break }
            guard word.hasPrefix("-"), word != "-" else {
                rest = arguments[(rest.startIndex - 1)...]
                break
            }
            if word == "-h" || word == "--help" { return .help }
            if word == "--whole-job" {
                options.isWholeJob = true
                continue
            }
            if word == "--preserve-status" {
                options.preservesStatus = true
                continue
            }
            var option = word
            var value: String?
            if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
                option = String(word[..<equals])
                value = String(word[word.index(after: equals)...])
            } else if word.hasPrefix("-d"), word.count > 2, !word.hasPrefix("--") {
                option = "-d"
                value = String(word.dropFirst(2))
            }
            guard option == "-d" || option == "--task" || Self.names.contains(option) else {
                let meant = NearWord.nearest(to: option, among: Self.names)
                return .wrong(
                    meant.map { "there is no option \(option): did you mean \($0)?" }
                        ?? "there is no option \(option); put -- before the command")
            }
            if value == nil {
                guard let next = rest.first, next != Array("--".utf8) else { return .wrong("\(option) needs a value") }
                value = String(decoding: next, as: UTF8.self)
                rest = rest.dropFirst()
            }
            if let wrong = options.set(option, value ?? "") { return .wrong(wrong) }
        }
        options.command = Array(rest)
        if options.command.isEmpty, options.task == nil { return .wrong("no command is given: put it after --") }
        if let wrong = options.fillExpected() { return .wrong(wrong) }
        return .run(options)
    }

    private mutating func set(_ option: String, _ value: String) -> String? {
        switch option {
        case "-d", "--dir":
            if value.isEmpty { return "\(option) needs the name of a directory" }
            directory = value
        case "--name": name = value
        case "--param":
            guard let equals = value.firstIndex(of: "="), equals > value.startIndex else {
                return "invalid param \"\(value)\": use NAME=VALUE"
            }
            params[String(value[..<equals])] = .string(String(value[value.index(after: equals)...]))
        case "--timeout":
            guard let seconds = Self.seconds(value) else {
                return "invalid duration \"\(value)\" for --timeout: use 90, 10m, 2h or 1d"
            }
            timeout = seconds
        case "--expect":
            if value.isEmpty { return "--expect needs the path of a file or directory" }
            criteria.expected.append(value)
        case "--fail-on":
            do throws(Problem) { _ = try LinePattern(value) } catch { return "--fail-on: \(error.message)" }
            criteria.failurePatterns.append(value)
        case "--task": task = value
        default:
            if value.isEmpty { return "--instance needs a key" }
            instance = value
        }
        return nil
    }

    /// Replaces params in the paths of the expected outputs. - Returns: what is wrong.
    private mutating func fillExpected() -> String? {
        for (index, path) in criteria.expected.enumerated() {
            if let word = SuccessCriteria.undeclared(in: path, { params[String($0)] != nil }) {
                return "--expect \(path) names {\(word)}, but there is no --param \(word)=VALUE"
            }
            criteria.expected[index] = CommandTemplate.fill(path, quoting: false) { params[String($0)]?.plainText }
        }
        return nil
    }

    /// A time such as `90`, `1.5h`; nil for anything else, and for nothing or less.
    static func seconds(_ text: String) -> Double? {
        var digits = Substring(text)
        var unit = 1.0
        if let last = text.last, let factor = ["s": 1.0, "m": 60, "h": 3600, "d": 86400][last] {
            unit = factor
            digits = digits.dropLast()
        }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let number = Double(digits), number > 0, number.isFinite
        else { return nil }
        return number * unit
    }
}
