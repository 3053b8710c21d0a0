import ArgumentParser
import JobmonCore

/// What `run` says that each job needs.
struct ResourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Slots (cores on one host) per job; default: 1. On this host, OMP_NUM_THREADS and variables like it are set to "
                + "this number where they are not set.", valueName: "n"))
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Total memory per job, such as 512M or 4G; default: that of the cluster. On this host, jobs start only while "
                + "the memory that they ask for is there.", valueName: "size")
    )
    var memory: String?

    @Option(
        help: ArgumentHelp(
            "GPUs per job; default: none. On this host, CUDA_VISIBLE_DEVICES names those that a job has.",
            valueName: "n"
        ))
    var gpus: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Jobs with a higher priority start first; an integer, default: 0. In a cluster, they are submitted first.",
            valueName: "n"))
    var priority: Int?

    @Option(
        name: .customLong("size-from"),
        help: ArgumentHelp(
            "Request the memory and the run time that jobmon usage recommends for jobs of the same name in this queue, "
                + "or for the whole queue if the name is new. Jobs keep what they request themselves.",
            valueName: "queue"))
    var sizeFrom: String?

    /// Adds them to a job's resources, in their form in the ledger.
    func write(to resources: inout JSONObject) throws {
        if let slots, slots < 1 { throw CommandFailure(.usage, "--slots must be 1 or more, not \(slots)") }
        resources.append(JobNeed.slotsMember, ifPresent: slots.map { .int(Int64($0)) })
        if let memory {
            guard let bytes = Quantity.bytes(memory) else {
                throw CommandFailure(.usage, "invalid size \"\(memory)\" for --memory", hint: "use 512M or 4G")
            }
            resources.append(JobNeed.memoryMember, .int(bytes))
        }
        if let gpus {
            guard gpus >= 0 else { throw CommandFailure(.usage, "--gpus must be 0 or more, not \(gpus)") }
            resources.append(JobNeed.gpusMember, .int(Int64(gpus)))
        }
        if let priority {
            guard let priority = Int32(exactly: priority) else {
                throw CommandFailure(.usage, "--priority must be between -2147483648 and 2147483647, not \(priority)")
            }
            resources.append(JobDescription.priorityMember, .int(Int64(priority)))
        }
    }
}
