import Glibc
import Jobmon
import JobmonCore

/// `logs -f`: prints the captured files of a job as they grow, until the job is over.
struct LogFollowing {
    /// Seconds between two polls of the files, and of the ledger.
    private static let intervals = (files: 0.1, ledger: 0.5)

    let layout: DirectoryLayout
    let jid: Int64
    /// Only this attempt; nil: the latest one and those that follow.
    let attempt: Int?
    let streams: [DirectoryLayout.LogStream]
    /// The number of lines from the end that are printed first; nil: all.
    let tail: Int?

    func run() async throws {
        let output = Output()
        var instance: InstanceRecord?
        var files: [GrowingFile] = []
        var announced: String?
        var isAway = false
        var isFirst = true
        // There was no monitor at the start: only what is there is printed.
        var isAlone = false
        while true {
            guard let (job, hasMonitor) = try await look() else {
                if !isAway { Messages.say("jobmon: the monitor went away; waiting for the next one") }
                isAway = true
                try await Task.sleep(for: .seconds(Self.intervals.ledger))
                continue
            }
            let now = try attempt.map { try LogsCommand.instance(of: job, attempt: $0) } ?? job.instances.last
            let isOver = attempt == nil ? job.status.isFinal : now?.status.isFinal ?? false
            if !isOver, isFirst, !hasMonitor { isAlone = true }
            isFirst = false
            if hasMonitor, isAway { Messages.say("jobmon: a monitor is back; continuing") }
            if !hasMonitor, !isAway, !isOver, !isAlone {
                Messages.say("jobmon: the monitor went away; waiting for the next one")
            }
            isAway = !hasMonitor
            if let now, now.jobInstanceID != instance?.jobInstanceID {
                // First print the last output of the attempt before.
                try print(&files, to: output, &announced)
                let isFirstAttempt = instance == nil
                instance = now
                files = try streams.map {
                    try GrowingFile(of: now, $0, layout: layout, tail: isFirstAttempt ? tail : nil)
                }
            }
            // The job was read before the files. So if it is over, its output is complete.
            try print(&files, to: output, &announced)
            if isOver { return }
            if isAlone {
                throw CommandFailure(
                    .noMonitor, "job \(jid) is \(job.status.label), and there is no monitor that could record its end",
                    hint: "run the same jobmon run again, or start a monitor")
            }
            var passed = 0.0
            while passed < Self.intervals.ledger {
                try await Task.sleep(for: .seconds(Self.intervals.files))
                passed += Self.intervals.files
                try print(&files, to: output, &announced)
            }
        }
    }

    /// The job in the ledger; nil while one monitor has gone and the next has not come.
    private func look() async throws -> (job: JobRecord, hasMonitor: Bool)? {
        do throws(Problem) {
            let access = try await DirectoryAccess.open(layout)
            return (try await access.reading.job(jid), access.hasMonitor)
        } catch {
            if error.code == .unavailable { return nil }
            throw CommandFailure(ExitStatus(error.code), error)
        }
    }

    private func print(_ files: inout [GrowingFile], to output: Output, _ announced: inout String?) throws {
        for index in files.indices {
            try files[index].print(to: output) { title in
                guard streams.count > 1, announced != title else { return }
                announced = title
                try output.flush()
                Messages.say("==> \(title)")
            }
        }
        try output.flush()
    }
}

/// A file that is appended to, read to its present end.
private struct GrowingFile {
    private let path: String
    private let title: String
    private var offset: off_t = 0
    /// The number of lines from the end with which the first read starts.
    private var tail: Int?

    init(
        of instance: InstanceRecord, _ stream: DirectoryLayout.LogStream, layout: DirectoryLayout, tail: Int?
    ) throws {
        let name = stream == .out ? "stdout" : "stderr"
        title = "\(name) of job \(instance.jid), attempt \(instance.retryNumber + 1)"
        self.tail = tail
        if let path = stream == .out ? instance.stdoutPath : instance.stderrPath {
            self.path = path
        } else if instance.status.isFinal {
            // The file was empty, or nothing was captured.
            path = layout.log(jid: instance.jid, retry: instance.retryNumber, stream)
        } else {
            throw CommandFailure(
                .failed, "\(title): not captured, so it can't be followed",
                hint: "`jobmon exec` leaves it where the command writes it; --no-logs captures nothing")
        }
    }

    /// Prints new content. A file that does not exist (yet, or any more) has none.
    mutating func print(to output: Output, announce: (String) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if let tail {
            offset = CapturedOutput.start(of: tail, in: descriptor, size: lseek(descriptor, 0, SEEK_END))
            self.tail = nil
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) }
            guard count > 0 else { return }
            try announce(title)
            try output.write(bytes: buffer[..<count])
            offset += off_t(count)
        }
    }
}
