import ArgumentParser
import JobmonCore

/// The settings of `run` for a cluster.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run time after which the scheduler ends a job: 90, 10m, 2h or 1d; default: that of the cluster.",
            valueName: "time"))
    var runtime: String?

    @Option(
        help: ArgumentHelp(
            "Account (Slurm) or project (Grid Engine) that jobs are charged to; default: yours.", valueName: "name"))
    var project: String?

    @Option(
        help: ArgumentHelp(
            "Partition (Slurm) or queue (Grid Engine) to submit to; default: that of the cluster.", valueName: "name"))
    var partition: String?

    @Option(
        help: ArgumentHelp(
            "Do not start jobs before these jobs of the scheduler are over: 4711,4712.", valueName: "ids"))
    var hold: String?

    @Option(
        name: .customLong("queue-options"), parsing: .unconditional,
        help: ArgumentHelp("Pass further options to sbatch or qsub: \"--qos=long -C bigmem\".", valueName: "options"))
    var queueOptions: String?

    @Option(
        name: .customLong("job-stdout"),
        help: ArgumentHelp(
            "File to which the scheduler writes stdout, with its placeholders (%A_%a, $TASK_ID). Default: jobmon "
                + "captures it (jobmon logs).", valueName: "path"))
    var stdout: String?

    @Option(
        name: .customLong("job-stderr"),
        help: ArgumentHelp("The same for stderr; default: the file of --job-stdout.", valueName: "path"))
    var stderr: String?

    @Option(
        name: .customLong("memory-resource"),
        help: ArgumentHelp("Resource of Grid Engine for memory; default: determined with qconf.", valueName: "name"))
    var memoryResource: String?

    @Option(
        name: .customLong("parallel-environment"),
        help: ArgumentHelp(
            "Parallel environment of Grid Engine for slots; default: determined with qconf.", valueName: "name"))
    var parallelEnvironment: String?

    @Option(
        name: .customLong("poll"),
        help: ArgumentHelp("Minimum time between two polls of the scheduler; default: 15s.", valueName: "time"))
    var poll: String?

    @Flag(help: "When interrupted, end cluster jobs too. Default: they continue. Local jobs always end.")
    var cancelOnExit = false

    @Flag(help: "Print what would be submitted to the cluster; submit nothing.")
    var dryRun = false

    /// Seconds between two polls of the scheduler; nil: the default.
    func interval() throws -> Double? {
        guard let poll else { return nil }
        guard let seconds = Quantity.seconds(poll) else { throw CommandFailure.invalidDuration(poll, for: "--poll") }
        return seconds
    }

    /// Adds them to a job's resources, in their form in the ledger.
    func write(to resources: inout JSONObject) throws {
        if let runtime {
            guard let seconds = Quantity.seconds(runtime) else {
                throw CommandFailure.invalidDuration(runtime, for: "--runtime")
            }
            resources.append("runtime", .double(seconds))
        }
        for (name, value) in [
            ("project", project), ("partition", partition), ("hold", hold), ("queue_options", queueOptions),
            ("stdout", stdout), ("stderr", stderr), ("memory_resource", memoryResource),
            ("parallel_environment", parallelEnvironment),
        ] {
            resources.append(name, ifPresent: value.map { .string($0) })
        }
    }
}
