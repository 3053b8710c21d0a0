import JobmonCore

/// A job in a job file. What it omits comes from the command line.
struct RunJobObject: Equatable {
    enum Command: Equatable {
        case arguments([String])
        case shell(String)
    }

    var command: Command?
    var name: String?
    var params = JSONObject()
    var env = JSONObject()
    var cwd: String?
    var timeout: Double?
    var maxAttempts: Int?
    var key: String?
    var resources = JSONObject()
    /// The jobs that it waits for.
    var after: [DependencyReference] = []
    /// Its own relaunch rules.
    var retry: [String]?
    /// The path of the shell for a shell line.
    var shell: String?
    /// Outputs that must be there after exit code 0.
    var expect: [String]?
    /// Regular expressions for lines of output that mean failure.
    var failOn: [String]?

    private static let members = [
        "command", "name", "params", "env", "cwd", "timeout", "slots", "memory", "runtime", "project",
        "partition", "gpus", "priority", "after", "hold", "queue_options", "stdout", "stderr", "memory_resource",
        "parallel_environment",
        "max_attempts", "retry", "key", "shell", "expect", "fail_on",
    ]

    init(command: Command? = nil, params: JSONObject = [:]) {
        self.command = command
        self.params = params
    }

    /// Reads an object of a `.jsonl` or `.yaml` file.
    /// - Throws: an error that names the invalid member and what was expected. An unknown member is an error, since it
    ///   is probably a typing error.
    init(_ json: JSON) throws(FieldError) {
        guard case .object(let object) = json else {
            throw FieldError("job", "must be an object, not \(json.typeName)")
        }
        for member in object.members where !Self.members.contains(member.name) {
            let meant = NearWord.nearest(to: member.name, among: Self.members)
            throw FieldError(
                member.name,
                "is not a member of a job\(meant.map { ": did you mean \"\($0)\"?" } ?? "")"
                    + "; the members are \(Self.members.joined(separator: ", "))")
        }
        let fields = JSONFields(object)
        command = try Self.command(fields)
        name = try fields.string("name")
        params = try fields.fields("params")?.object ?? [:]
        for member in params.members {
            do {
                try RunSweep.check(name: member.name, where: "params")
            } catch {
                throw fields.failure("params", "can't contain a param named \"\(member.name)\"")
            }
        }
        env = JSONObject()
        for member in try fields.fields("env")?.object.members ?? [] {
            guard !member.name.isEmpty, !member.name.contains("=") else {
                throw FieldError("env", "can't contain a variable named \"\(member.name)\"")
            }
            switch member.value {
            case .string, .int, .double: env.append(member.name, .string(Self.text(member.value)))
            default: throw FieldError("env.\(member.name)", "must be a string, not \(member.value.typeName)")
            }
        }
        cwd = try fields.string("cwd")
        timeout = try Self.seconds("timeout", fields)
        maxAttempts = try fields.int("max_attempts", atLeast: 1).map(Int.init)
        if let maxAttempts, maxAttempts > ProtocolLimits.retries + 1 {
            throw fields.failure("max_attempts", "must be at most \(ProtocolLimits.retries + 1), not \(maxAttempts)")
        }
        key = try fields.string("key")
        if let key, key.isEmpty || key.contains("#") {
            throw fields.failure("key", "must not be empty or contain a #")
        }
        resources = try Self.resources(fields)
        shell = try fields.string("shell")
        expect = try Self.texts("expect", fields)
        failOn = try Self.texts("fail_on", fields)
        retry = try Self.texts("retry", fields)
        if let value = fields.value("after") { after = try DependencyReference.read(value, fields.path("after")) }
        if let problem = (failOn ?? []).lazy.compactMap({ RunSuccess.problem(with: $0) }).first {
            throw fields.failure("fail_on", "is invalid: \(problem.message)")
        }
        if let shell, !shell.hasPrefix("/") { throw fields.failure("shell", "must be a path that begins with /") }
    }

    /// One text, or several.
    private static func texts(_ name: String, _ fields: JSONFields) throws(FieldError) -> [String]? {
        if case .string(let text)? = fields.value(name) {
            if text.isEmpty { throw fields.failure(name, "must not be empty") }
            return [text]
        }
        guard let texts = try fields.strings(name) else { return nil }
        if texts.contains(where: \.isEmpty) { throw fields.failure(name, "must not contain an empty string") }
        return texts
    }

    private static func command(_ fields: JSONFields) throws(FieldError) -> Command? {
        switch fields.value("command") {
        case nil: return nil
        case .string(let line):
            guard line.contains(where: { !$0.isWhitespace }), !line.utf8.contains(0) else {
                throw fields.failure("command", "is empty or contains a NUL character")
            }
            return .shell(line)
        case .array:
            let words = try fields.strings("command") ?? []
            guard let program = words.first, !program.isEmpty else {
                throw fields.failure("command", "must begin with the name of a program")
            }
            guard !words.contains(where: { $0.utf8.contains(0) }) else {
                throw fields.failure("command", "contains a NUL character")
            }
            return .arguments(words)
        case .some(let other):
            throw fields.failure("command", "must be an array of strings, or a string, not \(other.typeName)")
        }
    }

    private static func resources(_ fields: JSONFields) throws(FieldError) -> JSONObject {
        var resources = JSONObject()
        resources.append(JobNeed.slotsMember, ifPresent: try fields.int("slots", atLeast: 1).map { .int($0) })
        if let value = fields.value("memory") {
            guard let bytes = Quantity.bytes(text(value)) else {
                throw fields.failure("memory", "must be a size such as \"4G\" or a number of bytes")
            }
            resources.append(JobNeed.memoryMember, .int(bytes))
        }
        resources.append("runtime", ifPresent: try seconds("runtime", fields).map { .double($0) })
        resources.append(JobNeed.gpusMember, ifPresent: try fields.int("gpus", atLeast: 0).map { .int($0) })
        if let priority = try fields.int("priority") {
            guard Int32(exactly: priority) != nil else {
                throw fields.failure("priority", "must be between -2147483648 and 2147483647, not \(priority)")
            }
            resources.append(JobDescription.priorityMember, .int(priority))
        }
        for name in [
            "project", "partition", "hold", "queue_options", "stdout", "stderr", "memory_resource",
            "parallel_environment",
        ] {
            resources.append(name, ifPresent: try fields.string(name).map { .string($0) })
        }
        return resources
    }

    private static func seconds(_ name: String, _ fields: JSONFields) throws(FieldError) -> Double? {
        guard let value = fields.value(name) else { return nil }
        guard let seconds = Quantity.seconds(text(value)) else {
            throw fields.failure(name, "must be a duration such as \"10m\" or a number of seconds above 0")
        }
        return seconds
    }

    /// The text of a value in a command.
    static func text(_ value: JSON) -> String {
        if case .string(let text) = value { return text }
        return value.text
    }
}
