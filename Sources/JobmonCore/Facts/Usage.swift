/// What an instance used, as far as it is known.
package struct Usage: Sendable, Equatable {
    /// Seconds from start to end.
    package var wallclock: Double?
    /// Seconds of processor time, user and system, of the command and the descendants that it waited for.
    package var cpu: Double?
    /// The peak of resident memory of its largest process, in bytes.
    package var maxrss: Int64?
    /// `maxrss` is only an upper bound: the kernel counted the starting process's own memory.
    package var maxrssAtMost: Bool
    /// Bytes read from and written to storage.
    package var ioRead: Int64?
    package var ioWritten: Int64?

    package init(
        wallclock: Double? = nil, cpu: Double? = nil, maxrss: Int64? = nil, maxrssAtMost: Bool = false,
        ioRead: Int64? = nil, ioWritten: Int64? = nil
    ) {
        self.wallclock = wallclock
        self.cpu = cpu
        self.maxrss = maxrss
        self.maxrssAtMost = maxrssAtMost
        self.ioRead = ioRead
        self.ioWritten = ioWritten
    }
}
