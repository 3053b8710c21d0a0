import Glibc
import JobmonCore
import JobmonSystem
import JobmonWire

/// The files of array jobs: what is to run, what runs it, and under which id the scheduler has it.
struct BatchFiles: Sendable {
    let layout: DirectoryLayout
    /// The `jobmon` that tasks run.
    let executable: String

    /// Writes the manifest and the script; both are on disk when this returns, so that an array job whose submit nobody
    /// lived to see is looked for.
    func write(_ manifest: TaskManifest) throws(Problem) {
        let script = script(manifest.batch, queue: manifest.queue, count: manifest.orders.count)
        try Self.write(layout.manifest(manifest.batch, .script), Array(script.utf8))
        try Self.write(layout.manifest(manifest.batch, .tasks), manifest.bytes)
    }

    /// What the scheduler runs: the wrapper in place of the shell, so that signals reach it.
    func script(_ batch: String, queue: String, count: Int) -> String {
        """
        #!/bin/sh
        # \(count) \(count == 1 ? "instance" : "instances") of the queue \(Self.inComment(queue))
        exec \(Self.quoted(executable)) exec --task \(Self.quoted(layout.manifest(batch, .tasks)))

        """
    }

    /// Keeps the scheduler's id.
    func note(job: String, of batch: String) throws(Problem) {
        try Self.write(layout.manifest(batch, .id), Array("\(job)\n".utf8))
    }

    /// Removes what a batch left, once all of it is over; a log that says something stays.
    func remove(_ batch: String, keys: [String]) {
        // The manifest before the fences: a wrapper that comes late looks for it once it has its fence.
        unlink(layout.manifest(batch, .tasks))
        for part in DirectoryLayout.ManifestPart.allCases where part != .log { unlink(layout.manifest(batch, part)) }
        let log = layout.manifest(batch, .log)
        var status = stat()
        if stat(log, &status) == 0, status.st_size == 0 { unlink(log) }
        for key in keys {
            unlink(layout.cancelMark(key))
            unlink(layout.fence(key))
        }
    }

    /// Who made an instance's fence.
    enum Claimant: Sendable {
        case nobody
        /// The wrapper that runs it, or ran it.
        case wrapper
        /// We: it is given up.
        case queue
    }

    private static let givenUp = "given up\n"

    func claimant(_ key: String) -> Claimant {
        // Opened, not looked up: a network file system does not answer that from memory.
        let descriptor = open(layout.fence(key), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return .nobody }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        // One that is empty was made a moment ago: by a wrapper, until it says otherwise.
        return count > 0 && String(decoding: buffer[..<count], as: UTF8.self) == Self.givenUp ? .queue : .wrapper
    }

