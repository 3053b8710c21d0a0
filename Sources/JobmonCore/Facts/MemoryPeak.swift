/// The peak of the memory of all processes of an attempt together.
package struct MemoryPeak: Sendable, Equatable {
    /// How it was measured.
    package enum Source: String, Sendable, CaseIterable {
        /// Samples of the process tree: anonymous and shared memory, each page counted once (the kernel's PSS).
        case pss
        /// Samples of the process tree where the kernel shows no PSS: resident anonymous and shared memory, in which a page
        /// that processes share counts for each of them.
        case rss
        /// The kernel's count for a cgroup that held this attempt alone. It includes the page cache.
        case cgroup
        /// The scheduler's accounting.
        case scheduler
    }

    /// How the true peak compares with the value.
    package enum Bound: String, Sendable, CaseIterable {
        /// It may have been higher: between two samples, or because the attempt was killed before it needed more.
        case atLeast = "at_least"
        /// It may have been lower: pages were counted twice, or the page cache was counted too.
        case atMost = "at_most"
    }

    package var bytes: Int64
    package var source: Source
    /// Nil: neither; the value is the peak.
    package var bound: Bound?

    package init(bytes: Int64, source: Source, bound: Bound? = nil) {
        self.bytes = bytes
        self.source = source
        self.bound = bound
    }
}
