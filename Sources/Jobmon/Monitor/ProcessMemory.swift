import CJobmonPOSIX

/// The memory of this process.
package enum ProcessMemory {
    /// Makes the C library return memory to the system. By default it keeps an arena for every other thread, keeps
    /// freed memory in each of them, and keeps larger and larger blocks. A monitor that has answered one large request
    /// would stay large.
    package static func holdTight() { jobmon_hold_memory_tight() }
}
