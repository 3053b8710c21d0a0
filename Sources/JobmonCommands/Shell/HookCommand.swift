package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonHook

/// `jobmon hook`: prints code that a shell evaluates, so that its submissions are monitored.
package struct HookCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Has the sbatch, qsub, srun and qrsh of a shell report their jobs.",
        usage: "eval \"$(jobmon hook [-d <dir>])\"",
        discussion: """
            Prints shell code for bash, zsh and sh (with `fish`, for fish). It puts a folder with these four names in \
            front of PATH; whatever calls them from this shell, such as make or Python, has its jobs monitored. They \
            take the same options, print the same, and exit the same. Without a monitor, with JOBMON_HOOK=off, and \
            with anything that they don't know, they are the real commands.

              eval "$(jobmon hook -d DIR)"        # jobmon hook -d DIR fish | source
              eval "$(jobmon hook --undo)"

            In a job script, one line has the script report itself, whoever submits it; in bash an error names the line \
            and the command that failed:

              eval "$(jobmon hook --in-job -d DIR)"
            """)

    @OptionGroup package var directory: DirectoryOption

    @Flag(help: "Takes the hook out of this shell again.")
    package var undo = false

    @Flag(name: .customLong("in-job"), help: "For a job script: it reports itself.")
    package var inJob = false

    @Option(help: "With --in-job, the job's name; else the scheduler's, else the script's.")
    package var name: String?

    @Argument(help: "Which shell: sh (the same for bash, zsh and dash) or fish.")
    package var shell: String?

    package init() {}

    package func validate() throws {
        if undo, inJob { throw ValidationError("--undo and --in-job don't go together") }
        if name != nil, !inJob { throw ValidationError("--name goes with --in-job only") }
    }

    package func run() throws {
        let dialect: HookShell.Dialect
        switch shell {
        case nil, "sh", "bash", "zsh", "dash", "ksh": dialect = .sh
        case "fish": dialect = .fish
        case let other?: throw ValidationError("\(other) is no shell that is known here: sh, bash, zsh, ksh or fish")
        }
        let path = Terminal.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        if undo { return try write(HookShell.off(path: path, directory: Terminal.environment("JOBMON_DIR"), dialect)) }
        guard let executable = HookFiles.executable() else {
            throw CommandFailure(.ledger, "/proc is not there, by which jobmon finds its own file")
        }
        if inJob, !(try hasDirectory()) { return try write(":\n") }
        let layout = try directory.layout(making: true)
        // A directory that was just created or found need not have a monitor yet. A named one without a monitor is a
        // mistake.
        if !layout.isDirectoryOfMonitor, directory.named == nil, !inJob {
            Messages.say("jobmon: no monitor was started in \(layout.root) yet: jobmon monitor --detach")
        } else if !layout.isDirectoryOfMonitor {
            let failure = CommandFailure(
                .ledger, "\(layout.root) is no jobmon directory: no monitor was ever started there",
                hint:
                    "name it by -d or JOBMON_DIR, or start its monitor: jobmon monitor \(ShellWord.quoted(layout.root))"
            )
            guard inJob else { throw failure }
            // A script must not end because of this.
            Messages.write(failure.text)
            return try write(":\n")
        }
        if inJob { return try write(HookShell.inJob(layout, executable: executable, name: name)) }
        guard !layout.root.contains(":") else {
            throw CommandFailure(.ledger, "\(layout.root) can't be on PATH: it has a colon in its name")
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
