import Foundation
import JobmonCommands
import JobmonCore
import JobmonTestSupport

/// The text that a body writes to an output.
func written(_ body: (Output) throws -> Void) throws -> String {
    let path = NSTemporaryDirectory() + "/jobmon-written-\(UUID().uuidString)"
    defer { unlink(path) }
    let file = try OutputFile(path: path)
    try body(file.output)
    return try file.text()
}

/// An output to a file, which can be read afterwards.
final class OutputFile {
    let output: Output
    private let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        output = Output(descriptor: descriptor)
    }

    deinit { close(descriptor) }

    func text() throws -> String {
        try output.flush()
        return try String(contentsOfFile: path, encoding: .utf8)
    }
}

/// Sample jobs as a ledger has them.
enum Sample {
    static let time = Timestamp(milliseconds: 1_769_851_800_000)

    static func instance(
        _ id: Int64, jid: Int64, retry: Int = 0, status: Status, cause: Cause? = nil, exitCode: Int? = nil,
        signal: Int? = nil, usage: Usage = Usage(), error: String? = nil
    ) -> InstanceRecord {
        InstanceRecord(
            jobInstanceID: id, instanceKey: "key-\(id)", jid: jid, retryNumber: retry, executor: "local",
            executorID: nil, status: status, cause: cause, exitCode: exitCode, signal: signal, host: "n7", bootID: "b",
            process: ProcessIdentity(pid: 4242, started: 1), submittedDate: time,
            startedDate: status == .submitted ? nil : time,
            finishedDate: status.isFinal ? time.advanced(bySeconds: 90) : nil, lastSeen: time, lateSince: nil,
            usage: usage,
            stdoutPath: nil, stderrPath: nil, returnedAttempt: false, error: error)
    }

    static let failed = JobRecord(
        jid: 4, queue: "fit", jobKey: "k",
        description: JobDescription(
            name: "fit", runfile: "python", args: ["model.py", "--note", "upper egypt"],
            params: ["year": 1995, "loc": "upper egypt"], cwd: "/data", env: ["SEED": "1"], timeout: 7200,
            resources: ["slots": 2, "memory": 4_294_967_296], maxAttempts: 2),
        submittedDate: time, status: .failed, attempts: 2, cancelRequested: false,
        instances: [
            instance(
                11, jid: 4, status: .failed, cause: .exit, exitCode: 1,
                usage: Usage(wallclock: 1.5, cpu: 0.25, maxrss: 49_283_072, maxrssAtMost: true),
                error: "KeyError: 'x'\n"),
            instance(
                12, jid: 4, retry: 1, status: .failed, cause: .signal, signal: 9,
                usage: Usage(wallclock: 245, cpu: 200, maxrss: 1_073_741_824, ioRead: 2048, ioWritten: 0),
                error: "signal 9 (SIGKILL), nothing on stderr"),
        ])

    static let running = JobRecord(
        jid: 5, queue: nil, jobKey: nil, description: JobDescription(runfile: "/bin/sleep", args: ["9"]),
        submittedDate: time, status: .running, attempts: 1, cancelRequested: false,
        instances: [instance(13, jid: 5, status: .running)])

    static let queued = JobRecord(
        jid: 6, queue: "fit", jobKey: "k2",
        description: JobDescription(name: "a\u{1B}[2Jb", runfile: "exit 3", shell: true),
        submittedDate: time, status: .queued, attempts: 0, cancelRequested: false, instances: [])
}
