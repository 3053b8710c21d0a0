import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Keeps the events of a process that has many of them: appended, a line each, to `spool/<sender>.<first seq>.jsonl`.
///
/// The owner holds a lock (`flock`) on the segment itself for as long as it may append to it: a segment whose lock is
/// free is closed or its owner is dead, and in both cases nothing more comes. It gets its name only once it is
/// locked, so nobody sees one that is open and unlocked.
package final class SegmentWriter {
    package let sender: String
    /// Every event up to this one was acknowledged.
    package private(set) var acknowledged: Int64 = -1
    private let folders: SpoolFolders
    private let time: TimeSource
    private let limits: Limits
    private var open: Segment?
    private var descriptor: Int32 = -1
    private var closed: [Segment] = []
    private var inFallback = false
    private var saidFallback = false

    /// When a segment is closed.
    package struct Limits: Sendable {
        /// At this size, in bytes.
        package var bytes = 256 << 10
        /// At this age, in seconds.
        package var age = 30.0
        /// At this age, when all that it holds was acknowledged.
        package var idleAge = 1.0

        package init() {}
    }

    private struct Segment {
        var path: String
        var first: Int64
        var last: Int64
        var bytes: Int
        var opened: Double
    }

    package init(layout: DirectoryLayout, sender: String, time: TimeSource = .system, limits: Limits = Limits()) {
        self.sender = sender
        self.time = time
        self.limits = limits
        folders = SpoolFolders(layout)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends whole lines, the events `first` to `last` of this sender, by one write: they survive the process from
    /// then on. False when they can be put nowhere; nothing of them is in the spool then.
    package func append(_ lines: [UInt8], first: Int64, last: Int64) -> Bool {
        if let segment = open, segment.bytes >= limits.bytes { closeSegment() }
        if write(lines, first, last) { return true }
        // Another try in the other folder, whichever that is: the first one may have room again by now.
        inFallback.toggle()
        if write(lines, first, last) { return true }
        return false
    }

    /// Every event up to `seq` was acknowledged: closed segments that hold nothing else are removed.
    package func acknowledge(through seq: Int64) {
        guard seq > acknowledged else { return }
        acknowledged = seq
        while let first = closed.first, first.last <= seq {
            unlink(first.path)
            closed.removeFirst()
        }
    }

    /// Closes the open segment where its age says so. To be called now and then.
    package func tend() {
        guard let segment = open else { return }
        let age = time.steadySeconds() - segment.opened
        if age >= limits.age || (age >= limits.idleAge && segment.last <= acknowledged) { closeSegment() }
    }

    /// Closes the open segment: what is not acknowledged yet is for others to take in.
    package func closeSegment() {
        guard let segment = open else { return }
        open = nil
        // One that holds nothing goes while it is locked: another may get its name.
        let isEmpty = segment.last < segment.first
        if isEmpty { unlink(segment.path) }
        close(descriptor)
        descriptor = -1
        if isEmpty { return }
        if segment.last <= acknowledged { unlink(segment.path) } else { closed.append(segment) }
    }

    // MARK: Left to others

    /// Closed segments that nobody is known to have taken in.
    package var left: Int { closed.count }

    /// How old the open segment is, in seconds; nil when there is none.
    package var age: Double? { open.map { time.steadySeconds() - $0.opened } }

    /// Looks which closed segments a monitor has taken in, which it says by removing them.
    package func lookForTaken() {
        while let first = closed.first, access(first.path, F_OK) != 0, errno == ENOENT {
            acknowledged = max(acknowledged, first.last)
            closed.removeFirst()
        }
    }

    /// The lines of the oldest closed segment, or of the open one when none is left, and the number of the first; nil when
    /// there is none or it can't be read.
    package func oldestLines() -> (first: Int64, lines: [ArraySlice<UInt8>])? {
        guard let segment = closed.first ?? open, let bytes = SmallFile.read(segment.path, limit: Int.max) else {
            return nil
        }
        return (segment.first, bytes.split(separator: 0x0A))
    }

    private func write(_ lines: [UInt8], _ first: Int64, _ last: Int64) -> Bool {
        if open == nil, !openSegment(first) { return false }
        guard let segment = open else { return false }
        if SmallFile.writeAll(descriptor, lines) {
            open?.bytes += lines.count
            open?.last = last
            return true
        }
        // Half a line must not stand before a whole one.
        _ = ftruncate(descriptor, off_t(segment.bytes))
        closeSegment()
        return false
    }

    private func openSegment(_ first: Int64) -> Bool {
        let folder = inFallback ? folders.fallback : folders.spool
        if inFallback, !folders.makeFallback() { return false }
        let name = SpoolFolders.name((sender, first), segment: true)
        let temporary = "\(folder)/.\(name).tmp"
        let path = "\(folder)/\(name)"
        let file = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file >= 0, jobmon_lock(file, 1) == 0, rename(temporary, path) == 0 {
            descriptor = file
            open = Segment(path: path, first: first, last: first - 1, bytes: 0, opened: time.steadySeconds())
            return true
        }
        if !saidFallback {
            saidFallback = true
            tell("\(folder) can't be written (\(SystemError.text())); trying \(folders.fallback)")
        }
        if file >= 0 {
            unlink(temporary)
            close(file)
        }
        return false
    }
}
