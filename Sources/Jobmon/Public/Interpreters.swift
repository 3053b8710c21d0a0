import Glibc
import JobmonCore

/// The programs that run scripts, by file name extension. A file with any other extension is executed directly.
///
/// | extension | command |
/// |---|---|
/// | `.py` | `python3 FILE …` |
/// | `.R` | `Rscript FILE …` |
/// | `.do` | `stata-mp -q -b do FILE …` |
/// | `.sh` | `bash FILE …` |
public struct Interpreters: Sendable, Hashable {
    /// The words before the file, by extension (lower case, without the dot).
    public var commands: [String: [String]]
    /// The prefix of an environment, such as conda's or a Python venv: a directory with a `bin`. Interpreters and the
    /// programs that they start are found there first.
    public var environmentPrefix: String?

    /// - Parameters:
    ///   - commands: the words before the file, by extension.
    ///   - environmentPrefix: the environment's directory.
    public init(commands: [String: [String]], environmentPrefix: String? = nil) {
        self.commands = commands
        self.environmentPrefix = environmentPrefix
    }

    /// The interpreters of the table above, found on PATH.
    public static let standard = Interpreters(commands: [
        "py": ["python3"], "r": ["Rscript"], "do": ["stata-mp", "-q", "-b", "do"], "sh": ["bash"],
    ])

    /// The interpreters of the table above, from an environment.
    public static func environment(_ prefix: String) -> Interpreters {
        Interpreters(commands: standard.commands, environmentPrefix: prefix)
    }

    /// The same with an absolute environment prefix, since a job may run in another directory.
    func absolute() throws(Problem) -> Interpreters {
        guard let environmentPrefix else { return self }
        var interpreters = self
        interpreters.environmentPrefix = try DirectoryLayout(of: environmentPrefix).root
        return interpreters
    }

    /// The command line that runs a file.
    func command(for runfile: String, _ parameters: [String]) -> [String] {
        let name = runfile.split(separator: "/").last ?? ""
        var words: [String] = []
        if let dot = name.lastIndex(of: "."), dot != name.startIndex {
            words = commands[name[name.index(after: dot)...].lowercased()] ?? []
        }
        if let environmentPrefix, let first = words.first, !first.contains("/") {
            let inside = "\(environmentPrefix)/bin/\(first)"
            if access(inside, X_OK) == 0 { words[0] = inside }
        }
        return words + [runfile] + parameters
    }

    /// The variables that activate the environment for a job.
    /// - Parameter path: the PATH of this program.
    func variables(path: String) -> [String: String] {
        guard let environmentPrefix else { return [:] }
        var variables = ["PATH": path.isEmpty ? "\(environmentPrefix)/bin" : "\(environmentPrefix)/bin:\(path)"]
        if access("\(environmentPrefix)/conda-meta", F_OK) == 0 { variables["CONDA_PREFIX"] = environmentPrefix }
        if access("\(environmentPrefix)/pyvenv.cfg", F_OK) == 0 { variables["VIRTUAL_ENV"] = environmentPrefix }
        return variables
    }
}

extension JobDescription {
    init(_ job: Job, _ limits: JobLimits, interpreters: Interpreters) throws(Problem) {
        guard !job.runfile.isEmpty else {
            throw Problem(.invalid, "job \"\(job.name)\" has no runfile", hint: "give the file or program that it runs")
        }
        if let timeout = limits.timeout, timeout <= .zero {
            throw Problem(.invalid, "the timeout of job \"\(job.name)\" is \(timeout)", hint: "it must be more than 0")
        }
        guard limits.slots ?? 1 >= 1, limits.gpus >= 0, limits.memory?.bytes ?? 0 >= 0, limits.retries >= 0 else {
            throw Problem(
                .invalid,
                "job \"\(job.name)\" asks for \(limits.slots ?? 1) slots, \(limits.memory?.bytes ?? 0) bytes, "
                    + "\(limits.gpus) GPUs and \(limits.retries) retries",
                hint: "slots are 1 or more, the others 0 or more")
        }
        guard Int32(exactly: limits.priority) != nil else {
            throw Problem(.invalid, "the priority of job \"\(job.name)\" is \(limits.priority)", hint: "it has 32 bits")
        }
        var limits = limits
        limits.criteria.expected = try limits.criteria.expected.map { (path) throws(Problem) in
            try Self.expected(path, of: job)
        }
        let interpreters = try interpreters.absolute()
        let words = interpreters.command(for: job.runfile, job.parameters)
        var env = interpreters.variables(path: getenv("PATH").map { String(cString: $0) } ?? "")
        env.merge(job.environment) { $1 }
        let cwd = try DirectoryLayout(of: job.workingDirectory ?? ".").root
        self.init(
            name: job.name, runfile: words[0], args: Array(words.dropFirst()), params: JSONObject(texts: job.params),
            cwd: cwd, env: JSONObject(texts: env), timeout: limits.timeout?.inSeconds, resources: limits.resources,
            maxAttempts: limits.retries + 1)
    }

    /// The path of an expected output, params replaced.
    private static func expected(_ path: String, of job: Job) throws(Problem) -> String {
        let isDeclared = { (word: Substring) in word == "jid" || word == "attempt" || job.params[String(word)] != nil }
        if let word = SuccessCriteria.undeclared(in: path, isDeclared) {
            throw Problem(
                .invalid, "the expected output \(path) of job \"\(job.name)\" names {\(word)}, which is not a param",
                hint: "give the job a param \(word)")
        }
        let filled = CommandTemplate.fill(path, quoting: false) { job.params[String($0)] }
        guard !filled.isEmpty else {
            throw Problem(.invalid, "an expected output of job \"\(job.name)\" is an empty path")
        }
        return filled
    }
}

extension JSONObject {
    /// An object of texts, sorted by name.
    init(texts: [String: String]) {
        self.init(texts.sorted { $0.key < $1.key }.map { (name: $0.key, value: .string($0.value)) })
    }
}
