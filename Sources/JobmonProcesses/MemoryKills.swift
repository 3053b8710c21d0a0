import Glibc

/// How many processes of our cgroup the kernel has killed for memory. The command's cgroup is ours, so the count is of
/// everybody in it: it explains a SIGKILL, and nothing else.
final class MemoryKills {
    private let fd: Int32

    /// Nil where neither version's file can be read.
    init?() {
        guard let path = Self.path() else { return nil }
        fd = open(path, O_RDONLY | O_CLOEXEC)
        if fd < 0 { return nil }
    }

    deinit { close(fd) }

    /// The count; nil when the file does not tell it.
    func count() -> Int? {
        guard let text = Self.read(fd) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }

    /// Version 2's `memory.events`, else version 1's `memory.oom_control`, of the cgroup that we are in.
    private static func path() -> String? {
        guard let cgroups = readFile("/proc/self/cgroup") else { return nil }
        var candidates: [String] = []
        for line in cgroups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let folder = parts[2] == "/" ? "" : String(parts[2])
            if parts[0] == "0" {
                candidates.append("/sys/fs/cgroup\(folder)/memory.events")
            } else if parts[1].split(separator: ",").contains("memory") {
                candidates.append("/sys/fs/cgroup/memory\(folder)/memory.oom_control")
                // In a container its own cgroup is mounted at the top.
                candidates.append("/sys/fs/cgroup/memory/memory.oom_control")
            }
        }
        return candidates.first { access($0, R_OK) == 0 }
    }

    private static func readFile(_ path: String) -> String? {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        return read(fd)
    }

    private static func read(_ fd: Int32) -> String? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
            count = max(0, pread(fd, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
