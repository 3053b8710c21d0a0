import JobmonCore
import JobmonQueue

/// The jobs that `run` queues, from its options and its job file. Everything is read and checked before anything is
/// queued.
struct RunPlan {
    var queue: String
    var jobs: [NewJob]
    /// Remarks for the user, one sentence each.
    var remarks: [String] = []

    /// The settings of the command line.
    struct Input: Sendable {
        var each: [String] = []
        var file: String?
        var command: [String] = []
        var queue: String?
        var name: String?
        var retries: Int?
        var timeout: Double?
        var resources = JSONObject()
        var criteria = SuccessCriteria()
        /// The path of the shell for shell lines; nil: bash if available.
        var shell: String?
        /// Whether params without a placeholder in the command are intended (`--unused-ok`).
        var unusedIsMeant = false
        /// The working directory of the commands, absolute.
        var cwd: String
        /// Whether there is a file with this name, or a program with this name on PATH.
        var isFile: @Sendable (String) -> Bool = { _ in false }
        var isProgram: @Sendable (String) -> Bool = { _ in true }
        /// Reads a whole file; `-` is stdin. - Throws: `CommandFailure`.
        var readFile: @Sendable (String) throws -> String
    }

    init(_ input: Input) throws {
        queue = try Self.queueName(input)
        jobs = []
        if input.command.count == 1, let line = input.command.first, line.contains(" "), !input.isProgram(line) {
            throw CommandFailure(
                .usage, "the command is one word that contains spaces, and there is no such program",
                hint: "remove the quotes around it: -- \(line)")
        }
        if let file = input.file {
            guard input.each.isEmpty else {
                throw CommandFailure(.usage, "--each and -f can't be used together", hint: "use one of them")
            }
            try addFile(file, input)
        } else if !input.command.isEmpty {
            let sweep = try RunSweep(input.each, readFile: input.readFile)
            remarks = sweep.remarks(isFile: input.isFile)
            var keys = JobKeys()
            jobs.reserveCapacity(sweep.dimensions.reduce(1) { $0 * $1.values.count })
            var slips: RunSlips?
            try sweep.forEachCombination { params in
                var object = RunJobObject(command: .arguments(input.command), params: params)
                object.name = input.name
                object.expect = input.criteria.expected
                // All jobs have the same command.
                if slips == nil {
                    slips = RunSlips()
                    try slips?.look(at: object)
                    if !input.unusedIsMeant { remarks += try slips?.checkAllUsed(sweep) ?? [] }
                }
                try add(object, input, &keys)
            }
        } else if !input.each.isEmpty {
            throw CommandFailure(
                .usage, "--each needs a command", hint: "write it after --, such as: -- python fit.py {year}")
        } else if input.queue == nil {
            throw CommandFailure(
                .usage, "nothing to run: there is no command, no job file and no queue to continue",
                hint: "jobmon run -- COMMAND, jobmon run -f FILE, or jobmon run --queue NAME")
        }
    }

