import JobmonCore

/// The time limit, resources, retries and criteria of success of a job.
struct JobLimits: Sendable {
    /// Nil: one, without a word about threads.
    var slots: Int?
    var memory: MemorySize?
    var project: String?
    var timeout: Duration?
    var retries: Int
    var gpus = 0
    var priority = 0
    var criteria = SuccessCriteria()

    var resources: JSONObject {
        var resources = JSONObject()
        resources.append(JobNeed.slotsMember, ifPresent: slots.map { .int(Int64($0)) })
        resources.append(JobNeed.memoryMember, ifPresent: memory.map { .int($0.bytes) })
        resources.append("project", ifPresent: project.map { .string($0) })
        if gpus != 0 { resources.append(JobNeed.gpusMember, .int(Int64(gpus))) }
        if priority != 0 { resources.append(JobDescription.priorityMember, .int(Int64(priority))) }
        criteria.write(to: &resources)
        return resources
    }
}

/// An amount of memory in bytes. Units are powers of 1,024.
public struct MemorySize: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// The amount, in bytes.
    public var bytes: Int64

    /// An amount in bytes.
    public init(bytes: Int64) { self.bytes = bytes }
    /// An amount in bytes.
    public init(integerLiteral value: Int64) { bytes = value }

    /// An amount in megabytes (1,024 × 1,024 bytes each).
    public static func megabytes(_ count: Double) -> MemorySize { MemorySize(bytes: Int64(count * 1024 * 1024)) }
    /// An amount in gigabytes (1,024 megabytes each).
    public static func gigabytes(_ count: Double) -> MemorySize { megabytes(count * 1024) }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
