import ArgumentParser
import Glibc
import Jobmon
import JobmonCore

/// Implements `--detach`: runs the same command line without it, in the background.
enum Detaching {
    /// Starts it, and returns once it is ready.
    /// - Parameters:
    ///   - added: words to insert after the subcommand's name.
    ///   - log: the file for its messages.
    /// - Throws: what the command itself would have reported, with its exit code.
    static func start(adding added: [String] = [], log: String) throws -> BackgroundProgram {
        do throws(BackgroundProgram.StartProblem) {
            return try BackgroundProgram.start(arguments: arguments(adding: added), log: log)
        } catch {
            switch error {
            case .problem(let problem): throw CommandFailure(.ledger, problem)
            case .ended(let code, let said):
                Messages.write(said)
                throw ExitCode(code)
            }
        }
    }

    /// This process's arguments as bytes, without `--detach`.
    private static func arguments(adding added: [String]) -> [[CChar]] {
        var words: [[CChar]] = []
        var isOurs = true
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let text = CommandLine.unsafeArgv[index] else { continue }
            let word = Array(UnsafeBufferPointer(start: text, count: strlen(text) + 1))
            if isOurs, strcmp(text, "--detach") == 0 { continue }
            if isOurs, strcmp(text, "--") == 0 { isOurs = false }
            words.append(word)
            if words.count == 1 { words += added.map { Array($0.utf8CString) } }
        }
        return words
    }
}
