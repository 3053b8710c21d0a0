package import ArgumentParser
import Jobmon
package import JobmonCore
import JobmonWire

/// `jobmon errors`: what went wrong, oldest first.
package struct Errors: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Lists the errors of all attempts: one line each, or in full.",
        discussion: """
            The line is the one of the error's text that says most; --full gives the whole text (at most the last \
            64 KiB of what the attempt wrote to stderr).

              jobmon errors --param loc=kenya
              jobmon errors --full --name fit
            """)

    @OptionGroup package var directory: DirectoryOption
    @OptionGroup package var filter: FilterOptions

    @Flag(help: "The whole text of each error.")
    package var full = false

    @Flag(help: "Print a JSON array, one object per error.")
    package var json = false

    package init() {}

    package func run() async throws {
        try await directory.open { access in
            let list = ErrorList(reading: access.reading, filter: filter.filter)
            let output = Output()
            if json {
                try await list.writeJSON(to: output)
                return
            }
            let terminal = Terminal.behind(descriptor: 1)
            let count = try await list.write(to: output, full: full, terminal: terminal)
            Messages.say(count == 0 ? "no errors" : Units.count(count, "error"))
        }
    }
}

/// A list of errors, read and written page by page.
package struct ErrorList {
    package let reading: any LedgerReading
    package let filter: JobFilter

    package init(reading: any LedgerReading, filter: JobFilter) {
        self.reading = reading
        self.filter = filter
    }

    private static func columns(_ zone: String) -> [TextTable.Column] {
        [
            .init("TIME (\(zone))", narrowest: 19, canGo: true), .init("JID", isNumber: true),
            .init("NAME", widest: 24, narrowest: 8, canGo: true), .init("TRY", isNumber: true, canGo: true),
            .init("CAUSE", canGo: true), .init("ERROR", reasonWidth: ErrorText.reasonWidth - ErrorText.endingWidth),
        ]
    }

    package func writeJSON(to output: Output) async throws {
        var array = JSONArrayWriter(output)
        _ = try await eachPage { errors in
            for error in errors { try array.append(error.jsonWithWhy) }
        }
        try array.finish()
        try output.flush()
    }

    /// Returns how many there were.
    package func write(to output: Output, full: Bool, terminal: Terminal) async throws -> Int {
        let times = ShownTime(on: terminal)
        var table = TextTable(Self.columns(times.zone(at: TimeSource.system.now())), terminal: terminal)
        var hasHeader = false
        let count = try await eachPage { errors in
            if full {
                for error in errors { try output.write(Self.inFull(error, terminal: terminal)) }
                return
            }
            let rows = errors.map { Self.row($0, times) }
            if !hasHeader, !rows.isEmpty {
                try output.write(table.header(for: rows))
                hasHeader = true
            }
            try output.write(table.lines(rows))
        }
        try output.flush()
        return count
    }

    private static func row(_ error: ErrorRecord, _ times: ShownTime) -> [TextTable.Cell] {
        [
            .init(times.clock(error.errorTime)), .init(String(error.jid)), .init(Printable.line(error.name)),
            .init(String(error.retryNumber + 1)), .init(ending(error)),
            .init(Printable.line(ErrorText.headline(error.description))),
        ]
    }

    private static func inFull(_ error: ErrorRecord, terminal: Terminal) -> String {
        let place = error.host.map { ", on \(Printable.line($0))" } ?? ""
        let head =
            "job \(error.jid) (\(Printable.line(error.name))), attempt \(error.retryNumber + 1), "
            + "\(ShownTime(on: terminal).text(error.errorTime))\(place): \(ending(error))"
        return (terminal.colours ? Style.bold.applied(to: head) : head) + "\n" + IndentedText.of(error.description)
            + "\n"
    }

    private static func ending(_ error: ErrorRecord) -> String {
        ErrorText.ending(cause: error.cause, exitCode: error.exitCode, signal: error.signal)
    }

    private func eachPage(_ body: ([ErrorRecord]) throws -> Void) async throws -> Int {
        var after: Int64 = 0
        var count = 0
        while true {
            let page = try await reading.errors(filter, page: Page(after: after, limit: 1000))
            try body(page.items)
            count += page.items.count
            guard let next = page.next else { return count }
            after = next
        }
    }
}

/// Text of several lines below something else.
package enum IndentedText {
    /// The text, printable and as a terminal would have it at last, each line behind `  | `; of more than `last` lines only the last ones, and how many are left out.
    package static func of(_ text: String, last: Int = .max) -> String {
        var lines = Printable.text(LastState.of(text)).split(separator: "\n", omittingEmptySubsequences: false)
        while let line = lines.last, line.allSatisfy(\.isWhitespace) { lines.removeLast() }
        var result = ""
        if lines.count > last {
            result += "  | … \(Units.count(lines.count - last, "line")) before\n"
            lines.removeFirst(lines.count - last)
        }
        for line in lines { result += line.isEmpty ? "  |\n" : "  | \(line)\n" }
        return result
    }
}
