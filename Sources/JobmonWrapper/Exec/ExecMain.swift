import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonProcesses
import JobmonReporting
import JobmonSystem

/// `jobmon exec`.
package enum ExecMain {
    /// Runs the command of these arguments (what comes after `exec`, as bytes), reports on it, and ends this process
    /// the way the command ended.
    /// - Parameter wrong: what is done with wrong arguments, once that is said, in place of exit code 2.
    package static func run(_ arguments: [[UInt8]], orElse wrong: (() -> Never)? = nil) -> Never {
        // Before anything of ours is opened or caught: what the command is to inherit.
        let closed = jobmon_fill_standard_descriptors()
        jobmon_signals_remember()
        switch ExecOptions.parse(arguments) {
        case .help:
            _ = Descriptor.writeAll(STDOUT_FILENO, Array(ExecHelp.text.utf8))
            _exit(0)
        case .wrong(let sentence):
            say("\(sentence) (see jobmon exec --help)")
            wrong?()
            _exit(2)
        case .run(let options):
            if let manifest = options.task { TaskMain.run(manifest) }
            run(ranked(options), closed: closed)
        }
    }

    /// The processes of one parallel program are jobs that only their rank tells apart.
    private static func ranked(_ options: ExecOptions) -> ExecOptions {
        guard !options.isWholeJob, options.instance == nil, options.params["rank"] == nil,
            let rank = ProcessRank.current({ getenv($0).map { String(cString: $0) } })
        else { return options }
        var options = options
        options.params["rank"] = .string(rank)
        return options
    }

    private static func run(_ options: ExecOptions, closed: Int32) -> Never {
        let directory = ExecDirectory.find(options.directory)
        if let remark = directory.remark { say(remark) }
        if let layout = directory.layout, let key = options.instance, access(layout.fence(key), F_OK) == 0 {
            say("instance \(key) was started before, or given up (\(layout.fence(key))): the command was not run")
            _exit(75)
        }
        do throws(Problem) {
            let run = try ExecRun(options, layout: directory.layout, stderrIsClosed: closed & 4 != 0)
            run.finish()
        } catch {
            replaceBy(Command(PackedTexts(options.command)), why: error.message)
        }
    }

    static func replaceBy(_ command: Command, why failure: StartFailure) -> Never {
        let limit = ResourceLimits.name(failure.errno).map { " (\($0))" } ?? ""
        replaceBy(command, why: "no process could be created: \(failure.reason)\(limit)")
    }

    /// Where nothing is left for a process of its own, the command runs in our place: nobody reports on it, but it runs.
    private static func replaceBy(_ command: Command, why: String) -> Never {
        say("\(why); the command runs in place of jobmon exec, and is not recorded")
        let error = replaceProcess(by: command)
        let failure = StartFailure(
            step: .command, path: command.arguments.first, errno: error, reason: SystemError.text(error))
        say(ErrorText.sentence(failure))
        _exit(failure.exitCode)
    }

    static func say(_ text: String) { _ = Descriptor.writeAll(STDERR_FILENO, Array("jobmon exec: \(text)\n".utf8)) }
}
