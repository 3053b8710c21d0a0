package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting

/// `jobmon dashboard`: the page in a browser.
package struct DashboardCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Open the page with all jobs in a browser.",
        discussion: """
            The page shows progress, groups of errors, one cell for each job, states over time, hosts and resources, \
            and follows the jobs while they run. The command prints a link, and opens it if there is a browser. The \
            link can be used once, within 60 seconds; then the browser has a session.

            If no monitor serves the directory, the command itself does until Ctrl-C. On another machine, forward the \
            port (any local port will do) and use the link with that port: ssh -L 8000:127.0.0.1:PORT HOST

              jobmon dashboard
              jobmon dashboard -d DIR --share 8h

            Exit codes: 0 the link was printed, 4 the directory cannot be used.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp(
            "Print a link for others that works for this long (30m, 8h, 7d; at most 30d): it shows everything and "
                + "changes nothing.", valueName: "time"))
    package var share: String?

    @Flag(help: "Print the link only; open no browser.")
    package var noOpen = false

    package init() {}

    package func run() async throws {
        let layout = try directory.layout()
        let seconds = try share.map { text in
            guard let seconds = Quantity.seconds(text) else {
                throw CommandFailure.invalidDuration(text, for: "--share")
            }
            return seconds
        }
        guard layout.isDirectoryOfMonitor else {
            throw CommandFailure(
                .ledger, "\(layout.root) is not a directory of jobmon: there is no ledger in it",
                hint: "name the directory with -d or JOBMON_DIR")
        }
        if await PageLinks.hasMonitor(layout) {
            return try await Self.show(layout, share: seconds, opens: !noOpen)
        }
        try await serve(layout, share: seconds)
    }

    /// Serves the directory until Ctrl-C, and shows its page.
    private func serve(_ layout: DirectoryLayout, share: Double?) async throws {
        let configuration = DirectoryMonitor.Configuration(
            layout: layout, say: { Messages.say("jobmon: \(Printable.line($0))") })
        let signals = Signals.received()
        let opens = !noOpen
        let failure = FirstFailure()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await CentralJobMonitor.run(configuration) { _ in
                    do {
                        try await Self.show(layout, share: share, opens: opens)
                        Messages.say("jobmon: this command serves the page until Ctrl-C")
                    } catch {
                        failure.note(error)
                    }
                }
            }
            group.addTask {
                for await _ in signals { return }
            }
            group.addTask { try await failure.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Makes a link, and opens it if there is a browser.
    static func link(
        _ layout: DirectoryLayout, share: Double?, opens: Bool
    ) async throws -> (address: String, expires: Timestamp, isOpened: Bool) {
        do throws(Problem) {
            let (address, expires) = try await PageLinks.make(layout, share: share)
            guard opens, share == nil, Browser.isThere else { return (address, expires, false) }
            // A link of its own: that which is printed still works.
            let own = try await PageLinks.make(layout, share: nil).address
            return (address, expires, Browser.open(own, layout))
        } catch {
            throw CommandFailure(error.code == .invalid ? .usage : .ledger, error)
        }
    }

    /// Prints a link, and opens it if there is a browser.
    static func show(_ layout: DirectoryLayout, share: Double?, opens: Bool) async throws {
        let link = try await link(layout, share: share, opens: opens)
        let output = Output()
        try output.write("\(link.address)\n")
        try output.flush()
        if share != nil {
            Messages.say("jobmon: whoever has this link can look until \(link.expires), and change nothing")
        } else {
            let opened = link.isOpened ? "opened in the browser; elsewhere, " : ""
            Messages.say("jobmon: \(opened)open this link within 60 seconds; it works once")
        }
    }
}
