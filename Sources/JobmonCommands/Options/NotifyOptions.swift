import ArgumentParser
import Glibc
import JobmonCore

/// Where `run` and `watch` send messages about new groups of errors and about the end.
struct NotifyOptions: ParsableArguments {
    @Option(
        name: .customLong("notify"),
        help: ArgumentHelp(
            "Run this command for each new group of errors and at the end, with a message in JSON on its stdin. It is "
                + "run without a shell, and ended after 10 s. See docs/notify.md.", valueName: "command"))
    var commandLine: String?

    @Option(
        name: .customLong("notify-url-from"),
        help: ArgumentHelp(
            "Post the messages to a webhook, by curl. The URL is read from an environment variable (env:NAME), which "
                + "jobs do not get, or from a file that nobody else can read. It is not stored or shown.",
            valueName: "source"))
    var urlFrom: String?

    @Flag(
        name: .customLong("notify-details"),
        help: "Add to messages an example job, its error and host, and the directory. Default: counts and titles.")
    var details = false

    /// Words by which a shell connects commands. Without a shell they would be arguments.
    private static let shellWords: Set<String> = ["|", "||", "&", "&&", ";", ">", ">>", "<"]

    /// Where the messages go; empty: nowhere.
    /// - Throws: `CommandFailure` if a program or the URL is missing or invalid. The URL is not a part of the message.
    func targets() throws -> [NotifyTarget] {
        var targets: [NotifyTarget] = []
        if let commandLine { targets.append(try Self.program(commandLine)) }
        if let urlFrom {
            let webhook = try Webhook(from: urlFrom)
            guard let curl = try RunFiles.program("curl") else {
                throw CommandFailure(
                    .usage, "\(Webhook.option) needs the program curl, which is not on PATH",
                    hint: "install it, or give a program of your own with --notify")
            }
            targets.append(.webhook(webhook, curl: curl))
        }
        guard !details || !targets.isEmpty else {
            throw CommandFailure(.usage, "--notify-details needs --notify or \(Webhook.option)")
        }
        return targets
    }

    /// The program of a command, found on PATH, with its arguments.
    static func program(_ line: String) throws -> NotifyTarget {
        let read = CommandWords(line)
        guard read.isWhole, let program = read.words.first else {
            throw CommandFailure(
                .usage, "--notify: \(read.isWhole ? "the command is empty" : "a quote is not closed in the command")",
                hint: "give a program and its arguments in one word: --notify 'notify.sh \"my jobs\"'")
        }
        if let word = read.words.first(where: { shellWords.contains($0) }) {
            throw CommandFailure(
                .usage, "--notify: the command is run without a shell, which \"\(word)\" needs",
                hint: "use --notify \"sh -c '…'\", or write a script")
        }
        guard let path = try RunFiles.program(program) else {
            throw CommandFailure(
                .usage, "--notify: there is no program \"\(program)\"",
                hint: "give the path of an executable file, or a name on PATH")
        }
        return .command(path: path, arguments: Array(read.words.dropFirst()))
    }

    /// Removes the variable with the URL from this process, so that no job and no other program gets it. Called after
    /// `targets()`, and before anything is started.
    func hideURL() {
        guard let urlFrom, let name = Webhook.variable(urlFrom), let value = getenv(name) else { return }
        // What the process was started with can be read in /proc even if the variable is gone.
        memset(value, 0, strlen(value))
        unsetenv(name)
    }
}
