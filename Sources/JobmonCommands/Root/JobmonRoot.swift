package import ArgumentParser
import JobmonCore

/// `jobmon` itself, the root of all subcommands.
package struct JobmonRoot: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "jobmon",
        abstract: "Runs a swarm of jobs, records what becomes of each, and shows it in one place.",
        discussion: """
            One directory holds everything: the ledger (SQLite), captured output, and the monitor's address. It is \
            given by -d, else by $JOBMON_DIR, else it is the current directory.

              jobmon run --each year=1990..2020 -- python model.py --year {year}
              jobmon exec -d DIR --name fit -- Rscript fit.R
              jobmon jobs --status failed
              jobmon show 4

            Exit codes: 0 done, 1 jobs failed or a job could not be treated as asked, 2 usage, 3 no monitor, 4 the \
            ledger can't be used, 130 interrupted. `exec` answers with its command's.
            """,
        version: "jobmon \(JobmonVersion.current)",
        groupedSubcommands: [
            CommandGroup(
                name: "Run", subcommands: [RunCommand.self, MonitorCommand.self, ExecCommand.self, HookCommand.self]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    JobsCommand.self, ShowCommand.self, ErrorsCommand.self, LogsCommand.self, WatchCommand.self,
                    EventsCommand.self, QueryCommand.self, ReportCommand.self,
                ]),
            CommandGroup(
                name: "Act",
                subcommands: [
                    RetryCommand.self, CancelCommand.self, ForgetCommand.self, StopCommand.self,
                    CompletionsCommand.self,
                ]),
        ])

    package init() {}
}
