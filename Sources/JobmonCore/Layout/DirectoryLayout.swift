/// The names of the files in a monitor's directory. They are defined only here.
package struct DirectoryLayout: Sendable, Hashable {
    /// The directory, absolute, without a trailing slash.
    package let root: String

    package init(root: String) {
        var root = root[...]
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = String(root)
    }

    /// The durable record (SQLite).
    package var ledger: String { "\(root)/job_monitor.sqlite" }
    /// The monitor's address and secret; mode 0600.
    package var info: String { "\(root)/monitor_info.json" }
    /// Locked (flock) by the monitor, or for a moment by a process that writes without a monitor.
    package var monitorLock: String { "\(root)/monitor.lock" }
    /// Events that no monitor has acknowledged yet.
    package var spool: String { "\(root)/spool" }
    /// Locks of queues and supervisors, and fences.
    package var run: String { "\(root)/run" }
    package var fences: String { "\(root)/run/fence" }
    /// The shell hook, which `jobmon hook` puts in front of the scheduler's commands.
    package var hook: HookLayout { HookLayout(root: "\(root)/run/hook") }
    /// Remembered starts of a scheduler's jobs (`RememberedStart`); made when there is one.
    package var starts: String { "\(root)/run/starts" }
    /// Captured output.
    package var logs: String { "\(root)/logs" }
    /// The files of array jobs.
    package var manifests: String { "\(root)/manifests" }
    package var monitorLog: String { "\(root)/monitor.log" }
    /// The sessions of the page; mode 0600.
    package var pageSessions: String { "\(run)/page_sessions.json" }
    /// The port on which the last monitor listened.
    package var lastPort: String { "\(run)/port" }

    /// The folders that exist in every directory of a monitor.
    package var folders: [String] { [spool, run, fences, logs, manifests] }

    /// The lock of a running queue of this name; held by the queue.
    package func queueLock(_ queue: String) -> String { "\(run)/queue.\(Self.fileName(queue)).lock" }
    /// The lock of this queue's living supervisor; held by the supervisor.
    package func supervisorLock(_ queue: String) -> String { "\(run)/supervisor.\(Self.fileName(queue)).lock" }
    /// The log of a queue in the background.
    package func queueLog(_ queue: String) -> String { "\(run)/queue.\(Self.fileName(queue)).log" }
    /// The file that forbids an instance's wrapper to start its command. In a cluster's job, the first one to create it
    /// wins: the wrapper, which then starts the command, or the queue, which then gives the instance up.
    package func fence(_ instanceKey: String) -> String { "\(fences)/\(Self.fileName(instanceKey))" }
    /// A shell line that is too long for an argument.
    package func line(_ instanceKey: String) -> String { "\(run)/line.\(Self.fileName(instanceKey)).sh" }
    /// Tells the wrapper of a cluster's job that jobmon ended it.
    package func cancelMark(_ instanceKey: String) -> String { "\(fence(instanceKey)).cancel" }
    /// A file of an array job.
    package func manifest(_ batch: String, _ part: ManifestPart) -> String {
        "\(manifests)/\(Self.fileName(batch)).\(part.rawValue)"
    }

    package enum ManifestPart: String, Sendable, CaseIterable {
        /// The list of instances (`TaskManifest`).
        case tasks
        /// The script that the scheduler runs.
        case script = "sh"
        /// The scheduler's id, once it is known.
        case id
        /// Messages of the scheduler, and of a wrapper that cannot do its work.
        case log
        /// Tells all wrappers of the array job that jobmon ended them.
        case cancel
    }
    /// A captured stream of an attempt. It is never named after the job, since a name may contain anything.
    package func log(jid: Int64, retry: Int, _ stream: LogStream) -> String {
        "\(logs)/\(jid / 1000)/\(jid).\(retry).\(stream.rawValue)"
    }

    package enum LogStream: String, Sendable {
        case out
        case err
    }

    /// Encodes a text for use in a file name; different texts stay different. Letters, digits, `.`, `_` and `-` stay,
    /// everything else becomes `%XX`. A text that would be too long is cut and ends with a hash of the whole text.
    package static func fileName(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var name: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                name.append(byte)
            case UInt8(ascii: ".") where !name.isEmpty: name.append(byte)
            default: name += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        if name.count > 120 {
            let hash = FNV1a.hash(text.utf8)
            name = Array(name[..<100]) + Array("~\(String(hash, radix: 16))".utf8)
        }
        return String(decoding: name, as: UTF8.self)
    }
}

/// A hash that is the same in every process and version. It is for names that two processes must agree on, not for
/// secrets.
package enum FNV1a {
    package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