    private static func queueName(_ input: Input) throws -> String {
        let name: String
        if let given = input.queue {
            name = given
        } else if let file = input.file, file != "-" {
            let last = file.split(separator: "/").last.map(String.init) ?? file
            let dot = last.lastIndex(of: ".")
            name = dot.map { $0 == last.startIndex ? last : String(last[..<$0]) } ?? last
        } else {
            name = "run"
        }
        guard !name.isEmpty, !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw CommandFailure(
                .usage, "the name of the queue is empty or contains control characters",
                hint: "give a name with --queue")
        }
        return name
    }

    private mutating func addFile(_ path: String, _ input: Input) throws {
        let form = try RunJobFile.Form(path: path)
        let file = try RunJobFile(
            try input.readFile(path), form: form, path: path, hasCommand: !input.command.isEmpty)
        var keys = JobKeys()
        var given: [String: Int] = [:]
        var slips = RunSlips()
        for (index, entry) in file.entries.enumerated() {
            var object = entry.job
            if let key = object.key, let line = given.updateValue(entry.line, forKey: key) {
                throw CommandFailure(
                    .usage, "\(path), line \(entry.line): the key \"\(key)\" is already used in line \(line)")
            }
            if object.command == nil { object.command = .arguments(input.command) }
            if object.name == nil { object.name = input.name }
            if object.expect == nil { object.expect = input.criteria.expected }
            // All rows of a table have the same command.
            let place = "\(path), line \(entry.line): "
            if index == 0 || !form.isTable { try slips.look(at: object, place: place) }
            try add(object, input, &keys, place: place)
        }
        if form.isTable, !input.unusedIsMeant, let columns = file.entries.first?.job.params.members.map(\.name) {
            if let remark = slips.unusedColumns(columns, of: path) { remarks.append(remark) }
        }
    }

    private mutating func add(
        _ object: RunJobObject, _ input: Input, _ keys: inout JobKeys, place: String = ""
    ) throws {
        jobs.append(try Self.job(object, input, &keys, place: place))
    }

    /// Makes one job; what it does not set comes from the command line.
    /// - Parameter place: the file and line of the job, followed by a colon; empty for the command line.
    static func job(
        _ object: RunJobObject, _ input: Input, _ keys: inout JobKeys, place: String = ""
    ) throws -> NewJob {
        // Placeholders that are filled at each attempt must come from the command, not from a value filled into it.
        var mistakable: Substring?
        func value(_ name: Substring) -> String? {
            guard let text = object.params[String(name)].map(RunJobObject.text) else { return nil }
            if CommandTemplate.namesAttempt(text) { mistakable = name }
            return text
        }
        func filled(_ text: String, quoting: Bool = false) -> String {
            CommandTemplate.fill(text, quoting: quoting, value: value)
        }
        var job = JobDescription(
            name: object.name.map { filled($0) }, runfile: "", params: object.params,
            cwd: absolute(object.cwd ?? input.cwd, in: input.cwd), env: object.env,
            timeout: object.timeout ?? input.timeout, resources: merged(input.resources, object.resources),
            maxAttempts: object.maxAttempts ?? (input.retries ?? 0) + 1)
        switch object.command {
        case .shell(let line):
            job.shell = true
            job.runfile = filled(line, quoting: true)
            job.resources.append(
                JobDescription.shellResource, ifPresent: (object.shell ?? input.shell).map { .string($0) })
        case .arguments(let words):
            job.runfile = words.first.map { filled($0) } ?? ""
            job.args = words.dropFirst().map { filled($0) }
        case nil: break
        }
        if let retry = object.retry {
            job.resources[RelaunchRules.resource] =
                try RelaunchOptions.rules(retry, option: "\(place)\"retry\"").jobResource
        }
        SuccessCriteria(
            expected: try RunSuccess.filled(
                object.expect ?? input.criteria.expected, params: object.params, place: place
            ) { filled($0) }, failurePatterns: object.failOn ?? input.criteria.failurePatterns
        ).write(to: &job.resources)
        if let mistakable {
            throw CommandFailure(
                .usage,
                "a value of the param \"\(mistakable)\" contains {jid} or {attempt}, which would be replaced",
                hint: "pass that value in the environment (\"env\" in a .jsonl or .yaml job file)")
        }
        if let long = ([job.runfile] + job.args).first(where: { $0.utf8.count >= RunFiles.longestArgument }), !job.shell
        {
            throw CommandFailure(
                .usage,
                "an argument of the command has \(Units.bytes(Int64(long.utf8.count))); "
                    + "the limit of the kernel is 128 KiB",
                hint: "pass it in a file; a line of a .txt job file may be longer")
        }
        var new = object.key.map { NewJob(key: $0, description: job) } ?? keys.newJob(job)
        if !object.after.isEmpty {
            new.after = object.after.map { $0.mapTexts { filled($0) } }
            if place.hasSuffix(": ") { new.place = String(place.dropLast(2)) }
        }
        return new
    }

    private static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") ? path : "\(directory == "/" ? "" : directory)/\(path)"
    }

    private static func merged(_ defaults: JSONObject, _ own: JSONObject) -> JSONObject {
        var all = defaults
        for member in own.members { all[member.name] = member.value }
        return all
    }
}
