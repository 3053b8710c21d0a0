import CJobmonPOSIX
import Glibc
import JobmonSystem

/// The number of processes of our cgroup that the kernel has killed for memory. The command is in our cgroup. The count
/// covers all processes in it, whatever they belong to.
final class MemoryKills {
    private let fd: Int32
    private let cgroup: Cgroup
    private var latest: (count: Int?, at: Double) = (nil, -.infinity)

    /// The age in seconds up to which a count is reused when commands start in thousands. The only error: the kill of a
    /// process that is not ours is missed, and explains a SIGKILL that has another reason.
    private static let goodFor = 0.05
    private var latestLook: (isAlone: Bool, at: Double) = (false, -.infinity)
    /// The age in seconds up to which it is taken to be known what is in the cgroup.
    private static let aloneFor = 1.0

    /// Nil if neither version's file can be read.
    init?() {
        guard let (cgroup, file) = Self.place() else { return nil }
        self.cgroup = cgroup
        fd = open(file, O_RDONLY | O_CLOEXEC)
        if fd < 0 { return nil }
    }

    deinit { close(fd) }

    /// The count at `now` (seconds of the monotonic clock) or a moment before; nil if the file does not have it.
    func recentCount(_ now: Double) -> Int? { now - latest.at > Self.goodFor ? freshCount(now) : latest.count }

    /// The count at `now` (seconds of the monotonic clock); nil if the file does not have it.
    func freshCount(_ now: Double) -> Int? {
        latest = (count(), now)
        return latest.count
    }

    /// Whether nothing is in the cgroup now but this process, what started it, what it started, and other processes of
    /// jobmon, which need little memory. False if that cannot be found out.
    func isAlone() -> Bool {
        guard let list = TextFile.read("\(cgroup.folder)/cgroup.procs") else { return false }
        let own = getpid()
        var above: Set<Int32> = [own]
        var next = jobmon_process_parent(own)
        while next > 0, above.insert(next).inserted { next = jobmon_process_parent(next) }
        return list.split(separator: "\n").allSatisfy { line in
            // 0: of another namespace.
            guard let pid = Int32(line), pid > 0 else { return false }
            if above.contains(pid) { return true }
            var seen: Set<Int32> = []
            var ancestor = pid
            while ancestor > 0, ancestor != own, seen.insert(ancestor).inserted {
                ancestor = jobmon_process_parent(ancestor)
            }
            if ancestor == own { return true }
            let program = SymbolicLink.target("/proc/\(pid)/exe")
            return program != nil && program == SymbolicLink.target(SymbolicLink.ownExecutable)
        }
    }

    /// The same as `isAlone`, at `now` or a moment before.
    func recentlyAlone(_ now: Double) -> Bool {
        if now - latestLook.at > Self.aloneFor { latestLook = (isAlone(), now) }
        return latestLook.isAlone
    }

    /// The smallest limit of memory of our cgroup and of those around it, in bytes; nil: there is none.
    func limit() -> Int64? { cgroup.memoryLimit() }

    /// The limit of memory of our cgroup itself, in bytes; nil: it has none.
    func ownLimit() -> Int64? {
        Cgroup(version: cgroup.version, folder: cgroup.folder, root: cgroup.folder).memoryLimit()
    }

    /// The most memory that our cgroup has had, with the page cache, in bytes; nil: the kernel does not tell, as version 2
    /// before Linux 5.19.
    func peak() -> Int64? {
        let file = cgroup.version == .one ? "memory.max_usage_in_bytes" : "memory.peak"
        return TextFile.read("\(cgroup.folder)/\(file)").flatMap(TextFile.number)
    }

    /// Reads the count without making a string of the file; nil if the file does not have it.
    private func count() -> Int? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
            let length = pread(fd, buffer.baseAddress, buffer.count, 0)
            guard length > 0 else { return nil }
            let text = UnsafeBufferPointer(rebasing: buffer[..<length])
            var line = 0
            while line < length {
                let end = text[line...].firstIndex(of: UInt8(ascii: "\n")) ?? length
                if let digits = Self.digits(in: text[line..<end]) { return digits }
                line = end + 1
            }
            return nil
        }
    }

    /// The number in a line that begins with `oom_kill `.
    private static func digits(in line: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        let name: StaticString = "oom_kill "
        guard let base = line.base.baseAddress, line.count > name.utf8CodeUnitCount,
            memcmp(base + line.startIndex, name.utf8Start, name.utf8CodeUnitCount) == 0
        else { return nil }
        var number = 0
        for byte in line.dropFirst(name.utf8CodeUnitCount) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (more, overflow) = number.multipliedReportingOverflow(by: 10)
            guard !overflow, more <= Int.max - 9 else { return nil }
            number = more + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }

    /// Our cgroup, and the file in it that has the count: `memory.events.local` or `memory.events` of version 2, else
    /// `memory.oom_control` of version 1.
    private static func place() -> (cgroup: Cgroup, file: String)? {
        for cgroup in Cgroup.own("memory") {
            // The first is of this cgroup alone, as is the list of its processes; since Linux 5.2.
            let names = cgroup.version == .one ? ["memory.oom_control"] : ["memory.events.local", "memory.events"]
            for file in names.map({ "\(cgroup.folder)/\($0)" }) where access(file, R_OK) == 0 { return (cgroup, file) }
        }
        return nil
    }
}
