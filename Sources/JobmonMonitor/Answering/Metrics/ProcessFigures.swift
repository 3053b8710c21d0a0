import Glibc

/// The resources of the monitor's process, under the names that Prometheus uses for every program.
struct ProcessFigures: Sendable, Equatable {
    var residentBytes: Int64
    var virtualBytes: Int64
    /// Processor time, user and system.
    var cpuSeconds: Double
    /// When the process started, in seconds since 1970.
    var started: Double
    var openDescriptors: Int
    /// Nil: no limit.
    var maximumDescriptors: Int64?
}

extension ProcessFigures {
    /// Reads them from `/proc`; nil if they cannot be read.
    static func own() -> ProcessFigures? {
        guard let stat = read("/proc/self/stat"), let machine = read("/proc/stat"),
            let descriptors = openDescriptors()
        else { return nil }
        var limit = rlimit()
        let isLimited = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 && limit.rlim_cur < .max
        return ProcessFigures(
            stat: stat, machine: machine, pageSize: Int64(sysconf(Int32(_SC_PAGESIZE))),
            ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))), openDescriptors: descriptors,
            maximumDescriptors: isLimited ? Int64(clamping: limit.rlim_cur) : nil)
    }

    /// Reads the text of `/proc/PID/stat` and `/proc/stat`; nil if it is not what the kernel writes.
    init?(
        stat: String, machine: String, pageSize: Int64, ticksPerSecond: Double, openDescriptors: Int,
        maximumDescriptors: Int64?
    ) {
        // The second field, the name of the program, may hold spaces and parentheses; the third follows the last one.
        guard let end = stat.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
        let boot = machine.split(separator: "\n").first { $0.hasPrefix("btime ") }
        // Fields 14, 15, 22, 23 and 24 of proc(5).
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let start = Double(fields[19]), let virtual = Int64(fields[20]), let pages = Int64(fields[21]),
            let booted = boot.flatMap({ Double($0.dropFirst("btime ".count)) })
        else { return nil }
        residentBytes = pages * pageSize
        virtualBytes = virtual
        cpuSeconds = (user + system) / ticksPerSecond
        started = booted + start / ticksPerSecond
        self.openDescriptors = openDescriptors
        self.maximumDescriptors = maximumDescriptors
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without "." and "..", and the folder's own descriptor.
        return max(0, count - 3)
    }
}
