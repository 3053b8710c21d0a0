package import ArgumentParser
import Jobmon
import JobmonCore
import JobmonReporting

/// `jobmon monitor`: the central process of a directory.
package struct MonitorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Run the monitor of a directory until it is stopped.",
        discussion: """
            The monitor records what jobs report, and answers the other commands, until `jobmon stop`, Ctrl-C or TERM. \
            It first reads in the spool (what was reported while no monitor ran), then accepts requests and prints \
            `ready URL` on stdout. The directory is created if it is missing; if none is named or found, that is \
            .jobmon in the current directory. `jobmon run` needs no monitor: it uses a running one, or is the monitor \
            itself while it runs.

              jobmon monitor DIR --detach
              jobmon monitor DIR --listen any --port 8765
            """)

    @OptionGroup package var directory: DirectoryOption

    @Argument(
        help: ArgumentHelp("Directory of the monitor. Default: as for --dir.", valueName: "dir"), completion: .directory
    )
    package var path: String?

    @Flag(help: "Keep the ledger in memory only: it is lost when the monitor ends.")
    package var inMemory = false

    @Option(
        help: ArgumentHelp(
            "Address to listen on; any: all addresses of this host. Jobs on other hosts need one that they can reach.",
            valueName: "addr"))
    package var listen = "127.0.0.1"

    @Option(help: "Port to listen on; 0: any free port.")
    package var port = 0

    @Option(
        help: ArgumentHelp(
            "End when the process with this pid, on this host, has ended.",
            valueName: "pid"))
    package var endWith: Int32?

    @Flag(help: "Run in the background; return when the monitor is ready. Its log is monitor.log in the directory.")
    package var detach = false

    package init() {}

    package func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535, not \(port)") }
        if path != nil, directory.given != nil {
            throw ValidationError("the directory is given twice: as an argument and with -d")
        }
    }

    package func run() async throws {
        let layout = try path.map { try DirectoryOption.layout(of: $0) } ?? directory.layout(making: true)
        if detach { return try Self.startDetached(layout) }
        let end = try endWith.map { try ProcessEnd(of: $0) }
        let configuration = DirectoryMonitor.Configuration(
            layout: layout, inMemory: inMemory, address: listen, port: port,
            say: { Messages.say("jobmon: \(Printable.line($0))") })
        let signals = Signals.received()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await CentralJobMonitor.run(configuration) { info in Self.announce(info) }
            }
            group.addTask {
                for await _ in signals { return }
            }
            if let end { group.addTask { await end.wait() } }
            // Whichever is first: a stop request, or a signal.
            defer { group.cancelAll() }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private static func startDetached(_ layout: DirectoryLayout) throws {
        do throws(Problem) { try layout.makeFolders() } catch { throw CommandFailure(.ledger, error) }
        let monitor = try Detaching.start(log: layout.monitorLog)
        let output = Output()
        try output.write(monitor.ready + "\n")
        try output.flush()
        Messages.say(
            "jobmon: the monitor is process \(monitor.pid); end it with: jobmon stop -d \(ShellWord.quoted(layout.root))"
        )
    }

    private static func announce(_ info: MonitorInfo) {
        let host = info.address.contains(":") ? "[\(info.address)]" : info.address
        let output = Output()
        // If stdout has no reader, the monitor continues without it.
        do {
            try output.write("ready http://\(host):\(info.port)\n")
            try output.flush()
        } catch {}
    }
}
