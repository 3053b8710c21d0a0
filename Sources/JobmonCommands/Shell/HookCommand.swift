package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonHook

/// `jobmon hook`: prints code that a shell evaluates, so that its submissions are monitored.
package struct HookCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Monitor the jobs of sbatch, qsub, srun and qrsh in this shell.",
        usage: "eval \"$(jobmon hook [-d <dir>])\"",
        discussion: """
            Prints shell code that puts a directory with these four commands in front of PATH. Jobs that are submitted \
            by them from this shell, or from a program started in it, such as make or Python, are then monitored. The \
            commands take the same options, print the same output and have the same exit codes as the real ones. They \
            run the real command unchanged if no monitor answers, if JOBMON_HOOK=off, or if they do not know an option.

              eval "$(jobmon hook -d DIR)"            # bash, zsh, sh
              jobmon hook -d DIR fish | source        # fish
              eval "$(jobmon hook --undo)"

            With one line in it, a job script reports itself, however it is submitted. In bash, the error of the job \
            names the line and the command that failed:

              eval "$(jobmon hook --in-job -d DIR)"
            """)

    @OptionGroup package var directory: DirectoryOption

    @Flag(help: "Remove the hook from this shell.")
    package var undo = false

    @Flag(name: .customLong("in-job"), help: "Make the job script that evaluates this report itself.")
    package var inJob = false

    @Option(help: "With --in-job: name of the job; default: its name at the scheduler, else that of the script.")
    package var name: String?

    @Argument(help: "Shell to print code for: sh (also for bash, zsh, dash and ksh) or fish; default: sh.")
    package var shell: String?

    package init() {}

    package func validate() throws {
        if undo, inJob { throw ValidationError("--undo and --in-job cannot be used together") }
        if name != nil, !inJob { throw ValidationError("--name requires --in-job") }
    }

    package func run() throws {
        let dialect: HookShell.Dialect
        switch shell {
        case nil, "sh", "bash", "zsh", "dash", "ksh": dialect = .sh
        case "fish": dialect = .fish
        case let other?: throw ValidationError("unknown shell \"\(other)\": use sh, bash, zsh, dash, ksh or fish")
        }
        let path = Terminal.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        if undo { return try write(HookShell.off(path: path, directory: Terminal.environment("JOBMON_DIR"), dialect)) }
        guard let executable = HookFiles.executable() else {
            throw CommandFailure(.ledger, "/proc is missing: jobmon needs it to find its own executable")
        }
        if inJob, !(try hasDirectory()) { return try write(":\n") }
        let layout = try directory.layout(making: true)
        // A directory that was just created or found need not have a monitor yet. A named one without a monitor is a
        // mistake.
        if !layout.isDirectoryOfMonitor, directory.named == nil, !inJob {
            Messages.say(
                "jobmon: no monitor was started in \(layout.root) yet; start one with: jobmon monitor --detach")
        } else if !layout.isDirectoryOfMonitor {
            let failure = CommandFailure(
                .ledger, "\(layout.root) is not a jobmon directory: no monitor was ever started there",
                hint: "name another with -d or JOBMON_DIR, or start its monitor: "
                    + "jobmon monitor \(ShellWord.quoted(layout.root))"
            )
            guard inJob else { throw failure }
            // A script must not end because of this.
            Messages.write(failure.text)
            return try write(":\n")
        }
        if inJob { return try write(HookShell.inJob(layout, executable: executable, name: name)) }
        guard !layout.root.contains(":") else {
            throw CommandFailure(.ledger, "\(layout.root) can't be on PATH: its name contains a colon")
        }
        do throws(Problem) { try HookFiles.make(layout, executable: executable) } catch {
            throw CommandFailure(.ledger, error)
        }
        try write(HookShell.on(layout, path: path, dialect))
    }

    /// Whether a directory is named or found. Without one, a script that reports itself continues without reports.
    private func hasDirectory() throws -> Bool {
        do {
            _ = try directory.layout()
            return true
        } catch let failure as CommandFailure {
            Messages.write(failure.text)
            return false
        }
    }

    private func write(_ text: String) throws {
        let output = Output()
        try output.write(text)
        try output.flush()
    }
}
