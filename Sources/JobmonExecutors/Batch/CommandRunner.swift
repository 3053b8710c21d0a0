import Glibc
package import JobmonCore
import Subprocess
import SystemPackage

/// The seam to other programs: runs a command to its end and gives what it said.
package protocol CommandRunner: Sendable {
    /// Runs a command without a shell, stdin at its end, in this process's environment.
    /// - Parameters:
    ///   - command: the program, looked up on PATH, and its arguments.
    ///   - seconds: after which it is killed.
    /// - Returns: how it ended and what it printed; an exit code other than 0 is no error.
    /// - Throws: `.unusable` when there is no such program, `.unreachable` when it can't be started or was still
    ///   running after its time.
    func run(_ command: [String], within seconds: Double) async throws(ExecutorError) -> CommandResult
}

/// What became of a command.
package struct CommandResult: Sendable, Equatable {
    /// Its exit code; 128 and the signal's number if a signal ended it.
    package var status: Int
    package var output: String
    /// What it printed on stderr.
    package var complaint: String

    package init(status: Int, output: String, complaint: String = "") {
        self.status = status
        self.output = output
        self.complaint = complaint
    }

    /// Both outputs, for words that come on either.
    var text: String { complaint.isEmpty ? output : output.isEmpty ? complaint : "\(complaint)\n\(output)" }
}

/// Runs commands as processes of this host.
package struct ProcessRunner: CommandRunner {
    /// Bytes of output that are taken: 100,000 jobs in a list are 10 MB.
    private static let limit = 256 << 20

    package init() {}

    /// What is changed of our environment. A question is asked as nobody's taste has it; and a job must not take the place
    /// that this process has in a cluster for its own.
    private static func changes(for program: String) -> [Environment.Key: String?] {
        var changes: [Environment.Key: String?] = [:]
        let isSubmit = program == "sbatch" || program == "qsub"
        for variable in ProcessEnvironment.names {
            let isTaste = ["SQUEUE_", "SCANCEL_", "SACCT_"].contains { variable.hasPrefix($0) }
            let isPlace = variable.hasPrefix("SLURM_") && variable != "SLURM_CONF"
            if isTaste || isSubmit && isPlace { changes[Environment.Key(stringLiteral: variable)] = .some(nil) }
        }
        guard !isSubmit else { return changes }
        changes["LC_ALL"] = "C"
        // Else it may cut lists of tasks.
        changes["SLURM_BITSTR_LEN"] = "0"
        return changes
    }

    package func run(_ command: [String], within seconds: Double) async throws(ExecutorError) -> CommandResult {
        guard let program = command.first else {
            throw .unusable(Problem(.internalError, "there is no command to run"))
        }
        do {
            return try await withThrowingTaskGroup(of: CommandResult?.self) { group in
                group.addTask {
                    var options = PlatformOptions()
                    // The terminal's Ctrl-C is for the queue: a submit that is under way is let finish.
                    options.processGroupID = 0
                    options.teardownSequence = [
                        .send(signal: .terminate, allowedDurationToNextStep: .milliseconds(200))
                    ]
                    let result = try await Subprocess.run(
                        .name(program), arguments: Arguments(Array(command.dropFirst())),
                        environment: .inherit.updating(Self.changes(for: program)), platformOptions: options,
                        output: .bytes(limit: Self.limit), error: .bytes(limit: 1 << 20))
                    let status =
                        switch result.terminationStatus {
                        case .exited(let code): Int(code)
                        case .signaled(let signal): 128 + Int(signal)
                        }
                    return CommandResult(
                        status: status, output: String(decoding: result.standardOutput, as: UTF8.self),
                        complaint: String(decoding: result.standardError, as: UTF8.self))
                }
                group.addTask {
                    try await Task.sleep(for: .seconds(seconds))
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let result = first else {
                    throw ExecutorError.unreachable("\(program) did not answer within \(Int(seconds.rounded(.up))) s")
                }
                return result
            }
        } catch let error as ExecutorError {
            throw error
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
