package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonWire

/// `jobmon jobs`: lists the jobs of a directory, one per line.
package struct JobsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List jobs: status, attempts used, host, run time, and why they failed.",
        discussion: """
            On a terminal, the first 1,000 jobs are listed, unless --limit or --all is given; elsewhere all are. \
            --json prints everything that is known about each job and its attempts.

              jobmon jobs --status failed,unknown
              jobmon jobs --param year=1995 --json
              jobmon jobs --sort -time          # the longest run time first
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var filter: FilterOptions

    @Flag(help: "Print a JSON array, one object per job.")
    package var json = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Sort by these columns, such as status,-time (-COLUMN: descending): jid, status, name, params, tries, "
                + "host, time, exit, mem, submitted, started or finished. Default: jid.", valueName: "columns"))
    package var sort: String?

    @Option(help: ArgumentHelp("List at most N jobs.", valueName: "n"))
    package var limit: Int?

    @Flag(help: "List all jobs, also on a terminal.")
    package var all = false

    package init() {}

    package func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1, not \(limit)") }
        if limit != nil, all { throw ValidationError("--limit and --all cannot be used together") }
    }

    package func run() async throws {
        let order = try sort.map { try JobOrder($0) }
        try await directory.open { access in
            let terminal = Terminal.behind(descriptor: 1)
            let list = JobList(
                reading: access.reading, filter: try await filter.resolved(access.reading),
                limit: limit ?? (terminal.isTerminal && !all && !json ? JobList.onTerminal : nil), order: order)
            let output = Output()
            if json {
                try await list.writeJSON(to: output)
            } else {
                let counted = try await list.writeTable(to: output, terminal: terminal, now: TimeSource.system.now())
                Messages.say(try await list.closing(counted))
            }
        }
    }
}