    /// Gives an instance up that did not begin. False: it has begun.
    func claim(_ key: String) throws(Problem) -> Bool {
        let path = layout.fence(key)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return claimant(key) == .queue }
            throw Problem(.unavailable, "the fence \(path) can't be written: \(SystemError.text())")
        }
        let text = Array(Self.givenUp.utf8)
        _ = text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        fsync(descriptor)
        close(descriptor)
        return true
    }

    /// Tells the wrapper of an instance that its end is our wish.
    func markCancel(_ key: String, _ cancel: BatchState.Cancel) throws(Problem) {
        try Self.write(layout.cancelMark(key), Array("\(cancel.rawValue)\n".utf8))
    }

    /// Tells that to all wrappers of an array job.
    func markCancel(batch: String, _ cancel: BatchState.Cancel) throws(Problem) {
        try Self.write(layout.manifest(batch, .cancel), Array("\(cancel.rawValue)\n".utf8))
    }

    /// The instances whose end an earlier process wished.
    func leftCancels(of state: BatchState) -> [(key: String, cancel: BatchState.Cancel)] {
        func mark(_ path: String) -> BatchState.Cancel? {
            Self.read(path, last: 64).flatMap {
                BatchState.Cancel(rawValue: String(decoding: $0, as: UTF8.self).trimmed)
            }
        }
        var found: [(key: String, cancel: BatchState.Cancel)] = []
        for batch in state.batches.values {
            if let cancel = mark(layout.manifest(batch.key, .cancel)) { found += batch.keys.map { ($0, cancel) } }
        }
        // Looked up in the folder: there may be ten thousand instances, and not one mark.
        let names = Set(Self.names(in: layout.fences) ?? [])
        let folder = layout.fences.count + 1
        for key in state.tasks.keys where names.contains(String(layout.cancelMark(key).dropFirst(folder))) {
            if let cancel = mark(layout.cancelMark(key)) { found.append((key, cancel)) }
        }
        return found
    }

    /// The names in a folder; nil when it can't be read, and `errno` says why.
    private static func names(in folder: String) -> [String]? {
        guard let folder = opendir(folder) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    /// The end of a batch's log: what the scheduler, or a wrapper that could not do its work, had to say.
    func lastWords(_ batch: String) -> String? {
        guard let bytes = Self.read(layout.manifest(batch, .log), last: 2000) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map { $0.trimmed }
    }

    /// What the scheduler wrote into a batch's log of a job that it killed for its memory; nil: nothing.
    /// - Parameter job: its number at the scheduler, which a task of an array job has of its own.
    func memoryLine(_ batch: String, about job: String) -> String? {
        Self.read(layout.manifest(batch, .log), last: 64 << 10)
            .flatMap { MemoryLine.last(of: String(decoding: $0, as: UTF8.self), about: job) }
    }

    /// The array jobs of a queue that an earlier process has left, and their ids as far as they are known.
    /// - Parameter say: tells of a file that can't be read and is ignored.
    /// - Throws: `.unavailable` when the folder can't be read: nothing may follow from that.
    func left(
        queue: String, executor: String, say: (String) -> Void
    ) throws(Problem) -> [(manifest: TaskManifest, job: String?)] {
        guard let names = Self.names(in: layout.manifests) else {
            if errno == ENOENT { return [] }
            throw Problem(
                .unavailable, "\(layout.manifests) can't be read: \(SystemError.text())",
                hint: "it records which jobs the cluster has")
        }
        var found: [(manifest: TaskManifest, job: String?)] = []
        for name in names {
            guard name.hasSuffix(".\(DirectoryLayout.ManifestPart.tasks.rawValue)") else { continue }
            let path = "\(layout.manifests)/\(name)"
            guard let bytes = Self.read(path, last: .max) else {
                throw Problem(.unavailable, "\(path) can't be read: \(SystemError.text())")
            }
            let reader = TaskManifest.Reader { offset, count in
                offset <= bytes.count ? Array(bytes[offset..<min(bytes.count, offset + count)]) : nil
            }
            do throws(Problem) {
                let header = try reader.header()
                guard header.queue == queue, header.executor == executor else { continue }
                let id = Self.read(layout.manifest(header.batch, .id), last: 200)
                found.append((try TaskManifest(bytes), id.map { String(decoding: $0, as: UTF8.self).trimmed }))
            } catch {
                // Ours are renamed into place whole.
                say("\(path) is ignored: \(error)")
            }
        }
        return found.sorted { $0.manifest.batch < $1.manifest.batch }
    }

    private static func read(_ path: String, last limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        let size = Int(status.st_size)
        return Descriptor.read(descriptor, from: max(0, size - limit), atMost: limit)
    }

    /// Writes a file whole and to the disk, or not at all.
    private static func write(_ path: String, _ bytes: [UInt8]) throws(Problem) {
        let temporary = "\(path).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        var done = descriptor >= 0 && Descriptor.writeAll(descriptor, bytes) && fsync(descriptor) == 0
        let error = errno
        if descriptor >= 0, close(descriptor) != 0 { done = false }
        guard done, rename(temporary, path) == 0 else {
            let reason = SystemError.text(done ? errno : error)
            unlink(temporary)
            throw Problem(.unavailable, "\(path) can't be written: \(reason)", hint: "free some space there")
        }
    }

    /// The text as one word of a shell.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func inComment(_ text: String) -> String {
        String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 32 } ?? false ? " " : $0 })
    }
}
