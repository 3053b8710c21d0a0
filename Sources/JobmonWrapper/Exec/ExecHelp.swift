/// The texts of the help of `jobmon exec`: the one table of its options. What `jobmon exec --help` prints is made of it
/// here, and so are `jobmon help exec`, the man page and the completions, by the parser of the other commands.
package enum ExecHelp {
    /// An option, as it is typed, and what it does.
    package struct Entry: Sendable {
        package var form: String
        package var text: String
    }

    package static let usage = "jobmon exec [OPTION]... -- COMMAND [ARGUMENT]..."
    package static let abstract = "Run a command and record its outcome."

    /// Paragraphs, and lines that begin with a blank, which stay as they are.
    package static let discussion = """
        The command behaves as without jobmon exec: same arguments, stdin, stdout, stderr, signals and exit code, with \
        or without a monitor. If no monitor answers, the spool of the directory keeps the reports for the next one. \
        Without a directory, the command runs unrecorded, and a line on stderr says so.

          jobmon exec -d DIR --name fit --timeout 2h -- python model.py --year 1995
          jobmon exec --param year=1995 --param loc=kenya -- Rscript fit.R
          jobmon exec --expect out/fit.csv --fail-on '^FATAL' -- ./fit.sh

        The command gets JOBMON_DIR and JOBMON_INSTANCE in its environment.

        Exit codes: that of the command (if a signal ended the command, the same signal ends jobmon exec); 1 if \
        --expect or --fail-on found that it failed; 124 its time limit passed, 126 it cannot be started, 127 it was not found, 75 its attempt was started before, or \
        given up, 2 wrong usage of jobmon exec.
        """

    package static let directory = Entry(
        form: "-d, --dir DIR",
        text:
            "Directory to record in; created if it is missing. Default: $JOBMON_DIR; else the current directory if it "
            + "holds a ledger; else the nearest .jobmon, here or in a parent directory.")
    package static let name = Entry(
        form: "--name NAME", text: "Name of the job; default: the name of its script or program.")
    package static let param = Entry(
        form: "--param NAME=VALUE", text: "Record this param (named parameter); lists select jobs by it. Repeatable.")
    package static let timeout = Entry(
        form: "--timeout TIME",
        text: "End the command, and all that it started, after this time: 90, 10m, 2h or 1d; default: no limit. TERM "
            + "first, KILL 5 s later; the exit code is then 124.")
    package static let expect = Entry(
        form: "--expect PATH",
        text: "Record the command as failed, and exit with 1, if it exits with 0 but this file or directory is missing "
            + "or empty. A relative path begins at the current directory; {NAME} is replaced by the value of --param NAME. Repeatable."
    )
    package static let failOn = Entry(
        form: "--fail-on REGEX",
        text: "Record the command as failed, and exit with 1, if it exits with 0 but a line of its output matches this "
            + "regular expression (PCRE2). The last 16 MiB are searched where stdout and stderr are files, and the last "
            + "64 KiB of stderr elsewhere. Repeatable.")
    package static let preserveStatus = Entry(
        form: "--preserve-status", text: "With --timeout: exit as the command ended, instead of with 124.")
    package static let instance = Entry(
        form: "--instance KEY",
        text: "Run the command as the attempt with this key, which another program submitted. Default: a new job.")
    private static let help = Entry(form: "-h, --help", text: "Show this help.")

    static let options = [directory, name, param, timeout, expect, failOn, preserveStatus, instance, help]

    /// What `jobmon exec --help` prints.
    static var text: String {
        var lines = [abstract, ""]
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            lines += line.first == " " ? [String(line)] : wrapped(String(line), indent: 0)
        }
        lines += ["", "Usage: \(usage)", "", "Options:"]
        for option in options { lines += wrapped(option.text, after: "  \(option.form)", indent: 24) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The words of a text in lines of at most 80 columns; the first line begins with `start`, the others with blanks.
    private static func wrapped(_ text: String, after start: String = "", indent: Int) -> [String] {
        let blank = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = start + String(blank.dropFirst(start.utf8.count))
        var isBegun = false
        for word in text.split(separator: " ") {
            if isBegun, line.utf8.count + 1 + word.utf8.count > 80 {
                lines.append(line)
                line = blank
                isBegun = false
            }
            if isBegun { line += " " }
            line += word
            isBegun = true
        }
        return lines + [line]
    }
}
