/// The memory of a command's processes at one moment: anonymous and shared memory, with what of it is swapped out, in
/// bytes.
struct MemoryLook: Sendable, Equatable {
    /// The number of processes that have memory; 0: none could be read.
    var processes = 0
    /// An old kernel: what is mapped from files is included.
    var isRough = false
    /// The sum over the processes. A page that several of them have counts for each.
    var sum: Int64 = 0
    /// The part of the process that has the most.
    var largest: Int64 = 0
    /// What is mapped from files by the process that has the most of it. It is no part of `sum`.
    var mapped: Int64 = 0
    /// The bytes of which the kernel visits each page if pages are counted.
    var walked: Int64 = 0

    /// So much is neglected: a mebibyte, or a hundredth.
    static func slack(_ bytes: Int64) -> Int64 { max(1 << 20, bytes / 100) }

    /// Nearly all of it is that of one process, so that hardly a page can have been counted twice.
    var isOfOneProcess: Bool { sum - largest <= Self.slack(sum) }
}

/// The memory of a command's processes at one moment, each page counted once.
struct MemoryCount: Sendable, Equatable {
    var bytes: Int64
    /// False: the kernel does not tell it for some process, so that it may have been less.
    var isExact: Bool
    /// Seconds of processor time that it took.
    var cost = 0.0
}
