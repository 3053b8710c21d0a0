import CJobmonPOSIX
import Glibc
package import JobmonCore

extension StartFailure {
    /// Whether no process, descriptor or memory was available. That passes when other processes end.
    package var isShortage: Bool { step != .directory && [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(errno) }

    /// The same failure, with the limit that it reached, if that can be determined.
    /// - Parameter seconds: how long the shortage has lasted.
    package func namingLimit(after seconds: Double) -> StartFailure {
        var failure = self
        let limit = ResourceLimits.name(errno).map { ": \($0)" } ?? ""
        failure.reason += " for \(Int(seconds)) s\(limit)"
        return failure
    }
}

/// The limits that a start may reach.
package enum ResourceLimits {
    /// The limit behind a shortage, with its value; nil if it cannot be determined.
    package static func name(_ error: Int32) -> String? {
        switch error {
        case EMFILE: return "RLIMIT_NOFILE (ulimit -n) is \(jobmon_limit_of_descriptors())"
        case ENFILE: return "the limit of open files of the whole system is reached (fs.file-max)"
        case EAGAIN:
            if let most = cgroupLimit() { return "the pids.max of its cgroup is \(most)" }
            let limit = jobmon_limit_of_processes()
            return limit < 0 ? nil : "RLIMIT_NPROC (ulimit -u) is \(limit)"
        default: return nil
        }
    }

    /// The limit of our address space in bytes, which commands inherit; nil: there is none.
    package static func addressSpace() -> Int64? {
        let limit = jobmon_limit_of_address_space()
        return limit < 0 ? nil : limit
    }

    /// The limit of processes of our cgroup, if it is reached.
    private static func cgroupLimit() -> Int? {
        for line in (text("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let root = parts[0] == "0" ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids"
            var folder = parts[2] == "/" ? "" : String(parts[2])
            guard parts[0] == "0" || parts[1] == "pids" else { continue }
            while true {
                if let most = number("\(root)\(folder)/pids.max"), let now = number("\(root)\(folder)/pids.current"),
                    now >= most
                {
                    return most
                }
                guard let slash = folder.lastIndex(of: "/") else { break }
                folder = String(folder[..<slash])
            }
        }
        return nil
    }

    private static func number(_ path: String) -> Int? {
        text(path).flatMap { Int($0.prefix { $0 != "\n" }) }
    }

    private static func text(_ path: String) -> String? {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(fd, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}

/// Decides when and how long starts are retried that fail for lack of processes, descriptors or memory. A value without
/// a clock: times are seconds of the monotonic clock.
package struct StartPatience: Sendable, Equatable {
    /// Seconds without a start or an end after which it gives up.
    package static let limit = 60.0
    private static let delays = (first: 0.05, longest: 1.0)
    /// Seconds within which a created process reports that it cannot execute.
    private static let executing = 5.0

    private var since: Double?
    private var lastStart: Double?
    private var delay = delays.first
    /// When the next try is due.
    package private(set) var nextTry = -Double.infinity

    package init() {}

    /// Notes a failed start. - Returns: true if it has lasted too long.
    package mutating func failed(_ now: Double) -> Bool {
        if let lastStart, now - lastStart > Self.executing { reset() }
        let start = since ?? now
        since = start
        nextTry = now + delay
        delay = min(delay * 2, Self.delays.longest)
        return now - start >= Self.limit
    }

    /// Notes that a process was created. Whether it executes is not known yet.
    package mutating func started(_ now: Double) {
        guard since != nil else { return }
        lastStart = now
        nextTry = -.infinity
    }

    /// Starts over, since what could not be started was given up.
    package mutating func reset() { self = StartPatience() }

    /// Notes that a command that executed has ended: there may be room now.
    package mutating func somethingEnded(_ now: Double) {
        guard since != nil else { return }
        since = now
        delay = Self.delays.first
        nextTry = now
    }
}

extension ProcessLoop {
    /// Starts a command. While there are no processes, descriptors or memory, it waits, at most `StartPatience.limit`.
    /// Nothing else is done meanwhile.
    package func startPatiently(_ command: Command) -> Result<StartedCommand, StartFailure> {
        var patience = StartPatience()
        while true {
            let result = start(command)
            guard case .failure(let failure) = result, failure.isShortage else { return result }
            let now = time.steadySeconds()
            if patience.failed(now) { return .failure(failure.namingLimit(after: StartPatience.limit)) }
            poll(nil, 0, Int32(((patience.nextTry - now) * 1000).rounded(.up)))
        }
    }
}
