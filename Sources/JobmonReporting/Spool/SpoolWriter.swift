import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Keeps the events of a process that has few of them until a monitor has acknowledged them: a file for each,
/// `spool/<sender>.<seq>.json`, by a temporary name and a rename.
package final class SpoolWriter {
    package let sender: String
    private let folders: SpoolFolders
    private var saidFallback = false
    private var lookedForOthers = false

    /// - Parameter sender: the UUID that this process's events carry.
    package init(layout: DirectoryLayout, sender: String) {
        self.sender = sender
        folders = SpoolFolders(layout)
    }

    /// Spools an event; it is there, whole, when this returns true. When the directory's spool can't be written it goes
    /// to `$TMPDIR`, which is said once on stderr. False when that fails too, and for an event without an identity.
    @discardableResult
    package func write(_ event: Event) -> Bool {
        guard let identity = event.identity else { return false }
        var bytes: [UInt8] = []
        event.write(to: &bytes)
        bytes.append(0x0A)
        let name = SpoolFolders.name((identity.sender, identity.seq), segment: false)
        if put(bytes, name, in: folders.spool) {
            if !lookedForOthers { forwardFallback() }
            return true
        }
        let reason = SystemError.text()
        let kept = folders.makeFallback() && put(bytes, name, in: folders.fallback)
        if !saidFallback {
            saidFallback = true
            tell(
                kept
                    ? "\(folders.spool) can't be written (\(reason)); kept in \(folders.fallback) until it can"
                    : "\(folders.spool) can't be written (\(reason)), nor can \(folders.fallback): "
                        + "reports of this instance may be lost")
        }
        return kept
    }

    /// Forgets an event that was acknowledged. It may be gone already: whoever takes the spool in removes it too.
    package func remove(_ identity: EventIdentity) {
        let name = SpoolFolders.name((identity.sender, identity.seq), segment: false)
        if unlink("\(folders.spool)/\(name)") != 0, saidFallback { unlink("\(folders.fallback)/\(name)") }
    }

    /// Brings what an earlier process of this host had to leave in `$TMPDIR` to the directory's spool. Done by itself
    /// after the first event that could be spooled there.
    package func forwardFallback() {
        lookedForOthers = true
        guard folders.fallbackIsOurs, let names = SmallFile.names(in: folders.fallback) else { return }
        for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = "\(folders.fallback)/\(name)"
            guard let bytes = SmallFile.read(path, limit: EventLimits.event + 1) else { continue }
            if put(bytes, name, in: folders.spool) { unlink(path) }
        }
        rmdir(folders.fallback)
    }

    private func put(_ bytes: [UInt8], _ name: String, in folder: String) -> Bool {
        // The sender is in the name: two processes that forward the same file don't meet.
        let temporary = "\(folder)/.\(name).\(DirectoryLayout.fileName(sender)).tmp"
        return SmallFile.replace("\(folder)/\(name)", temporary: temporary, with: bytes)
    }
}
