import CJobmonPOSIX
import Glibc
import JobmonCore
import JobmonSystem

/// Iterates over the files that a spool had when the iterator was made.
package struct SpoolBatchIterator: IteratorProtocol {
    private let reader: SpoolReader
    private var files: ArraySlice<SpoolReader.File>
    /// The position at which the front segment is read next.
    private var position: Int?
    private var line = 0

    /// The maximum number of events in one batch.
    private static let events = 1000
    private static let bytes = 4 << 20

    init(reader: SpoolReader) {
        self.reader = reader
        files = reader.files()[...]
    }

    package mutating func next() -> SpoolBatch? {
        while let file = files.first {
            if file.isSegment {
                if let batch = nextOfSegment(file) { return batch }
            } else if let batch = nextOfFiles() {
                return batch
            }
        }
        return nil
    }

    // MARK: Files with one event

    private mutating func nextOfFiles() -> SpoolBatch? {
        var events: [Event] = []
        var unreadable: [UnreadableSpool] = []
        var parts: [SpoolBatch.Part] = []
        var bytes = 0
        while let file = files.first, !file.isSegment, events.count < Self.events, bytes < Self.bytes {
            files.removeFirst()
            guard let content = SmallFile.read(file.path, limit: ProtocolLimits.event + 1024) else {
                let error = errno
                // The file is gone: another reader has delivered it.
                if error == ENOENT { continue }
                let isBad = error == 0 || error == ELOOP || error == EFBIG
                let reason = error == 0 ? "it is not a regular file" : SystemError.text(error)
                unreadable.append(UnreadableSpool(path: file.path, line: nil, reason: reason))
                if isBad { parts.append(SpoolBatch.Part(path: file.path, isBad: true)) }
                continue
            }
            bytes += content.count
            switch Self.read(content[...]) {
            case .success(let event):
                events.append(event)
                parts.append(SpoolBatch.Part(path: file.path))
            case .failure(let reason):
                unreadable.append(UnreadableSpool(path: file.path, line: nil, reason: reason.description))
                parts.append(SpoolBatch.Part(path: file.path, isBad: true))
            }
        }
        guard !parts.isEmpty || !unreadable.isEmpty else { return nil }
        return SpoolBatch(events: events, unreadable: unreadable, parts: parts, reader: reader)
    }

    // MARK: Segments

    private mutating func nextOfSegment(_ file: SpoolReader.File) -> SpoolBatch? {
        let start = position ?? reader.progress(file.path).end
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            let error = errno
            leaveFile()
            guard error != ENOENT else { return nil }
            let report = UnreadableSpool(path: file.path, line: nil, reason: SystemError.text(error))
            return SpoolBatch(events: [], unreadable: [report], parts: [], reader: reader)
        }
        defer { close(descriptor) }
        // Check the lock before reading: if it is free now, the end that is read is final.
        let isFinal = jobmon_lock(descriptor, 0) == 0
        let (content, atEnd) = readLines(descriptor, from: start)
        var events: [Event] = []
        var unreadable: [UnreadableSpool] = []
        var end = start
        var rest = content[...]
        while events.count < Self.events, let newline = rest.firstIndex(of: 0x0A) {
            line += 1
            let text = rest[..<newline]
            end += text.count + 1
            rest = rest[(newline + 1)...]
            switch Self.read(text) {
            case .success(let event): events.append(event)
            case .failure(let reason):
                unreadable.append(UnreadableSpool(path: file.path, line: line, reason: reason.description))
            }
        }
        if end == start, content.count >= 2 * Self.bytes {
            leaveFile()
            let reason = "a line of more than \(Self.bytes >> 20) MiB"
            let part = SpoolBatch.Part(
                path: file.path, start: start, end: start, isSegment: true, isLast: isFinal, isBad: true)
            let report = UnreadableSpool(path: file.path, line: line + 1, reason: reason)
            return SpoolBatch(events: [], unreadable: [report], parts: [part], reader: reader)
        }
        // The rest has no line end: if the segment is final, its owner died while writing; else it is still being
        // written.
        let isLast = atEnd && !rest.contains(0x0A)
        if !isLast, end > start { position = end } else { leaveFile() }
        let part = SpoolBatch.Part(
            path: file.path, start: start, end: end, isSegment: true, isLast: isLast && isFinal,
            isBad: !unreadable.isEmpty)
        if events.isEmpty, unreadable.isEmpty {
            // All of it was acknowledged before; it is closed now and can be removed.
            if part.isLast { reader.acknowledge([part]) }
            return nil
        }
        return SpoolBatch(events: events, unreadable: unreadable, parts: [part], reader: reader)
    }

    private mutating func leaveFile() {
        files.removeFirst()
        position = nil
        line = 0
    }

    /// Reads at least one whole line, if there is one. Also returns whether the end of the file was reached.
    private func readLines(_ descriptor: Int32, from start: Int) -> (content: [UInt8], atEnd: Bool) {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var hasLine = false
        while content.count < Self.bytes || (!hasLine && content.count < 2 * Self.bytes) {
            let count = pread(descriptor, &buffer, buffer.count, off_t(start + content.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return (content, count == 0) }
            hasLine = hasLine || buffer[..<count].contains(0x0A)
            content.append(contentsOf: buffer[..<count])
        }
        return (content, false)
    }

    private static func read(_ bytes: ArraySlice<UInt8>) -> Result<Event, ReadFailure> {
        do {
            return .success(try Event(try JSON(parsing: bytes)))
        } catch {
            return .failure(ReadFailure(description: "\(error)"))
        }
    }

    private struct ReadFailure: Error {
        var description: String
    }
}
