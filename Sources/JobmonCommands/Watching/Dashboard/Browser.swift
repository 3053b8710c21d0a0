import Glibc
import Jobmon
import JobmonCore
import JobmonReporting

/// Opens the page in a browser.
enum Browser {
    /// Whether there is a browser that could be opened.
    static var isThere: Bool { program != nil }

    /// Opens a file that leads to the address: the list of processes shows the arguments of a command to everybody, and
    /// the address has a token.
    /// - Returns: false if there is no browser that could be opened.
    static func open(_ address: String, _ layout: DirectoryLayout) -> Bool {
        guard let program else { return false }
        let folder = layout.run
        removeOld(in: folder)
        let path = "\(folder)/\(prefix)\(makeUUID()).html"
        let page = """
            <!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
            <meta http-equiv="refresh" content="0;url=\(address)"><title>jobmon</title>
            <a href="\(address)">Open the page of jobmon</a>
            """
        guard SmallFile.replace(path, temporary: "\(path).tmp", with: Array(page.utf8)) else { return false }
        if BackgroundProgram.launch(program, ["file://\(path)"]) { return true }
        unlink(path)
        return false
    }

    private static let prefix = "dashboard."

    /// What opens a page here; nil: there is no screen, or nothing that opens one.
    private static var program: String? {
        if let named = Terminal.environment("BROWSER"), !named.isEmpty, !named.contains(where: { ":%".contains($0) }) {
            return Self.find(named)
        }
        let hasScreen = ["DISPLAY", "WAYLAND_DISPLAY"].contains { !(Terminal.environment($0) ?? "").isEmpty }
        return hasScreen ? find("xdg-open") : nil
    }

    private static func find(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        for folder in (Terminal.environment("PATH") ?? "").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if access(path, X_OK) == 0 { return path }
        }
        return nil
    }

    /// The files of earlier links, which are void.
    private static func removeOld(in folder: String) {
        let now = TimeSource.system.now().milliseconds / 1000
        for name in SmallFile.names(in: folder) ?? [] where name.hasPrefix(prefix) {
            var status = stat()
            let path = "\(folder)/\(name)"
            if lstat(path, &status) == 0, now - Int64(status.st_mtim.tv_sec) > 60 { unlink(path) }
        }
    }
}
