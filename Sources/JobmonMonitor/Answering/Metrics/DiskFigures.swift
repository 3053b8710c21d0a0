import Glibc

/// The space of the file system that holds the directory, and the size of the ledger there.
struct DiskFigures: Sendable, Equatable {
    /// What this user may still write.
    var availableBytes: Int64
    var totalBytes: Int64
    /// The ledger with its write-ahead log.
    var ledgerBytes: Int64

    /// - Parameter ledger: the path of the ledger, which lies in the directory.
    /// - Returns: nil if the directory cannot be asked.
    static func of(directory: String, ledger: String) -> DiskFigures? {
        var space = statvfs()
        guard statvfs(directory, &space) == 0 else { return nil }
        func bytes(_ blocks: UInt) -> Int64 {
            Int64(clamping: blocks.multipliedReportingOverflow(by: UInt(space.f_frsize)).partialValue)
        }
        func size(_ path: String) -> Int64 {
            var status = stat()
            return stat(path, &status) == 0 ? Int64(status.st_size) : 0
        }
        return DiskFigures(
            availableBytes: bytes(UInt(space.f_bavail)), totalBytes: bytes(UInt(space.f_blocks)),
            ledgerBytes: size(ledger) + size("\(ledger)-wal"))
    }
}
