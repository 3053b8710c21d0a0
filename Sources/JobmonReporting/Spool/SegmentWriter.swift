import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Spools the events of a process that has many: they are appended, one line each, to
/// `spool/<sender>.<first seq>.jsonl`.
///
/// The owner holds a lock (`flock`) on the segment while it may append to it. If the lock is free, the segment is
/// closed or its owner is dead; in both cases nothing more is appended. A segment gets its name only after it is
/// locked, so an open segment is never seen unlocked.
package final class SegmentWriter {
    package let sender: String
    /// Every event up to this sequence number has been acknowledged.
    package private(set) var acknowledged: Int64 = -1
    private let folders: SpoolFolders
    private let time: TimeSource
    private let limits: Limits
    private var open: Segment?
    private var descriptor: Int32 = -1
    private var closed: [Segment] = []
    private var inFallback = false
    private var saidFallback = false

    /// Limits at which a segment is closed.
    package struct Limits: Sendable {
        /// Size in bytes.
        package var bytes = 256 << 10
        /// Age in seconds.
        package var age = 30.0
        /// Age in seconds if all its events have been acknowledged.
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

    /// Appends whole lines, the events `first` to `last` of this sender, with one write. From then on they survive the
    /// process. Returns false if they cannot be written anywhere; then none of them is in the spool.
    package func append(_ lines: [UInt8], first: Int64, last: Int64) -> Bool {
        if let segment = open, segment.bytes >= limits.bytes { closeSegment() }
        if write(lines, first, last) { return true }
        // Try the other folder: the first one may have room again by now.
        inFallback.toggle()
        if write(lines, first, last) { return true }
        return false
    }

    /// Notes that every event up to `seq` has been acknowledged. Closed segments without other events are removed.
    package func acknowledge(through seq: Int64) {
        guard seq > acknowledged else { return }
        acknowledged = seq
        while let first = closed.first, first.last <= seq {
            unlink(first.path)
            closed.removeFirst()
        }
    }

    /// Closes the open segment when it is old enough. Call it regularly.
    package func tend() {
        guard let segment = open else { return }
        let age = time.steadySeconds() - segment.opened
        if age >= limits.age || (age >= limits.idleAge && segment.last <= acknowledged) { closeSegment() }
    }

    /// Closes the open segment: unacknowledged events are left to the monitor.
    package func closeSegment() {
        guard let segment = open else { return }
        open = nil
        // An empty segment is removed while it is locked: its name may be used again.
        let isEmpty = segment.last < segment.first
        if isEmpty { unlink(segment.path) }
        close(descriptor)
        descriptor = -1
        if isEmpty { return }
        if segment.last <= acknowledged { unlink(segment.path) } else { closed.append(segment) }
    }

    // MARK: Closed segments

    /// The number of closed segments that no monitor is known to have taken in.
    package var left: Int { closed.count }

    /// The age of the open segment in seconds; nil if there is none.
    package var age: Double? { open.map { time.steadySeconds() - $0.opened } }

    /// Checks which closed segments a monitor has taken in: it removes them.
    package func lookForTaken() {
        while let first = closed.first, access(first.path, F_OK) != 0, errno == ENOENT {
            acknowledged = max(acknowledged, first.last)
            closed.removeFirst()
        }
    }

    /// The lines of the oldest closed segment, or of the open one if there is none, with the sequence number of the
    /// first; nil if there is no segment or it cannot be read.
    package func oldestLines() -> (first: Int64, lines: [ArraySlice<UInt8>])? {
        guard let segment = closed.first ?? open, let bytes = SmallFile.read(segment.path, limit: Int.max) else {
            return nil
        }
        return (segment.first, bytes.split(separator: 0x0A))
    }

    private func write(_ lines: [UInt8], _ first: Int64, _ last: Int64) -> Bool {
        if open == nil, !openSegment(first) { return false }
        guard let segment = open else { return false }
        if Descriptor.writeAll(descriptor, lines) {
            open?.bytes += lines.count
            open?.last = last
            return true
        }
        // A partial line must not precede a whole one.
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
