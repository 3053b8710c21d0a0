import Foundation
import Synchronization

/// The real executable under test, `jobmon`, as it was built beside the tests.
package enum Executable {
    /// Its path: `$JOBMON_EXECUTABLE`, else beside the test bundle.
    package static let path: String = {
        if let given = ProcessInfo.processInfo.environment["JOBMON_EXECUTABLE"] { return given }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = bundle.deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("jobmon").path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        return ".build/debug/jobmon"
    }()

    /// What a finished run left.
    package struct Finished: Sendable {
        package var status: Int32
        /// It was ended by the signal `status`, rather than with the exit code `status`.
        package var signalled: Bool
        package var stdout: String
        package var stderr: String
    }

    /// Runs `jobmon` to its end.
    package static func run(
        _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:], stdin: String = ""
    ) async throws -> Finished {
        try await Running(path, arguments, in: directory, environment: environment, stdin: stdin).finished()
    }
}

/// A process that a test started; ended with the scope that owns it, at the latest.
package final class Running: Sendable {
    private let process: Process
    private let output: Mutex<(stdout: Data, stderr: Data)> = Mutex((Data(), Data()))
    private let group = DispatchGroup()

    package init(
        _ executable: String, _ arguments: [String], in directory: String? = nil,
        environment: [String: String] = [:], stdin: String? = nil
    ) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        var all = ProcessInfo.processInfo.environment
        all["JOBMON_DIR"] = nil
        process.environment = all.merging(environment) { $1 }
        let stdoutPipe = Pipe()
        let stderrPipe = Pipe()
        let stdinPipe = Pipe()
        process.standardOutput = stdoutPipe
        process.standardError = stderrPipe
        process.standardInput = stdinPipe
        try process.run()
        if let stdin {
            try? stdinPipe.fileHandleForWriting.write(contentsOf: Data(stdin.utf8))
            try? stdinPipe.fileHandleForWriting.close()
        }
        collect(stdoutPipe.fileHandleForReading) { $0.stdout.append($1) }
        collect(stderrPipe.fileHandleForReading) { $0.stderr.append($1) }
    }

    private func collect(
        _ handle: FileHandle, _ append: @escaping @Sendable (inout (stdout: Data, stderr: Data), Data) -> Void
    ) {
        group.enter()
        // A thread of its own: many of these wait at once, more than the shared queue has threads.
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(handle.fileDescriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                output.withLock { append(&$0, Data(buffer[..<count])) }
            }
            group.leave()
        }
    }

    package var pid: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }
    package var stdout: String { output.withLock { String(decoding: $0.stdout, as: UTF8.self) } }
    package var stderr: String { output.withLock { String(decoding: $0.stderr, as: UTF8.self) } }

    package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end and for the end of its output.
    package func finished() async throws -> Executable.Finished {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Thread.detachNewThread { [self] in
                process.waitUntilExit()
                group.wait()
                continuation.resume()
            }
        }
        return Executable.Finished(
            status: process.terminationStatus, signalled: process.terminationReason == .uncaughtSignal, stdout: stdout,
            stderr: stderr)
    }

    /// Ends it without a word, if it still runs, and waits for that.
    package func killed() async throws {
        if process.isRunning { send(SIGKILL) }
        _ = try await finished()
    }
}
