import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem
import Subprocess
import SystemPackage

/// Runs commands as processes of this host.
package struct ProcessRunner: CommandRunner {
    /// Bytes of output that are taken: 100,000 jobs in a list are 10 MB.
    private static let limit = 256 << 20

    private let environment: CommandEnvironment

    /// - Parameter dialect: that of the scheduler whose commands it runs; nil: of none.
    package init(_ dialect: BatchDialect? = nil) { environment = dialect?.environment ?? CommandEnvironment() }

    private func changes(for program: String) -> [Environment.Key: String?] {
        let changes = environment.changes(for: program, ProcessEnvironment.names)
        return Dictionary(uniqueKeysWithValues: changes.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
    }

    /// Seconds between two looks at what a command has written so far, and at whether its time is over.
    private static let glance = 0.1

    package func run(
        _ command: [String], within seconds: Double, givingUpAt hopeless: String?
    ) async throws(ExecutorError) -> CommandResult {
        guard let program = command.first else {
            throw .unusable(Problem(.internalError, "there is no command to run"))
        }
        // Files, not pipes: what was written stays there when the command is killed, and nobody who has inherited it is
        // waited for.
        guard let output = OutputFile(), let complaint = OutputFile() else {
            throw .unreachable("\(program) could not be run: \(SystemError.text())")
        }
        defer {
            output.close()
            complaint.close()
        }
        let time = TimeSource.system
        let began = time.steadySeconds()
        do {
            let ended = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
                group.addTask {
                    var options = PlatformOptions()
                    // The terminal's Ctrl-C is for the queue: a submit that is under way is let finish.
                    options.processGroupID = 0
                    options.teardownSequence = [
                        .send(signal: .terminate, allowedDurationToNextStep: .milliseconds(200))
                    ]
                    return try await Subprocess.run(
                        .name(program), arguments: Arguments(Array(command.dropFirst())),
                        environment: .inherit.updating(changes(for: program)), platformOptions: options,
                        output: .fileDescriptor(output.descriptor, closeAfterSpawningProcess: false),
                        error: .fileDescriptor(complaint.descriptor, closeAfterSpawningProcess: false)
                    ).terminationStatus
                }
                group.addTask {
                    while output.count <= Self.limit, complaint.count <= Self.limit {
                        if let hopeless, complaint.text(atMost: 65536).contains(hopeless) { break }
                        let left = began + seconds - time.steadySeconds()
                        guard left > 0 else { break }
                        try await Task.sleep(for: .seconds(min(left, Self.glance)))
                    }
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            let status =
                switch ended {
                case .exited(let code)?: Int(code)
                case .signaled(let signal)?: 128 + Int(signal)
                case nil: 128 + Int(SIGTERM)
                }
            return CommandResult(
                status: status, output: output.text(atMost: Self.limit), complaint: complaint.text(atMost: 1 << 20),
                gaveUpAfter: ended == nil ? time.steadySeconds() - began : nil)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .unusable(
                Problem(
                    .unavailable, "\(program) is not on PATH",
                    hint: "run this where the scheduler's commands are, or load their module"))
        } catch {
            throw .unreachable("\(program) could not be run: \(error)")
        }
    }
}

/// A file without a name that a command writes to.
private struct OutputFile: Sendable {
    let descriptor: FileDescriptor

    /// - Returns: nil when there can't be one; `errno` says why.
    init?() {
        let made = jobmon_memory_file("jobmon-output", 3)
        guard made >= 0 else { return nil }
        _ = fcntl(made, F_SETFD, FD_CLOEXEC)
        descriptor = FileDescriptor(rawValue: made)
    }

    /// Bytes that are in it.
    var count: Int {
        var status = stat()
        return fstat(descriptor.rawValue, &status) == 0 ? Int(status.st_size) : 0
    }

    func text(atMost limit: Int) -> String {
        let bytes = Descriptor.read(descriptor.rawValue, from: 0, atMost: min(count, limit)) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }

    func close() { try? descriptor.close() }
}

/// The variables of this process.
private enum ProcessEnvironment {
    static var names: [String] {
        var names: [String] = []
        var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
        while let entry = next.pointee {
            names.append(String(String(cString: entry).prefix { $0 != "=" }))
            next += 1
        }
        return names
    }
}
