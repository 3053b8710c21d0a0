import CJobmonPOSIX
import Glibc
package import JobmonCore
import JobmonSystem

/// Spools the events of a process that has few, until a monitor has acknowledged them: one file each,
/// `spool/<sender>.<seq>.json`, written under a temporary name and renamed.
package final class SpoolWriter {
    package let sender: String
    private let folders: SpoolFolders
    private var saidFallback = false
    private var lookedForOthers = false

    /// - Parameter sender: the UUID in the identities of this process's events.
    package init(layout: DirectoryLayout, sender: String) {
        self.sender = sender
        folders = SpoolFolders(layout)
    }

    /// Spools an event. If this returns true, it is there completely. If the directory's spool cannot be written, the
    /// event goes to `$TMPDIR`, with one message on stderr. False if that fails too, and for an event without an
    /// identity.
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

    /// Removes an acknowledged event. The monitor may have removed it already when taking in the spool.
    package func remove(_ identity: EventIdentity) {
        let name = SpoolFolders.name((identity.sender, identity.seq), segment: false)
        if unlink("\(folders.spool)/\(name)") != 0, saidFallback { unlink("\(folders.fallback)/\(name)") }
    }

    /// Moves events that an earlier process on this host left in `$TMPDIR` to the directory's spool. Done automatically
    /// after the first event that could be spooled there.
    package func forwardFallback() {
        lookedForOthers = true
        guard folders.fallbackIsOurs, let names = SmallFile.names(in: folders.fallback) else { return }
        for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = "\(folders.fallback)/\(name)"
            guard let bytes = SmallFile.read(path, limit: ProtocolLimits.event + 1) else { continue }
            if put(bytes, name, in: folders.spool) { unlink(path) }
        }
        rmdir(folders.fallback)
    }

    private func put(_ bytes: [UInt8], _ name: String, in folder: String) -> Bool {
        // The name contains the sender, so that two processes that forward the same file do not collide.
        let temporary = "\(folder)/.\(name).\(DirectoryLayout.fileName(sender)).tmp"
        return SmallFile.replace("\(folder)/\(name)", temporary: temporary, with: bytes)
    }
}
