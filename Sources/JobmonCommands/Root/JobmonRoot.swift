package import ArgumentParser
import JobmonCore

/// `jobmon` itself, the root of all subcommands.
package struct JobmonRoot: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "jobmon",
        abstract: "Run and monitor many jobs: statuses, errors and outcomes in one place.",
        discussion: """
            A job is a command to run; an attempt is one execution of it. A queue is a named set of jobs \
            that `jobmon run` runs. The monitor is the process that records what jobs report.

            One directory holds everything: the ledger (an SQLite file), captured output, and the address of the \
            monitor. Name it with -d. Default: $JOBMON_DIR; else the current directory if it holds a ledger; else the \
            nearest .jobmon, here or in a parent directory. `jobmon run` and `jobmon monitor` create .jobmon if there \
            is none.

              jobmon run --each year=1990..2020 -- python model.py --year {year}
              jobmon exec -d DIR --name fit -- Rscript fit.R
              jobmon jobs --status failed
              jobmon show 4

            Exit codes: 0 success, 1 jobs failed, or a job does not exist or was refused, 2 wrong usage, 3 no monitor, \
            4 the ledger cannot be used, 130 interrupted. `jobmon exec` exits like its command.
            """,
        version: "jobmon \(JobmonVersion.current)",
        groupedSubcommands: [
            CommandGroup(
                name: "Run", subcommands: [RunCommand.self, MonitorCommand.self, ExecCommand.self, HookCommand.self]),
            CommandGroup(
                name: "Inspect",
                subcommands: [
                    DashboardCommand.self, JobsCommand.self, ShowCommand.self, ExplainCommand.self, ErrorsCommand.self,
                    LogsCommand.self, UsageCommand.self,
                    WatchCommand.self,
                    EventsCommand.self, QueryCommand.self, ReportCommand.self,
                ]),
            CommandGroup(
                name: "Control",
                subcommands: [
                    RetryCommand.self, CancelCommand.self, SetCommand.self, ForgetCommand.self, StopCommand.self,
                    VacuumCommand.self, DoctorCommand.self, CompletionsCommand.self,
                ]),
        ])

    package init() {}
}
