package import ArgumentParser
import JobmonCore

/// `jobmon` itself: what stands above every subcommand.
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
            CommandGroup(name: "Run", subcommands: [Run.self, Monitor.self, Exec.self, Hook.self]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    Jobs.self, Show.self, Errors.self, Logs.self, Watch.self, Events.self, Query.self, Report.self,
                ]),
            CommandGroup(
                name: "Act", subcommands: [Retry.self, Cancel.self, Forget.self, Stop.self, Completions.self]),
        ])

    package init() {}
}
