import ArgumentParser
import JobmonCore

/// The resources and settings of `run` for a cluster.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Slots (cores on one host) that a job needs.", valueName: "n"))
    var slots: Int?

    @Option(help: ArgumentHelp("Memory that a job needs in all, such as 4G.", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("Time after which the cluster ends a job.", valueName: "time"))
    var runtime: String?

    @Option(help: ArgumentHelp("The project, or account, that a job is booked on.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("The scheduler's queue, or partition.", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("GPUs that a job needs.", valueName: "n"))
    var gpus: Int?

    @Option(help: ArgumentHelp("Jobs of the scheduler's that must be over first: 4711,4712.", valueName: "ids"))
    var hold: String?

    @Option(
        name: .customLong("queue-options"), parsing: .unconditional,
        help: ArgumentHelp("Options of sbatch or qsub, as they are: \"--qos=long -C bigmem\".", valueName: "options"))
    var queueOptions: String?

    @Option(
        name: .customLong("job-stdout"),
        help: ArgumentHelp(
            "The scheduler's file for stdout, with its placeholders (%A_%a, $TASK_ID).", valueName: "path"))
    var stdout: String?

    @Option(
        name: .customLong("job-stderr"),
        help: ArgumentHelp("The same for stderr; default: with stdout.", valueName: "path"))
    var stderr: String?

    @Option(
        name: .customLong("memory-resource"),
        help: ArgumentHelp("Grid Engine's resource for memory; default: found by qconf.", valueName: "name"))
    var memoryResource: String?

    @Option(
        name: .customLong("parallel-environment"),
        help: ArgumentHelp("Grid Engine's parallel environment for slots; default: found by qconf.", valueName: "name"))
    var parallelEnvironment: String?

    @Option(
        name: .customLong("poll"),
        help: ArgumentHelp("The time between two looks at the scheduler, at least; default: 15s.", valueName: "time"))
    var poll: String?

    @Flag(help: "End cluster jobs too when interrupted; local ones always end.")
    var cancelOnExit = false

    @Flag(help: "Print what would be submitted to the cluster, and submit nothing.")
    var dryRun = false

    /// Seconds between two polls of the scheduler; nil: the default.
    func interval() throws -> Double? {
        guard let poll else { return nil }
        guard let seconds = RunQuantity.seconds(poll) else { throw Self.noTime("--poll", poll) }
        return seconds
    }

    /// A job's cluster resources in their form in the ledger.
    func resources() throws -> JSONObject {
        var resources = JSONObject()
        if let slots, slots < 1 { throw CommandFailure(.usage, "--slots must be 1 or more, not \(slots)") }
        resources.append("slots", ifPresent: slots.map { .int(Int64($0)) })
        if let memory {
            guard let bytes = RunQuantity.bytes(memory) else {
                throw CommandFailure(.usage, "--memory \(memory) is no size", hint: "such as 512M or 4G")
            }
            resources.append("memory", .int(bytes))
        }
        if let runtime {
            guard let seconds = RunQuantity.seconds(runtime) else { throw Self.noTime("--runtime", runtime) }
            resources.append("runtime", .double(seconds))
        }
        if let gpus {
            guard gpus >= 0 else { throw CommandFailure(.usage, "--gpus must be 0 or more, not \(gpus)") }
            resources.append("gpus", .int(Int64(gpus)))
        }
        for (name, value) in [
            ("project", project), ("partition", partition), ("hold", hold), ("queue_options", queueOptions),
            ("stdout", stdout), ("stderr", stderr), ("memory_resource", memoryResource),
            ("parallel_environment", parallelEnvironment),
        ] {
            resources.append(name, ifPresent: value.map { .string($0) })
        }
        return resources
    }

    private static func noTime(_ option: String, _ text: String) -> CommandFailure {
        CommandFailure(.usage, "\(option) \(text) is no time", hint: "such as 90, 90s, 10m, 2h or 1d")
    }
}
