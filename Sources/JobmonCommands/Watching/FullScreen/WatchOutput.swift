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
    /// Characters of a line.
    private static let longestLine = 2000

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
        // The file was begun anew.
        if let next, piece.next < next { self = WatchOutput(source) }
        if next == nil { isCut = piece.start > 0 }
        problem = nil
        isRead = true
        hasMore = piece.hasMore
        next = piece.next
        guard !piece.text.isEmpty else { return }
        let before = lines.count
        var parts = Printable.text(piece.text).split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).replacing("\t", with: "    ") }
        if isOpen, let last = lines.popLast(), let first = parts.first {
            bytes -= last.utf8.count + 1
            parts[0] = last + first
        }
        isOpen = piece.text.last != "\n" && piece.text.last != "\r\n"
        if !isOpen, parts.last?.isEmpty == true { parts.removeLast() }
        for part in parts { append(part) }
        limit()
        if above > 0 { above += max(0, lines.count - before) }
    }

    /// A line that is too long to be scrolled is broken into several.
    private mutating func append(_ line: String) {
        var rest = line[...]
        repeat {
            let part = rest.utf8.count > Self.longestLine ? rest.prefix(Self.longestLine) : rest
            lines.append(String(part))
            bytes += part.utf8.count + 1
            rest = rest[part.endIndex...]
        } while !rest.isEmpty
    }

    private mutating func limit() {
        var dropped = 0
        while bytes > Self.mostBytes, dropped < lines.count - 1 {
            bytes -= lines[dropped].utf8.count + 1
            dropped += 1
        }
        guard dropped > 0 else { return }
        lines.removeFirst(dropped)
        isCut = true
    }

    mutating func fail(_ problem: Problem) {
        isRead = true
        self.problem = Printable.line(problem.message)
    }
}
