import CJobmonPOSIX

/// File systems that other hosts may write to.
package enum SharedFileSystem {
    /// Whether the nearest directory above a path that exists is on one.
    package static func has(_ path: String) -> Bool {
        var folder = parent(of: path)
        while true {
            let kind = jobmon_filesystem_type(folder)
            if kind >= 0 { return kinds.contains(kind) }
            let next = parent(of: folder)
            if next == folder { return false }
            folder = next
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static let kinds: Set<Int> = [
        0x6969,  // NFS
        0x517B, 0xFF53_4D42, 0xFE53_4D42,  // SMB, CIFS, SMB 2
        0x0BD0_0BD0,  // Lustre
        0x4750_4653,  // GPFS
        0x1983_0326,  // BeeGFS
        0x00C3_6400,  // Ceph
        0xAAD7_AAEA,  // PanFS
        0x6573_5546,  // FUSE, such as sshfs and glusterfs
        0x5346_414F, 0x6B41_4653,  // OpenAFS, kAFS
        0x0102_1997,  // 9p
        0x7461_636F,  // OCFS2
        0x0116_1970,  // GFS2
        0x2003_0528,  // OrangeFS (PVFS2)
    ]
}
