/// Where things lie in a monitor's directory: the only place that knows the names.
package struct DirectoryLayout: Sendable, Hashable {
    /// The directory, absolute, without a slash at its end.
    package let root: String

    package init(root: String) {
        var root = root[...]
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = String(root)
    }

    /// The durable record.
    package var ledger: String { "\(root)/job_monitor.sqlite" }
    /// Where the monitor is found; 0600.
    package var info: String { "\(root)/monitor_info.json" }
    /// Held (flock) by the monitor, or for a moment by whoever writes without one.
    package var monitorLock: String { "\(root)/monitor.lock" }
    /// Events that no monitor has acknowledged yet.
    package var spool: String { "\(root)/spool" }
    /// Locks of queues and supervisors, fences.
    package var run: String { "\(root)/run" }
    package var fences: String { "\(root)/run/fence" }
    /// What `jobmon hook` puts in front of the scheduler's commands.
    package var hook: HookLayout { HookLayout(root: "\(root)/run/hook") }
    /// What is remembered of starts of a scheduler's jobs; made when there is one.
    package var starts: String { "\(root)/run/starts" }
    /// Captured output.
    package var logs: String { "\(root)/logs" }
    /// What array jobs are made of.
    package var manifests: String { "\(root)/manifests" }
    package var monitorLog: String { "\(root)/monitor.log" }

    /// The folders that exist in every directory of a monitor.
    package var folders: [String] { [spool, run, fences, logs, manifests] }

    /// The lock that says that a queue of this name is running; held by the queue.
    package func queueLock(_ queue: String) -> String { "\(run)/queue.\(Self.fileName(queue)).lock" }
    /// The lock that says that the supervisor of this queue is alive; held by the supervisor.
    package func supervisorLock(_ queue: String) -> String { "\(run)/supervisor.\(Self.fileName(queue)).lock" }
    /// What a queue in the background has to say.
    package func queueLog(_ queue: String) -> String { "\(run)/queue.\(Self.fileName(queue)).log" }
    /// What forbids an instance's wrapper to start its command. In a cluster's job, whoever makes it first has it: the
    /// wrapper that starts the command, or the queue that gives the instance up.
    package func fence(_ instanceKey: String) -> String { "\(fences)/\(Self.fileName(instanceKey))" }
    /// The line of a shell that is too long to be an argument.
    package func line(_ instanceKey: String) -> String { "\(run)/line.\(Self.fileName(instanceKey)).sh" }
    /// What tells a cluster job's wrapper that it is us who end it.
    package func cancelMark(_ instanceKey: String) -> String { "\(fence(instanceKey)).cancel" }
    /// A file of an array job.
    package func manifest(_ batch: String, _ part: ManifestPart) -> String {
        "\(manifests)/\(Self.fileName(batch)).\(part.rawValue)"
    }

    package enum ManifestPart: String, Sendable, CaseIterable {
        /// The instances (`TaskManifest`).
        case tasks
        /// What the scheduler runs.
        case script = "sh"
        /// The scheduler's id, once it is known.
        case id
        /// What the scheduler, and a wrapper that can't do its work, have to say.
        case log
        /// What tells all its wrappers that it is us who end them.
        case cancel
    }
    /// A captured stream of an attempt. Never named after the job: names may hold anything.
    package func log(jid: Int64, retry: Int, _ stream: LogStream) -> String {
        "\(logs)/\(jid / 1000)/\(jid).\(retry).\(stream.rawValue)"
    }

    package enum LogStream: String, Sendable {
        case out
        case err
    }

    /// Text made safe as a part of a file name, different texts staying different: letters, digits, `.`, `_` and `-`
    /// stay, everything else becomes `%XX`, and what would be too long ends in a hash of the whole.
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

/// A hash that is the same in every process and version: for names that two processes must agree on, not for secrets.
package enum FNV1a {
    package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
