import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Where the monitor of a directory is found, and the secret that it wants: the content of `monitor_info.json`.
package struct MonitorInfo: Sendable, Equatable {
    package var host: String
    /// Numeric, to connect to.
    package var address: String
    package var port: Int
    package var pid: Int32
    package var hostBootID: String?
    package var secret: String
    package var started: Timestamp
    package var version: String

    package init(
        host: String, address: String, port: Int, pid: Int32, hostBootID: String?, secret: String, started: Timestamp,
        version: String
    ) {
        self.host = host
        self.address = address
        self.port = port
        self.pid = pid
        self.hostBootID = hostBootID
        self.secret = secret
        self.started = started
        self.version = version
    }

    /// The monitor of a directory, as its file says; nil when there is no such file, or nothing that can be trusted as
    /// one (a link, a FIFO, somebody else's file, half a text). That a file is there does not mean that the monitor is.
    package static func read(_ layout: DirectoryLayout) -> MonitorInfo? {
        let descriptor = open(layout.info, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid() || status.st_uid == 0,
            let bytes = SmallFile.readAll(descriptor, from: 0, limit: 65536), let json = try? JSON(parsing: bytes)
        else { return nil }
        return try? MonitorInfo(json)
    }

    /// Writes the file, 0600, in one step: a reader sees the old one or the new one. Whatever lay there under that name
    /// is replaced, not followed.
    /// - Throws: `.unavailable` when it can't be written.
    package func write(_ layout: DirectoryLayout) throws(Problem) {
        var bytes: [UInt8] = []
        json.write(to: &bytes)
        bytes.append(0x0A)
        let temporary = "\(layout.root)/.monitor_info.\(makeUUID()).tmp"
        guard SmallFile.replace(layout.info, temporary: temporary, with: bytes) else {
            throw Problem(.unavailable, "\(layout.info) can't be written: \(SystemError.text())")
        }
    }

    /// Removes the file if it still is this monitor's.
    package func remove(_ layout: DirectoryLayout) {
        guard let current = MonitorInfo.read(layout), current.secret == secret else { return }
        unlink(layout.info)
    }
}

extension MonitorInfo {
    /// The file's content.
    package var json: JSON {
        var object = JSONObject()
        object.append("host", .string(host))
        object.append("address", .string(address))
        object.append("port", .int(Int64(port)))
        object.append("pid", .int(Int64(pid)))
        object.append("host_boot_id", ifPresent: hostBootID.map { .string($0) })
        object.append("secret", .string(secret))
        object.append("started", .string(started.description))
        object.append("version", .string(version))
        return .object(object)
    }

    package init(_ json: JSON) throws(FieldError) {
        let fields = try JSONFields(json, named: "monitor_info.json")
        let port = try fields.required("port", try fields.int("port", atLeast: 1))
        guard port < 65536 else { throw fields.failure("port", "must be less than 65536, not \(port)") }
        let pid = try fields.required("pid", try fields.int("pid", atLeast: 1))
        guard pid <= Int64(Int32.max) else { throw fields.failure("pid", "must be a process id, not \(pid)") }
        let secret = try fields.required("secret", try fields.string("secret"))
        // It goes into a header line.
        guard secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw fields.failure("secret", "must be printable characters without spaces")
        }
        self.init(
            host: try fields.string("host") ?? "",
            address: try fields.required("address", try fields.string("address")),
            port: Int(port), pid: Int32(pid), hostBootID: try fields.string("host_boot_id"), secret: secret,
            started: try fields.timestamp("started") ?? Timestamp(milliseconds: 0),
            version: try fields.string("version") ?? "")
    }
}
