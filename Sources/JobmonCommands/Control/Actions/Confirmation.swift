import Glibc

/// Asks a person before much is done.
enum Confirmation {
    /// Whether it may be done: somebody at a terminal agreed, or nobody is there to be asked.
    static func given(_ question: String) -> Bool {
        guard isatty(0) == 1, isatty(2) == 1 else { return true }
        Messages.write("\(question) [y/N] ")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
    }
}
