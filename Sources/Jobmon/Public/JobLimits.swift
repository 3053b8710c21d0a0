import JobmonCore

/// How long a job may take, and what it needs. What is said of a cluster's resources is recorded, and counts where a
/// cluster runs the job.
struct JobLimits: Sendable {
    var slots: Int
    var memory: MemorySize?
    var project: String?
    var timeout: Duration?
    var retries: Int

    var resources: JSONObject {
        var resources = JSONObject()
        if slots != 1 { resources.append("slots", .int(Int64(slots))) }
        resources.append("memory", ifPresent: memory.map { .int($0.bytes) })
        resources.append("project", ifPresent: project.map { .string($0) })
        return resources
    }
}

/// An amount of memory, in bytes; units are powers of 1,024.
public struct MemorySize: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// The amount, in bytes.
    public var bytes: Int64

    /// So many bytes.
    public init(bytes: Int64) { self.bytes = bytes }
    /// Bytes.
    public init(integerLiteral value: Int64) { bytes = value }

    /// So many megabytes (1,024 × 1,024 bytes each).
    public static func megabytes(_ count: Double) -> MemorySize { MemorySize(bytes: Int64(count * 1024 * 1024)) }
    /// So many gigabytes (1,024 megabytes each).
    public static func gigabytes(_ count: Double) -> MemorySize { megabytes(count * 1024) }
}

extension Duration {
    /// As a number of seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
