import ArgumentParser
import Dispatch
import Glibc
import JobmonCore

/// Parses the command line, runs the subcommand and ends the process: what `main` calls for everything but its fast
/// path. It is not an `async` main, whose end unwinds the main thread (45 ms in a fully static executable).
package func runJobmon() -> Never {
    // A reader that goes away is an error of `write`, not a death.
    signal(SIGPIPE, SIG_IGN)
    // The one bare task: nothing could wait for it, since the main thread is given to the dispatcher; the process ends
    // with it.
    Task {  // allowed: the whole program
        let status = await runCommand(Array(CommandLine.arguments.dropFirst()))
        exit(status)
    }
    dispatchMain()
}

/// Runs one command line. Returns its exit code; everything that there is to say was said.
private func runCommand(_ arguments: [String]) async -> Int32 {
    do {
        var command = try JobmonRoot.parseAsRoot(arguments)
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
        return ExitStatus.done.rawValue
    } catch {
        return report(error)
    }
}

/// Says why a command ended and returns its exit code.
private func report(_ error: any Error) -> Int32 {
    switch error {
    case is ReaderGone: return ExitStatus.done.rawValue
    case let failure as CommandFailure:
        Messages.write(failure.text)
        return failure.status.rawValue
    case let problem as Problem:
        let failure = CommandFailure(ExitStatus(problem.code), problem)
        Messages.write(failure.text)
        return failure.status.rawValue
    case let code as ExitCode: return code.rawValue
    default: break
    }
    let text = JobmonRoot.fullMessage(for: error)
    if JobmonRoot.exitCode(for: error) == .success {
        // Help and version are what was asked for.
        let output = Output()
        try? output.write(text + "\n")
        try? output.flush()
        return ExitStatus.done.rawValue
    }
    let sentence = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
    Messages.say("jobmon: \(sentence)")
    return ExitStatus.usage.rawValue
}
