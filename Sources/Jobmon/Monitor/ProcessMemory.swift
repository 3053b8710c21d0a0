import CJobmonPOSIX

/// The memory of this process.
package enum ProcessMemory {
    /// Has the C library give memory back. By itself it makes an arena for every other thread, keeps what it once had in
    /// each, and takes more and more to be worth keeping: a monitor that has answered one large request would stay large.
    package static func holdTight() { jobmon_hold_memory_tight() }
}
