import CJobmonAssets
import JobmonCore

/// The files of the page, which are inside the executable.
struct PageFiles: Sendable {
    struct File: Sendable {
        var type: String
        var bytes: [UInt8]
        /// Compressed; nil: that would not make it smaller.
        var compressed: [UInt8]?
        /// Changes with its content.
        var tag: String
    }

    /// By path.
    private let files: [String: File]

    /// Read once: the bytes are copied out of the executable.
    static let shared = PageFiles()

    private init() {
        var files: [String: File] = [:]
        for index in 0..<jobmon_asset_count() {
            let asset = jobmon_asset_at(index)
            let name = String(cString: asset.name)
            let bytes = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
            let compressed = Gzip.compressed(bytes, level: 9).flatMap { $0.count < bytes.count ? $0 : nil }
            files[name == "index.html" ? "/" : "/page/\(name)"] = File(
                type: String(cString: asset.type), bytes: bytes, compressed: compressed,
                tag: "\"\(String(FNV1a.hash(bytes), radix: 16))\"")
        }
        self.files = files
    }

    /// The file of a path; nil: there is none.
    subscript(_ path: String) -> File? { files[path] }

    /// The paths of all files, sorted.
    var paths: [String] { files.keys.sorted() }

    /// What the page may load, and from where: nothing but its own files, and no code in the markup.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
