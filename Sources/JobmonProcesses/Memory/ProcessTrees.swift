import CJobmonPOSIX

/// The processes of running commands, and their memory, as /proc shows them.
final class ProcessTrees {
    private let trees: OpaquePointer

    /// - Parameter proc: where /proc is.
    /// - Returns: nil if there is no memory.
    init?(proc: String = "/proc") {
        guard let made = jobmon_trees_new(proc) else { return nil }
        trees = made
    }

    deinit { jobmon_trees_free(trees) }

    /// Finds the processes that came since the last call, and whose they are.
    /// - Parameters:
    ///   - roots: all running commands, in the order of their starts.
    ///   - spared: processes that are nobody's.
    ///   - orphans: the command of every other process that becomes our child; nil: of none.
    /// - Returns: false if /proc could not be listed.
    @discardableResult
    func find(_ roots: [jobmon_root], spared: [Int32] = [], orphans: CommandID? = nil) -> Bool {
        jobmon_trees_find(trees, roots, roots.count, spared, spared.count, Int64(orphans ?? -1)) == 0
    }

    /// Looks at the memory of a command's processes.
    func look(at command: CommandID) -> MemoryLook {
        var memory = jobmon_tree_memory()
        jobmon_trees_read(trees, Int64(command), &memory)
        return MemoryLook(
            processes: Int(memory.processes), isRough: memory.is_rough != 0, sum: memory.sum, largest: memory.largest,
            mapped: memory.mapped, walked: memory.walked)
    }

    /// Counts the pages of the processes that were looked at.
    func count(of command: CommandID) -> MemoryCount {
        var isExact: Int32 = 1
        let bytes = jobmon_trees_count(trees, Int64(command), &isExact)
        return MemoryCount(bytes: bytes, isExact: isExact != 0)
    }

    /// The processor time of this thread, in seconds.
    static func processorTime() -> Double { Double(jobmon_thread_time()) / 1e9 }
}
