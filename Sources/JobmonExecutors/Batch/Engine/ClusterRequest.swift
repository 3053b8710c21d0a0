import JobmonCore

/// What a job asks of a cluster, read from its resources.
struct ClusterRequest: Sendable, Equatable {
    var slots = 1
    /// Bytes, in all.
    var memory: Int64?
    /// Seconds.
    var runtime: Double?
    /// The project, or account, that it is booked on.
    var project: String?
    /// The scheduler's queue, or partition.
    var partition: String?
    var gpus: Int?
    /// The hosts that it must not run on.
    var avoided: [String] = []
    /// Ids of the scheduler's jobs that must be over first.
    var hold: [String] = []
    /// The scheduler's own options, word by word; they come last.
    var options: [String] = []
    /// Files of the scheduler's for stdout and stderr, with its own placeholders; nil: jobmon's.
    var stdout: String?
    var stderr: String?
    /// Grid Engine's names for memory that one asks for, and for a parallel environment; nil: found out.
    var memoryResource: String?
    var parallelEnvironment: String?

    /// Nothing is asked for.
    init() {}

    /// - Parameter reserved: names the option that a word is, if jobmon knows its jobs by that.
    /// - Throws: which member is of the wrong type.
    init(_ resources: JSONObject, reserved: (String) -> String?) throws(FieldError) {
        let fields = JSONFields(resources)
        slots = Int(try fields.int("slots", atLeast: 1) ?? 1)
        memory = try fields.int("memory", atLeast: 1)
        runtime = try fields.amount("runtime")
        // More than any scheduler counts.
        if let memory, memory > 1 << 50 { throw fields.failure("memory", "is more than 1 PiB") }
        if let runtime, runtime > 315_360_000 { throw fields.failure("runtime", "is more than ten years") }
        if slots > 1 << 20 { throw fields.failure("slots", "are more than a million") }
        project = try fields.string("project")
        partition = try fields.string("partition")
        gpus = try fields.int("gpus", atLeast: 0).map { Int($0) }
        avoided = try fields.strings(JobDescription.avoidedHosts) ?? []
        hold = (try fields.string("hold") ?? "").split(whereSeparator: { " ,:".contains($0) }).map { String($0) }
        options = CommandWords(try fields.string("queue_options") ?? "").words
        for option in options {
            guard let name = reserved(option) else { continue }
            throw fields.failure("queue_options", "must not contain \(name): jobmon identifies its jobs by it")
        }
        stdout = try fields.string("stdout")
        stderr = try fields.string("stderr")
        memoryResource = try fields.string("memory_resource")
        parallelEnvironment = try fields.string("parallel_environment")
    }
}
