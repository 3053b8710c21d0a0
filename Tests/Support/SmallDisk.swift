import Foundation

/// A file system of 3 MB in memory, to test full disks.
package struct SmallDisk: Sendable {
    package let path: String

    /// Whether it can be mounted here, which needs root.
    package static let isPossible: Bool =
        geteuid() == 0
        && (try? withSynchronousDirectory { path in mounts(path) && run("/bin/umount", [path]) }) == true

    package static func with(_ body: (SmallDisk) async throws -> Void) async throws {
        try await withTestDirectory { path in
            let disk = SmallDisk(path: "\(path)/disk")
            try FileManager.default.createDirectory(atPath: disk.path, withIntermediateDirectories: true)
            guard mounts(disk.path) else { throw Running.DidNotStart(description: "no file system at \(disk.path)") }
            defer { _ = run("/bin/umount", ["-l", disk.path]) }
            try await body(disk)
        }
    }

    /// Fills it up to the last byte.
    package func fill() throws {
        let file = open("\(path)/filler", O_WRONLY | O_CREAT, 0o600)
        guard file >= 0 else { throw Running.DidNotStart(description: "\(path)/filler can't be made") }
        defer { close(file) }
        for size in [65536, 4096, 1] {
            let block = [UInt8](repeating: 0, count: size)
            while write(file, block, size) > 0 {}
        }
    }

    package func makeRoom() throws { try FileManager.default.removeItem(atPath: "\(path)/filler") }

    private static func mounts(_ path: String) -> Bool {
        run("/bin/mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", path])
    }

    private static func run(_ program: String, _ arguments: [String]) -> Bool {
        guard let process = try? Running(program, arguments, stdin: "") else { return false }
        return (try? process.waitsForEnd().status) == 0
    }

    private static func withSynchronousDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("jobmon-disk-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }
}
