import ArgumentParser
import Jobmon
package import JobmonCore
import JobmonWire

/// A list of errors, which is read and written page by page.
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
            .init("CAUSE", canGo: true), .init("GROUP", canGo: true),
            .init("ERROR", reasonWidth: ErrorText.reasonWidth - ErrorText.endingWidth),
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

    /// Writes the list, and returns the number of errors.
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
            .init(error.group.map { ErrorGroup.name($0) } ?? ""),
            .init(Printable.line(SecretMask.masked(error.errorLine))),
        ]
    }

    private static func inFull(_ error: ErrorRecord, terminal: Terminal) -> String {
        let place = error.host.map { ", on \(Printable.line($0))" } ?? ""
        let head =
            "job \(error.jid) (\(Printable.line(error.name))), attempt \(error.retryNumber + 1), "
            + "\(ShownTime(on: terminal).text(error.errorTime))\(place): \(ending(error))"
        return (terminal.colours ? Style.bold.applied(to: head) : head) + "\n"
            + IndentedText.of(SecretMask.masked(error.description))
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
