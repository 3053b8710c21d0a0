import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem
import Synchronization

/// Looks in what a command wrote for lines that mean failure.
package final class FailureSearch: Sendable {
    package enum Answer: Sendable, Equatable {
        /// This line does.
        case found(String)
        case absent
        /// None does, but not all was looked at: why.
        case unfinished(String)
    }

    private let patterns: [LinePattern]
    /// Why an expression cannot be compiled here.
    private let broken: String?
    private let time: TimeSource
    /// The time was not enough for a command.
    private let slow = Mutex(false)

    /// Bytes at the end of a stream that are looked at.
    package static let looked = 16 << 20
    /// Seconds for all streams of a command; less once that was not enough for one, since whoever looks may have other
    /// commands to watch.
    private static let patience = (first: 2.0, later: 0.1)
    private static let chunk = 256 << 10

    /// - Returns: nil if there is nothing to look for.
    package init?(_ sources: [String], time: TimeSource = .system) {
        guard !sources.isEmpty else { return nil }
        self.time = time
        var patterns: [LinePattern] = []
        var broken: String?
        for source in sources {
            do throws(Problem) { patterns.append(try LinePattern(source)) } catch { broken = error.message }
        }
        self.patterns = patterns
        self.broken = broken
    }

    /// Looks in streams, in this order.
    /// - Parameter streams: with their names for people, such as `stderr`.
    package func look(in streams: [(name: String, output: WrittenOutput)]) -> Answer {
        let wasLate = slow.withLock { $0 }
        let deadline = time.steadySeconds() + (wasLate ? Self.patience.later : Self.patience.first)
        var unfinished = broken
        for stream in streams {
            var lines = SearchedLines(patterns, time: time, until: deadline)
            let isWhole = read(stream.output, into: &lines)
            if let line = lines.found { return .found(line) }
            if lines.trouble == .late { slow.withLock { $0 = true } }
            unfinished = unfinished ?? lines.trouble?.words(stream.name) ?? isWhole.words(stream.name)
        }
        return unfinished.map { .unfinished($0) } ?? .absent
    }

    /// How much of a stream could be read.
    private enum Part {
        case whole
        /// So many bytes at its end.
        case end(Int)
        case nothing

        func words(_ name: String) -> String? {
            switch self {
            case .whole: nil
            case .end(let bytes) where bytes >= 1 << 20: "only the last \(bytes >> 20) MiB of \(name) were searched"
            case .end(let bytes): "only the last \(bytes >> 10) KiB of \(name) were searched"
            case .nothing: "\(name) cannot be read"
            }
        }
    }

    private func read(_ output: WrittenOutput, into lines: inout SearchedLines) -> Part {
        switch output {
        case .none, .unseen: return .whole
        case .end(let text):
            // What was cut has the greatest length, or a few bytes less where a character was cut.
            let isCut = text.utf8.count > ProtocolLimits.stderr - 4
            if isCut { lines.beginWithinLine() }
            lines.take(text.utf8)
            lines.end()
            return isCut ? .end(ProtocolLimits.stderr) : .whole
        case .file(let path):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return .nothing }
            defer { close(descriptor) }
            return read(behind: descriptor, from: 0, into: &lines)
        case .behind(let descriptor, let start): return read(behind: descriptor, from: start, into: &lines)
        }
    }

    private func read(behind descriptor: Int32, from start: Int, into lines: inout SearchedLines) -> Part {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return .nothing }
        let size = Int(info.st_size)
        // The file was truncated meanwhile: all of it is new.
        let begin = start > size ? 0 : start
        var position = max(begin, size - Self.looked)
        let isWhole = position == begin
        if !isWhole { lines.beginWithinLine() }
        var buffer = [UInt8](repeating: 0, count: min(Self.chunk, max(1, size - position)))
        while position < size, !lines.isDone {
            let count = buffer.withUnsafeMutableBytes {
                jobmon_read_behind(descriptor, $0.baseAddress, min($0.count, size - position), off_t(position))
            }
            guard count > 0 else { return count < 0 ? .nothing : .whole }
            lines.take(buffer[..<count])
            position += count
        }
        lines.end()
        return isWhole ? .whole : .end(Self.looked)
    }
}

/// The lines of one stream, as they come, and what is found in them.
struct SearchedLines {
    enum Trouble {
        /// The time was over before all were looked at.
        case late
        /// An expression takes too many steps for a line.
        case tooCostly

        func words(_ name: String) -> String {
            switch self {
            case .late: "the search of \(name) took too long and was given up"
            case .tooCostly: "the expression takes too many steps for a line of \(name)"
            }
        }
    }

    private let matchers: [LinePattern.Matcher]
    private let time: TimeSource
    private let deadline: Double
    /// The line that has not ended yet.
    private var rest: [UInt8] = []
    /// What comes next is not the beginning of its line.
    private var isWithin = false
    private var looks = 0
    /// The first line that an expression matches.
    private(set) var found: String?
    private(set) var trouble: Trouble?

    /// Bytes of a line that are taken as one; a longer one is cut into such pieces.
    private static let longest = 64 << 10

    /// - Parameter deadline: in seconds of the steady clock.
    init(_ patterns: [LinePattern], time: TimeSource, until deadline: Double) {
        matchers = patterns.map { LinePattern.Matcher($0) }
        self.time = time
        self.deadline = deadline
    }

    /// No more lines are looked at.
    var isDone: Bool { found != nil || trouble == .late }

    /// What comes first is a part of a line whose beginning is not known.
    mutating func beginWithinLine() { isWithin = true }

    mutating func take(_ bytes: some Collection<UInt8>) {
        rest += bytes
        let all = rest
        var start = 0
        all.withUnsafeBufferPointer { all in
            while !isDone, let end = Self.end(of: start, in: all) {
                look(UnsafeBufferPointer(rebasing: all[start..<end.line]), isCut: end.line == end.next)
                start = end.next
            }
        }
        rest = Array(all[start...])
    }

    /// Nothing more comes: what is left is a line.
    mutating func end() { if !rest.isEmpty { take([0x0A]) } }

    /// - Parameter isCut: the line goes on after this part.
    private mutating func look(_ line: UnsafeBufferPointer<UInt8>, isCut: Bool) {
        var line = line
        if line.last == 0x0D, !isCut { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
        defer { isWithin = isCut }
        for matcher in matchers where found == nil {
            switch matcher.look(line, isBegin: !isWithin, isEnd: !isCut) {
            case .found: found = Self.shown(line)
            case .absent: break
            case .tooCostly: trouble = .tooCostly
            }
        }
        looks += 1
        // Steps that were given up cost the most.
        if looks & 255 == 0 || trouble != nil, time.steadySeconds() > deadline { trouble = .late }
    }

    private static func shown(_ line: UnsafeBufferPointer<UInt8>) -> String {
        var text = String(decoding: line, as: UTF8.self)[...].drop(while: \.isWhitespace)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return ErrorReading.shortened(String(text))
    }

    /// The end of a line that begins at `start`, and where the next one begins; nil: it is not whole yet.
    private static func end(of start: Int, in all: UnsafeBufferPointer<UInt8>) -> (line: Int, next: Int)? {
        guard let base = all.baseAddress, start < all.count else { return nil }
        let length = min(all.count - start, longest)
        if let found = memchr(base + start, 0x0A, length) {
            let end = start + (UnsafeRawPointer(found) - UnsafeRawPointer(base + start))
            return (end, end + 1)
        }
        return length == longest ? (start + length, start + length) : nil
    }
}
