import Glibc
import Jobmon
import JobmonCore

/// `logs -f`: the captured files of a job as they grow, until the job is over.
struct LogFollowing {
    /// Seconds between two looks at the files, and at the ledger.
    private static let intervals = (files: 0.1, ledger: 0.5)

    let layout: DirectoryLayout
    let jid: Int64
    /// Only this attempt; nil: the latest, and those that follow.
    let attempt: Int?
    let streams: [DirectoryLayout.LogStream]
    /// How many lines from the end are printed at first; nil: all.
    let tail: Int?

    func run() async throws {
        let output = Output()
        var instance: InstanceRecord?
        var files: [GrowingFile] = []
        var announced: String?
        var isAway = false
        var isFirst = true
        // Nobody is there from the start: what there is, is all.
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
                // What the attempt before wrote last comes first.
                try print(&files, to: output, &announced)
                let isFirstAttempt = instance == nil
                instance = now
                files = try streams.map {
                    try GrowingFile(of: now, $0, layout: layout, tail: isFirstAttempt ? tail : nil)
                }
            }
            // What was written by the time of the look is there: the look comes first, and then the reading.
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

    /// The job as the ledger has it; nil while the monitor is between two lives.
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

/// A file that somebody appends to, read as far as it goes.
private struct GrowingFile {
    private let path: String
    private let title: String
    private var offset: off_t = 0
    /// Lines from the end that the first reading begins with.
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
            // It turned out empty, or nothing was captured.
            path = layout.log(jid: instance.jid, retry: instance.retryNumber, stream)
        } else {
            throw CommandFailure(
                .failed, "\(title): not captured, so it can't be followed",
                hint: "`jobmon exec` leaves it where the command writes it; --no-logs captures nothing")
        }
    }

    /// Prints what is new. A file that is not there yet, or no more, has nothing new.
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
