import JobmonCore

/// Puts a report into one file, which needs nothing else: the page itself, and the answers that its modules find in it.
struct FrozenPage {
    private let files: PageFiles
    /// What scripts and styles of this file have in common, so that the browser runs no other.
    private let nonce: String

    init(files: PageFiles = .shared, nonce: String) {
        self.files = files
        self.nonce = nonce
    }

    /// The file up to the answers.
    func opening() throws(Problem) -> [UInt8] {
        var bytes = Array(
            """
            <!doctype html>
            <!-- A report of jobmon: the monitor's page with frozen answers. It loads nothing from anywhere. -->
            <html lang="en" data-report>
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>jobmon report</title>
            <link rel="icon" href="data:image/svg+xml;base64,
            """.utf8)
        bytes += Base64.encoded(try file("/page/icon.svg"))
        bytes += Array("\">\n<style nonce=\"\(nonce)\">\n".utf8)
        bytes += try file("/page/style.css")
        bytes += try file("/page/more.css")
        bytes += Array("</style>\n<script nonce=\"\(nonce)\">\n".utf8)
        bytes += try file("/page/early.js")
        bytes += Array("</script>\n<script type=\"importmap\" nonce=\"\(nonce)\">".utf8)
        bytes += try importMap()
        let start = FrozenModules.name("main.js")
        bytes += Array("</script>\n<script type=\"module\" nonce=\"\(nonce)\">import '\(start)';</script>\n".utf8)
        bytes += Array("</head>\n<body>".utf8)
        bytes += try body()
        return bytes
    }

    /// A part of the answers. It is no script for the browser: it has another type.
    static func part(_ number: Int, _ packed: [UInt8]) -> [UInt8] {
        Array("<script type=\"text/plain\" id=\"part-\(number)\">".utf8) + packed + Array("</script>\n".utf8)
    }

    static let ending = Array("</body>\n</html>\n".utf8)

    private var policy: String {
        "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; img-src data:; "
            + "base-uri 'none'; form-action 'none'"
    }

    private func file(_ path: String) throws(Problem) -> [UInt8] {
        guard let file = files[path] else { throw Problem(.internalError, "the page has no file \(path)") }
        return file.bytes
    }

    private func importMap() throws(Problem) -> [UInt8] {
        let folder = "/page/"
        // It runs before the modules, and is not one.
        let modules = files.paths.filter { $0.hasPrefix(folder) && $0.hasSuffix(".js") && $0 != "/page/early.js" }
            .map { String($0.dropFirst(folder.count)) }
        let names = Set(modules)
        var bytes = Array("{\"imports\":{".utf8)
        for (index, module) in modules.enumerated() {
            let text = FrozenModules.rewritten(try file(folder + module), of: module, files: names)
            bytes += Array("\(index > 0 ? "," : "")\"\(FrozenModules.name(module))\":".utf8)
            bytes += Array("\"data:text/javascript;charset=utf-8;base64,".utf8) + Base64.encoded(text)
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes + Array("}}".utf8)
    }

    /// The page's body, which is the same but for what is said to a browser without JavaScript.
    private func body() throws(Problem) -> [UInt8] {
        let text = String(decoding: try file("/"), as: UTF8.self)
        guard let start = text.firstRange(of: "<body>"), let end = text.firstRange(of: "</body>") else {
            throw Problem(.internalError, "the page has no body")
        }
        let other = "A report without it is written by \"jobmon report --md\"."
        let body = text[start.upperBound..<end.lowerBound]
            .replacing("The same is shown in a terminal by \"jobmon watch\".", with: other)
        return Array(body.utf8)
    }
}
