import JobmonCore
import JobmonWire

/// The output of a job while it is followed: the end of it, as printable lines.
struct WatchOutput: Sendable {
    struct Source: Hashable, Sendable {
        var jid: Int64
        var attempt: Int
        /// `stdout` or `stderr`.
        var stream: String
    }

    /// Bytes that are kept of it.
    private static let mostBytes = 256 << 10

    var source: Source
    /// Where the next piece begins; nil: at the end of what there is.
    private(set) var next: Int64?
    private(set) var lines: [String] = []
    /// The last line has no end yet.
    private var isOpen = false
    private var bytes = 0
    /// Something before the first line was left out.
    private(set) var isCut = false
    private(set) var problem: String?
    private(set) var isRead = false
    /// There is more to be read at once.
    private(set) var hasMore = false
    /// Lines above the last ones that are shown; 0: the end is followed.
    var above = 0

    init(_ source: Source) { self.source = source }

    var query: QueryString {
        var query = QueryString()
        query.append("jid", String(source.jid))
        query.append("attempt", String(source.attempt))
        query.append("stream", source.stream)
        if let next { query.append("after", String(next)) }
        return query
    }

    mutating func take(_ piece: SeenOutput) {
        if next == nil { isCut = piece.start > 0 }
        problem = nil
        isRead = true
        hasMore = piece.hasMore
        // The file was begun anew.
        if let next, piece.next < next { self = WatchOutput(source) }
        next = piece.next
        guard !piece.text.isEmpty else { return }
        let before = lines.count
        var parts = Printable.text(piece.text).split(separator: "\n", omittingEmptySubsequences: false)
        if isOpen, let first = parts.first, !lines.isEmpty {
            lines[lines.count - 1] += first
            parts.removeFirst()
        }
        isOpen = piece.text.last != "\n" && piece.text.last != "\r\n"
        if !isOpen, parts.last?.isEmpty == true { parts.removeLast() }
        lines += parts.map { Self.untabbed(String($0)) }
        bytes += piece.text.utf8.count
        while bytes > Self.mostBytes, lines.count > 1 {
            bytes -= lines.removeFirst().utf8.count + 1
            isCut = true
        }
        // A line of a megabyte is shown by its end.
        if bytes > 4 * Self.mostBytes, let last = lines.last {
            lines = [String(last.suffix(Self.mostBytes))]
            bytes = lines[0].utf8.count
            isCut = true
        }
        if above > 0 { above += max(0, lines.count - before) }
    }

    mutating func fail(_ problem: Problem) {
        isRead = true
        self.problem = Printable.line(problem.message)
    }

    private static func untabbed(_ line: String) -> String {
        line.contains("\t") ? line.replacing("\t", with: "    ") : line
    }
}
