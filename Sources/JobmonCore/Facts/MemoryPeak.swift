/// The peak of the memory of all processes of an attempt together.
package struct MemoryPeak: Sendable, Equatable {
    /// How it was measured.
    package enum Source: String, Sendable, CaseIterable {
        /// Samples of the process tree: anonymous and shared memory, with what of it was swapped out, each page counted
        /// once (the kernel's PSS, or the memory of a tree of which one process has all).
        case pss
        /// Resident memory, in which a page that processes share counts for each of them: samples where the kernel shows no
        /// PSS, or where it would have taken too long to count the pages; or the kernel's own peak of the largest process,
        /// with what it mapped from files, where that shows that the samples missed the peak.
        case rss
        /// The kernel's count for a cgroup that held this attempt alone. It includes the page cache.
        case cgroup
        /// The scheduler's accounting: its own samples, of the step or the task with the most.
        case scheduler
    }

    /// How the memory that the attempt needs compares with the value.
    package enum Bound: String, Sendable, CaseIterable {
        /// It may be higher: the attempt was ended before it was done, or only a part of it was measured.
        case atLeast = "at_least"
        /// It may be lower: pages were counted twice, or what was mapped from files or the page cache was counted too.
        case atMost = "at_most"
    }

    package var bytes: Int64
    package var source: Source
    /// Nil: as measured. What comes and goes between two samples is not seen, whatever the source.
    package var bound: Bound?

    package init(bytes: Int64, source: Source, bound: Bound? = nil) {
        self.bytes = bytes
        self.source = source
        self.bound = bound
    }
}

extension Usage {
    /// The memory that people are shown: the peak of all processes, else that of the largest one; nil: neither is known.
    package var memory: (bytes: Int64, bound: MemoryPeak.Bound?)? {
        if let memoryPeak { return (memoryPeak.bytes, memoryPeak.bound) }
        guard let maxrss else { return nil }
        return (maxrss, maxrssAtMost ? .atMost : nil)
    }
}

extension Usage {
    /// The memory that was had beyond what was asked for, in bytes in all; nil: it was not more for certain, or nothing was
    /// asked for.
    package func memoryExcess(over asked: Int64?) -> Int64? {
        guard let asked, let memoryPeak, memoryPeak.bound != .atMost, memoryPeak.bytes > asked else { return nil }
        return memoryPeak.bytes
    }
}

extension MemoryPeak.Bound {
    /// The words before an amount in a sentence, with a blank at their end.
    package var words: String { self == .atLeast ? "at least " : "at most " }

    /// The sign before an amount in a table.
    package var sign: String { self == .atLeast ? ">" : "<" }
}
