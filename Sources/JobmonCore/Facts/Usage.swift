/// The resources that an instance used, as far as they are known.
package struct Usage: Sendable, Equatable {
    /// Elapsed seconds from start to end.
    package var wallclock: Double?
    /// Processor time in seconds, user and system, of the command and of the descendants that it waited for.
    package var cpu: Double?
    /// The peak resident memory of its largest process, in bytes.
    package var maxrss: Int64?
    /// `maxrss` is an upper bound only: the kernel included the memory of the process that started it.
    package var maxrssAtMost: Bool
    /// The peak memory of all its processes together; nil: it was not measured.
    package var memoryPeak: MemoryPeak?
    /// Bytes read from and written to storage.
    package var ioRead: Int64?
    package var ioWritten: Int64?

    package init(
        wallclock: Double? = nil, cpu: Double? = nil, maxrss: Int64? = nil, maxrssAtMost: Bool = false,
        memoryPeak: MemoryPeak? = nil, ioRead: Int64? = nil, ioWritten: Int64? = nil
    ) {
        self.wallclock = wallclock
        self.cpu = cpu
        self.maxrss = maxrss
        self.maxrssAtMost = maxrssAtMost
        self.memoryPeak = memoryPeak
        self.ioRead = ioRead
        self.ioWritten = ioWritten
    }
}
