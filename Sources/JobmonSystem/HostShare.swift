import CJobmonPOSIX
import Glibc

/// What this host lets this process and its children have.
package struct HostShare: Sendable, Equatable {
    /// The cores on which they may run, within the processor time that their cgroup may take; at least 1.
    package var cores: Int
    /// The memory of the host or, if that is less, what their cgroup may take, in bytes; nil: unknown.
    package var memory: Int64?
    /// The GPUs, as `CUDA_VISIBLE_DEVICES` names them.
    package var gpus: [String]
    /// Whether the environment names the GPUs, so that there can be no others.
    package var areGPUsGiven: Bool

    package init(cores: Int, memory: Int64? = nil, gpus: [String] = [], areGPUsGiven: Bool = false) {
        self.cores = cores
        self.memory = memory
        self.gpus = gpus
        self.areGPUsGiven = areGPUsGiven
    }

    package static func current() -> HostShare {
        let quota = Cgroup.own("cpu").compactMap { $0.processorLimit() }.min()
        let cores = cores(allowed: Int(jobmon_allowed_cores()), quota: quota)
        let memory = ([installedMemory()] + Cgroup.own("memory").map { $0.memoryLimit() }).compactMap(\.self).min()
        if let given = getenv(visibleDevices) {
            return HostShare(
                cores: cores, memory: memory, gpus: gpus(in: String(cString: given)), areGPUsGiven: true)
        }
        return HostShare(cores: cores, memory: memory, gpus: (0..<installedGPUs()).map(String.init))
    }

    package static let visibleDevices = "CUDA_VISIBLE_DEVICES"

    /// A part of a core counts as one.
    static func cores(allowed: Int, quota: Double?) -> Int {
        max(1, min(allowed, quota.map { Int(min($0, 1e6).rounded(.up)) } ?? allowed))
    }

    /// The GPUs that a value of `CUDA_VISIBLE_DEVICES` names. As CUDA does, it takes those before the first that is none:
    /// `-1`, or the `NoDevFiles` of schedulers.
    package static func gpus(in value: String) -> [String] {
        var gpus: [String] = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            let gpu = String(name)
            guard isGPU(gpu), !gpus.contains(gpu) else { break }
            gpus.append(gpu)
        }
        return gpus
    }

    /// Whether a text names a GPU: a number, or the UUID of a GPU or of a part of one, which may be cut short.
    package static func isGPU(_ text: String) -> Bool {
        if text.hasPrefix("GPU-") || text.hasPrefix("MIG-") {
            return text.utf8.count > 4 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2C }
        }
        return !text.isEmpty && text.utf8.count < 6 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func installedMemory() -> Int64? {
        let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
        return pages > 0 && size > 0 ? Int64(pages) * Int64(size) : nil
    }

    /// The number of GPUs of NVIDIA whose device files are here.
    private static func installedGPUs() -> Int {
        guard let folder = opendir("/dev") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let digits = name.utf8.dropFirst(6)
            if name.hasPrefix("nvidia"), !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) {
                count += 1
            }
        }
        return count
    }
}
