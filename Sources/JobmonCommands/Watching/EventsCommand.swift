package import ArgumentParser
import Jobmon
package import JobmonCore
import JobmonReporting
import JobmonWire

/// `jobmon events`: prints what the ledger records, as it happens.
package struct EventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print changes as they are recorded, one JSON object per line.",
        discussion: """
            Each change has a `sequence` number. To continue later without a gap, pass the last one to --since. If the \
            monitor ends, a line on stderr says so, and printing continues with the next monitor.

              jobmon events --since 0                  # all changes, then new ones
              jobmon events --since 10m --no-follow    # the last ten minutes
              jobmon events | jq 'select(.kind == "failed")'

            Exit code 3 if there is no monitor; --no-follow and --sent need none. On a network file system, --sent is \
            refused while there is one.
            """)

    @OptionGroup package var directory: DirectoryOption

    @Option(
        help: ArgumentHelp(
            """
            Begin after this sequence number, this long ago (90s, 10m, 2h, 1d), or at this time \
            (2026-01-31T09:30:00.000Z). Default: now; with --no-follow or --sent: at the beginning.
            """, valueName: "sequence|time"))
    package var since: String?

    @Option(help: ArgumentHelp("Print only changes of jobs of this queue.", valueName: "name"))
    package var queue: String?

    @Flag(help: "Print the changes so far, and end.")
    package var noFollow = false

    @Flag(help: "Print the events as they were sent, also those that were refused or changed nothing, and end.")
    package var sent = false

    package init() {}

    /// Where to start.
    package enum Beginning: Equatable, Sendable {
        case sequence(Int64)
        case time(Timestamp)
    }

    /// Reads `--since`; nil if it is invalid.
    package static func beginning(_ text: String, now: Timestamp) -> Beginning? {
        if let sequence = Int64(text) { return sequence >= 0 ? .sequence(sequence) : nil }
        if let seconds = Quantity.seconds(text) { return .time(now.advanced(bySeconds: -seconds)) }
        return Timestamp(text).map { .time($0) }
    }

    package func validate() throws {
        guard sent, queue != nil else { return }
        throw ValidationError("--sent prints the events of all queues: omit --queue")
    }

    package func run() async throws {
        var beginning: Beginning?
        if let since {
            guard let read = Self.beginning(since, now: TimeSource.system.now()) else {
                throw CommandFailure(
                    .usage, "invalid start \"\(since)\" for --since",
                    hint: "use a sequence number such as 4711, or 10m, or 2026-01-31T09:30:00.000Z")
            }
            beginning = read
        }
        if sent { return try await printSent(from: beginning ?? .sequence(0)) }
        if noFollow { return try await printAll(from: beginning ?? .sequence(0)) }
        let layout = try directory.layout()
        try await directory.open { access in
            guard access.hasMonitor else {
                throw CommandFailure(
                    .noMonitor, "no monitor serves \(layout.root), so there are no new changes",
                    hint: "start one with jobmon monitor, or print the changes so far with --no-follow")
            }
            let start = try await Self.sequence(beginning, access.reading)
            try await follow(ChangeFollower.following(layout, after: start))
        }
    }

    private func follow(_ follower: ChangeFollower) async throws {
        let output = Output()
        while let news = await follower.next() {
            switch news {
            case .changes(let changes): try write(changes, to: output)
            case .away: Messages.say("jobmon: the monitor went away; waiting for the next one")
            case .back: Messages.say("jobmon: a monitor is back; continuing")
            }
        }
    }

    private func printAll(from beginning: Beginning) async throws {
        try await directory.open { access in
            let output = Output()
            var after = try await Self.sequence(beginning, access.reading) ?? 0
            while true {
                let changes = try await access.reading.changes(after: after, limit: 1000)
                guard let last = changes.last else { return }
                try write(changes, to: output)
                after = last.sequence
            }
        }
    }

    private func printSent(from beginning: Beginning) async throws {
        try await directory.open { access in
            let output = Output()
            let isTerminal = Terminal.behind(descriptor: 1).isTerminal
            var after = try await Self.sequence(beginning, access.reading) ?? 0
            while true {
                let events = try await access.sentEvents(after: after, limit: 1000)
                guard let last = events.last else { return }
                for event in events { try output.write((isTerminal ? Self.harmless(event.text) : event.text) + "\n") }
                try output.flush()
                after = last.sequence
            }
        }
    }

    /// Escapes characters above ASCII that control a terminal; JSON allows this.
    package static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { (0x7F...0x9F).contains($0.value) }) else { return text }
        return text.unicodeScalars.map {
            (0x7F...0x9F).contains($0.value) ? "\\u00\(String($0.value, radix: 16))" : String($0)
        }.joined()
    }

    private func write(_ changes: [Change], to output: Output) throws {
        let isTerminal = Terminal.behind(descriptor: 1).isTerminal
        for change in changes where queue == nil || change.queue == queue {
            try output.write((isTerminal ? Self.harmless(change.json.text) : change.json.text) + "\n")
        }
        try output.flush()
    }

    /// The number after which to start; nil: from now on.
    private static func sequence(_ beginning: Beginning?, _ reading: any LedgerReading) async throws -> Int64? {
        switch beginning {
        case nil: return nil
        case .sequence(let sequence): return sequence
        case .time(let time):
            let result = try await firstSince(time, reading)
            guard case .int(let sequence)? = result.rows.first?.first else { return 0 }
            return sequence
        }
    }

    private static func firstSince(_ time: Timestamp, _ reading: any LedgerReading) async throws -> QueryResult {
        let problem: Problem
        do throws(Problem) {
            // The times of events that are stored without their text are those of their deliveries.
            return try await reading.query(
                """
                SELECT coalesce(min(first) - 1, max(last), 0) FROM (
                    SELECT (SELECT min(seq) FROM event_whole WHERE recorded_time >= '\(time.description)') AS first,
                        (SELECT max(seq) FROM event_whole) AS last
                    UNION ALL
                    SELECT (SELECT min(seq) FROM event_delivery WHERE recorded_time >= \(time.milliseconds)),
                        (SELECT max(seq) FROM event_brief))
                """,
                limits: QueryLimits(rows: 1))
        } catch {
            problem = error
        }
        guard problem.message.contains("no such table") else { throw problem }
        // The monitor is of an earlier version, which has all events in one table.
        return try await reading.query(
            """
            SELECT coalesce(min(seq) - 1, (SELECT max(seq) FROM event), 0) FROM event
            WHERE recorded_time >= '\(time.description)'
            """,
            limits: QueryLimits(rows: 1))
    }
}
