package import ArgumentParser

/// The help of `jobmon exec`. `main` runs the command itself on the fast path, since it must start within a few
/// milliseconds; it parses its own arguments.
package struct ExecCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Runs a command and records how it went.",
        usage: "jobmon exec [-d <dir>] [--name <name>] [--param <name=value> ...] [--timeout <time>] -- <command> ...",
        discussion: """
            The command behaves as without it: same arguments, stdin, stdout, stderr, signals, exit code. When no \
            monitor answers, what happened is kept in the directory's spool until one takes it in. Without a \
            directory, the command is run all the same, and a line on stderr says so.

              jobmon exec -d DIR --name fit --param year=1995 --timeout 2h -- python model.py --year 1995

            The command gets JOBMON_DIR and JOBMON_INSTANCE in its environment. Exit codes: the command's own; 124 \
            when its time limit passed, 127 when it is not found, 126 when it can't be run, 75 when its attempt may not start any more, 2 for a \
            wrong use of exec itself.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(help: "The job's name; default: that of its script or program.")
    package var name: String?

    @Option(help: ArgumentHelp("A named parameter, to filter by; may be said again.", valueName: "name=value"))
    package var param: [String] = []

    @Option(
        help: ArgumentHelp(
            "End the command and all that it started after this time: 90, 90s, 10m, 2h, 1d. TERM first, KILL 5 s later.",
            valueName: "time"))
    package var timeout: String?

    @Flag(help: "With --timeout: end as the command ended, and not with 124.")
    package var preserveStatus = false

    @Option(help: ArgumentHelp("Attach to this instance, which somebody else submitted.", valueName: "key"))
    package var instance: String?

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    package var command: [String] = []

    package init() {}

    /// Reached only if `exec` is not the first word, so that the fast path does not see it.
    package func run() throws {
        throw ValidationError("`exec` must be the first word: jobmon exec [options] -- command ...")
    }
}
