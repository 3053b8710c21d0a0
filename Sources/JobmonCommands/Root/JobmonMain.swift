import ArgumentParser
import Glibc
import Jobmon
import JobmonCore

/// Parses the command line, runs the subcommand and ends the process. `main` calls it for everything except the fast
/// path. It is neither an `async` main nor `dispatchMain`: both end the main thread by unwinding it, which takes 45 ms
/// in a fully static executable.
package func runJobmon() -> Never {
    ProcessMemory.holdTight()
    // If a reader goes away, `write` fails; the process must not die.
    signal(SIGPIPE, SIG_IGN)
    // The only unstructured task. Nothing could wait for it, since the main thread only keeps the process alive; it
    // ends with the process.
    Task {  // allowed: the whole program
        let status = await runCommand(Array(CommandLine.arguments.dropFirst()))
        exit(status)
    }
    waitForSignals()
}

/// Dedicates the main thread to signals, as `dispatchMain` does. They are blocked in all other threads; here a source's
/// handler receives them, or they take their default action.
private func waitForSignals() -> Never {
    var mask = sigset_t()
    sigfillset(&mask)
    for number in [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV] { sigdelset(&mask, number) }
    pthread_sigmask(SIG_BLOCK, &mask, nil)
    sigemptyset(&mask)
    while true { sigsuspend(&mask) }
}

/// Runs one command line. Returns its exit code; all messages have been printed.
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
        return report(error, arguments)
    }
}

/// Prints why a command ended, and returns its exit code.
private func report(_ error: any Error, _ arguments: [String]) -> Int32 {
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
        // Help and version were requested, so they go to stdout.
        let output = Output()
        try? output.write(text + "\n")
        try? output.flush()
        return ExitStatus.done.rawValue
    }
    // Only for the parser's own errors: a command's own messages about its arguments are better.
    if !(error is ValidationError), let advice = CommandLineAdvice(arguments) {
        Messages.write(CommandFailure(.usage, advice.message, hint: advice.hint).text)
        return ExitStatus.usage.rawValue
    }
    let sentence = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
    Messages.say("jobmon: \(sentence)")
    return ExitStatus.usage.rawValue
}
