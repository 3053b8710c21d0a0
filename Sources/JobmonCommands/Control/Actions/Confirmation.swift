import Glibc

/// Asks the user before an action on many jobs.
enum Confirmation {
    /// Whether the action may be done: the user at the terminal agreed, or there is no terminal to ask.
    static func given(_ question: String) -> Bool {
        guard isatty(0) == 1, isatty(2) == 1 else { return true }
        Messages.write("\(question) [y/N] ")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
