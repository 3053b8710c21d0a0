import CJobmonPOSIX
import Glibc
package import JobmonCore
import Synchronization

/// Reads the events that wait in a directory's spool and in this host's fallback. Several processes may read at once.
///
/// For repeated reads keep one reader: it remembers how far open segments were acknowledged. To find events in spool
/// and ledger, read the spool first: an event leaves it only after it is in the ledger.
package final class SpoolReader: Sendable {
    private let layout: DirectoryLayout
    private let memory: Mutex<[String: Progress]> = Mutex([:])

    /// How far a segment has been acknowledged.
    struct Progress: Sendable {
        var end = 0
        var isBad = false
    }

    package init(layout: DirectoryLayout) { self.layout = layout }

    /// All waiting events in batches. Events that are spooled meanwhile may be included or not.
    package func batches() -> SpoolBatches { SpoolBatches(reader: self) }

    /// The waiting events about the given instances, in the order in which they were spooled.
    package func events(about keys: Set<String>) -> [Event] {
        var found: [Event] = []
        for batch in SpoolReader(layout: layout).batches() {
            found += batch.events.filter { $0.fact.instanceKey.map(keys.contains) ?? false }
        }
        return found
    }

    /// The number of waiting events, without reading their content. A monitor may have some of them already: a file is
    /// removed a moment after its events are recorded.
    package func count() -> Int {
        files().reduce(0) { count, file in
            guard file.isSegment else { return count + 1 }
            guard let bytes = SmallFile.read(file.path, limit: Int.max) else { return count }
            return count + bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        }
    }

    /// A file in the spool.
    struct File {
        var path: String
        var sender: String
        var seq: Int64
        var isSegment: Bool
    }

    /// The spool's files, by sender and sequence number.
    func files() -> [File] {
        let folders = SpoolFolders(layout)
        var found: [File] = []
        for folder in [folders.spool] + (folders.fallbackIsOurs ? [folders.fallback] : []) {
            for name in SmallFile.names(in: folder) ?? [] where !name.hasPrefix(".") {
                let parts = name.split(separator: ".", omittingEmptySubsequences: false)
                guard parts.count >= 3, let ending = parts.last, ending == "json" || ending == "jsonl",
                    let seq = Int64(parts[parts.count - 2])
                else { continue }
                found.append(
                    File(
                        path: "\(folder)/\(name)", sender: parts.dropLast(2).joined(separator: "."), seq: seq,
                        isSegment: ending == "jsonl"))
            }
        }
        found.sort { one, other in
            one.sender == other.sender ? one.seq < other.seq : one.sender < other.sender
        }
        let paths = Set(found.lazy.filter(\.isSegment).map(\.path))
        memory.withLock { memory in memory = memory.filter { paths.contains($0.key) } }
        return found
    }

    func progress(_ path: String) -> Progress { memory.withLock { $0[path] ?? Progress() } }

    func acknowledge(_ parts: [SpoolBatch.Part]) {
        for part in parts {
            guard part.isSegment else {
                if part.isBad { setAside(part.path) } else { unlink(part.path) }
                continue
            }
            let finished: Progress? = memory.withLock { memory in
                var progress = memory[part.path] ?? Progress()
                // An earlier part that was not acknowledged is returned again, and this one after it.
                guard progress.end == part.start else { return nil }
                progress.end = part.end
                if part.isBad { progress.isBad = true }
                memory[part.path] = part.isLast ? nil : progress
                return part.isLast ? progress : nil
            }
            if let finished {
                if finished.isBad { setAside(part.path) } else { unlink(part.path) }
            }
        }
    }

    /// Moves an unreadable file to `spool/bad`, where a person can inspect it.
    private func setAside(_ path: String) {
        let folder = "\(layout.spool)/bad"
        mkdir(folder, 0o700)
        let name = path.split(separator: "/").last.map(String.init) ?? "unnamed"
        rename(path, "\(folder)/\(name)")
    }
}

extension Fact {
    /// The key of the only instance that this fact is about; nil if there is none.
    package var instanceKey: String? {
        switch self {
        case .submitted(let instance, _):
            if case .key(let key) = instance { key } else { nil }
        case .running(let instance, _), .process(let instance, _), .outcome(let instance, _), .error(let instance, _):
            if case .key(let key) = instance { key } else { nil }
        case .job, .heartbeat, .retry, .cancel, .blocked, .forget, .run, .set, .group, .unreadable: nil
        }
    }
}
