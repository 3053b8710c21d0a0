import Glibc
package import JobmonCore

/// What is kept of a start of a scheduler's job, in a file of the directory, so that it is one job however often its script
/// starts itself, and so that its next start, when the scheduler requeues it, is a further instance of the same job.
package struct RememberedStart: Sendable, Equatable {
    /// How often the scheduler had started the job before.
    package var restarts: Int
    /// The instance that this start is.
    package var instance: String
    /// The scheduler's name of the job.
    package var name: String?
    /// What no other start has, where the scheduler says one.
    package var stamp: String?
    /// The wrapper, and where it runs.
    package var host: String
    package var bootID: String?
    package var wrapper: ProcessIdentity
    package var began: Timestamp
    /// The end of the instance was said.
    package var hasEnded: Bool

    package init(
        restarts: Int, instance: String, name: String?, stamp: String?, host: String, bootID: String?,
        wrapper: ProcessIdentity, began: Timestamp, hasEnded: Bool = false
    ) {
        self.restarts = restarts
        self.instance = instance
        self.name = name
        self.stamp = stamp
        self.host = host
        self.bootID = bootID
        self.wrapper = wrapper
        self.began = began
        self.hasEnded = hasEnded
    }

    // MARK: Which start it is

    /// What is known of the process that asks.
    package struct Asker: Sendable {
        package var job: ClusterJob
        package var host: String
        package var bootID: String?
        /// `JOBMON_INSTANCE`.
        package var instance: String?
        /// Whether a process is one of those above it.
        package var isBelow: @Sendable (Int32) -> Bool
        /// Whether a process of this host lives.
        package var isAlive: @Sendable (ProcessIdentity) -> Bool
        /// When the scheduler's job was submitted, in seconds since 1970, by the scheduler's word: asked for where
        /// nothing else tells.
        package var submitted: @Sendable () -> Double?

        package init(
            job: ClusterJob, host: String, bootID: String?, instance: String?,
            isBelow: @escaping @Sendable (Int32) -> Bool, isAlive: @escaping @Sendable (ProcessIdentity) -> Bool,
            submitted: @escaping @Sendable () -> Double?
        ) {
            self.job = job
            self.host = host
            self.bootID = bootID
            self.instance = instance
            self.isBelow = isBelow
            self.isAlive = isAlive
            self.submitted = submitted
        }
    }

    /// Whether the asking process belongs to this start of the job, and not to a later one, or to another job that got the
    /// same id after a crash of the scheduler.
    package func isThatOf(_ asker: Asker) -> Bool {
        guard restarts == asker.job.restarts, !hasEnded else { return false }
        if let stamp, let other = asker.job.stamp { return stamp == other }
        let isHere = host == asker.host
        if isHere, bootID != nil, asker.bootID != nil, bootID != asker.bootID { return false }
        if isHere, !asker.isAlive(wrapper) { return false }
        if isHere, asker.isBelow(wrapper.pid) || asker.instance == instance { return true }
        // A moment is cut off to the second.
        guard let submitted = asker.submitted() else { return true }
        return submitted < Double(began.milliseconds) / 1000 + 1
    }

    /// Whether a start of the job is the next one after this.
    package func isFollowed(by job: ClusterJob, name: String?) -> Bool {
        guard self.name == name else { return false }
        return job.restarts > restarts || !job.dialect.countsRestarts && job.restarts > 0
    }

    // MARK: The file

    /// Where it is kept.
    /// - Parameter command: tells apart what runs in the job by itself; nil: the job as a whole.
    package static func path(_ layout: DirectoryLayout, _ job: ClusterJob, command: UInt64? = nil) -> String {
        let words =
            [job.scheduler.rawValue, job.cluster ?? "", job.executorID]
            + (command.map { [String($0, radix: 16)] } ?? [])
        return "\(layout.starts)/\(DirectoryLayout.fileName(words.joined(separator: ",")))"
    }

    /// - Returns: nil when there is none that can be read.
    package static func read(_ path: String) -> RememberedStart? {
        guard let bytes = SmallFile.read(path, limit: 65536), case .object(let object)? = try? JSON(parsing: bytes)
        else { return nil }
        func text(_ name: String) -> String? { if case .string(let text)? = object[name] { text } else { nil } }
        func number(_ name: String) -> Int64? { if case .int(let number)? = object[name] { number } else { nil } }
        guard let restarts = number("restarts"), let instance = text("instance"), let host = text("host"),
            let pid = number("pid").flatMap({ Int32(exactly: $0) }), let began = number("began")
        else { return nil }
        return RememberedStart(
            restarts: Int(restarts), instance: instance, name: text("name"), stamp: text("stamp"), host: host,
            bootID: text("boot_id"), wrapper: ProcessIdentity(pid: pid, started: number("pid_started")),
            began: Timestamp(milliseconds: began), hasEnded: object["ended"] == .bool(true))
    }

    /// Writes it, in place of an older one. That it can't be written harms nobody: it is not remembered then.
    package func write(_ path: String) {
        var object: JSONObject = ["restarts": .int(Int64(restarts)), "instance": .string(instance)]
        object.append("name", ifPresent: name.map { .string($0) })
        object.append("stamp", ifPresent: stamp.map { .string($0) })
        object.append("host", .string(host))
        object.append("boot_id", ifPresent: bootID.map { .string($0) })
        object.append("pid", .int(Int64(wrapper.pid)))
        object.append("pid_started", ifPresent: wrapper.started.map { .int($0) })
        object.append("began", .int(began.milliseconds))
        if hasEnded { object.append("ended", .bool(true)) }
        let text = Array("\(JSON.object(object).text)\n".utf8)
        let temporary = "\(path).\(makeUUID().prefix(8)).new"
        if SmallFile.replace(path, temporary: temporary, with: text) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), mkdir(String(path[..<slash]), 0o700) == 0 else {
            return
        }
        _ = SmallFile.replace(path, temporary: temporary, with: text)
    }

    /// Removes it, unless it is a later one by now.
    package func remove(_ path: String) {
        if Self.read(path)?.instance == instance { unlink(path) }
    }

    /// Removes those that nobody needs any more: of starts that were killed with their wrapper and never made again.
    package static func sweep(_ layout: DirectoryLayout, now: Int) {
        for name in SmallFile.names(in: layout.starts) ?? [] {
            let path = "\(layout.starts)/\(name)"
            var info = stat()
            if lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_mtim.tv_sec < now - kept {
                unlink(path)
            }
        }
    }

    /// Seconds for which one is kept: a job may run, or wait to be started again, for long.
    private static let kept = 90 * 86400
}
