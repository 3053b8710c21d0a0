import ArgumentParser
import Glibc
import Jobmon
import JobmonCore

/// Parses the command line, runs the subcommand and ends the process: what `main` calls for everything but its fast
/// path. It is neither an `async` main nor `dispatchMain`: both end the main thread by unwinding it, which takes 45 ms in
/// a fully static executable.
package func runJobmon() -> Never {
    ProcessMemory.holdTight()
    // A reader that goes away is an error of `write`, not a death.
    signal(SIGPIPE, SIG_IGN)
    // The one bare task: nothing could wait for it, since the main thread only keeps the process; it ends with it.
    Task {  // allowed: the whole program
        let status = await runCommand(Array(CommandLine.arguments.dropFirst()))
        exit(status)
    }
    waitForSignals()
}

/// Gives the main thread to the signals, in the way of `dispatchMain`: they are blocked everywhere but here, where a
/// source's handler passes them on and the others take their default action.
private func waitForSignals() -> Never {
    var mask = sigset_t()
    sigfillset(&mask)
    for number in [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV] { sigdelset(&mask, number) }
    pthread_sigmask(SIG_BLOCK, &mask, nil)
    sigemptyset(&mask)
    while true { sigsuspend(&mask) }
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
        return report(error, arguments)
    }
}

/// Says why a command ended and returns its exit code.
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
        // Help and version are what was asked for.
        let output = Output()
        try? output.write(text + "\n")
        try? output.flush()
        return ExitStatus.done.rawValue
    }
    // Only the parser's own errors: what a command says of its arguments, it says best.
    if !(error is ValidationError), let advice = CommandLineAdvice(arguments) {
        Messages.write(CommandFailure(.usage, advice.message, hint: advice.hint).text)
        return ExitStatus.usage.rawValue
    }
    let sentence = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
    Messages.say("jobmon: \(sentence)")
    return ExitStatus.usage.rawValue
}
