import Glibc

/// The cgroup of this process, for one controller.
package struct Cgroup: Sendable, Equatable {
    /// The version of the kernel's cgroups.
    package enum Version: Sendable {
        case one
        case two
    }

    package let version: Version
    /// Its folder.
    package let folder: String
    /// The folder of the outermost one.
    package let root: String

    package init(version: Version, folder: String, root: String) {
        self.version = version
        self.folder = folder
        self.root = root
    }

    /// Where the kernel says that this process is, in each version that may have the controller: any other place is not
    /// ours.
    /// - Parameters:
    ///   - controller: as version 1 names it, such as `memory`.
    ///   - list: the text of `/proc/self/cgroup`; nil: it is read.
    package static func own(_ controller: String, list: String? = nil) -> [Cgroup] {
        guard let list = list ?? TextFile.read("/proc/self/cgroup") else { return [] }
        return list.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            let folder = parts[2] == "/" ? "" : String(parts[2])
            if parts[0] == "0" { return Cgroup(version: .two, folder: top + folder, root: top) }
            guard parts[1].split(separator: ",").contains(where: { $0 == controller }) else { return nil }
            let root = "\(top)/\(controller)"
            return Cgroup(version: .one, folder: root + folder, root: root)
        }
    }

    private static let top = "/sys/fs/cgroup"

    /// What a file says in this cgroup and in those around it, the innermost first; nothing for those that do not have it.
    package func texts(of file: String) -> [String] {
        var folder = folder
        var texts: [String] = []
        while true {
            if let text = TextFile.read("\(folder)/\(file)") { texts.append(text) }
            guard folder.utf8.count > root.utf8.count, let slash = folder.lastIndex(of: "/") else { return texts }
            folder = String(folder[..<slash])
        }
    }

    /// The smallest limit of memory of this cgroup and of those around it, in bytes; nil: there is none.
    package func memoryLimit() -> Int64? {
        // Version 2 writes `max` where there is none, version 1 a number that no machine has.
        texts(of: memoryLimitFile).compactMap(TextFile.number).filter { $0 < 1 << 60 }.min()
    }

    /// The name of the file with the limit of memory.
    package var memoryLimitFile: String { version == .one ? "memory.limit_in_bytes" : "memory.max" }

    /// The smallest number of processors whose time this cgroup and those around it may take; nil: there is no limit.
    package func processorLimit() -> Double? {
        let limits: [Double?]
        switch version {
        case .two:
            // `MICROSECONDS PERIOD`, or `max PERIOD`.
            limits = texts(of: "cpu.max").map { text in
                let words = text.split(whereSeparator: \.isWhitespace)
                guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]) else { return nil }
                return period > 0 ? quota / period : nil
            }
        case .one:
            // -1: no limit.
            limits = zip(texts(of: "cpu.cfs_quota_us"), texts(of: "cpu.cfs_period_us")).map { quota, period in
                guard let quota = TextFile.number(quota), let period = TextFile.number(period) else { return nil }
                return quota > 0 && period > 0 ? Double(quota) / Double(period) : nil
            }
        }
        return limits.compactMap(\.self).min()
    }
}
