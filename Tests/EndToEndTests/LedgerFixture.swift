import Foundation
import JobmonTestSupport

/// A directory as an earlier build of jobmon left it: `Tests/Fixtures/NAME`. It was made at a path of 150 bytes, which
/// its files contain. The copy gets another path of the same length, so that nothing else changes in them.
struct LedgerFixture {
    /// The directory with the ledger.
    let directory: String
    /// A file with one line for each run of a job's command.
    let marks: String

    private static let original =
        "/tmp/jobmon-ledger-fixture/" + String(repeating: "x", count: 150 - "/tmp/jobmon-ledger-fixture/".count)

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures").path

    init(_ name: String, in parent: String) throws {
        let files = FileManager.default
        let root = parent + "/" + String(repeating: "x", count: Self.original.utf8.count - parent.utf8.count - 1)
        try files.createDirectory(atPath: root, withIntermediateDirectories: false)
        directory = "\(root)/mon"
        marks = "\(parent)/marks"
        let source = "\(Self.folder)/\(name)/mon"
        for path in try files.subpathsOfDirectory(atPath: source) {
            var isFolder: ObjCBool = false
            guard files.fileExists(atPath: "\(source)/\(path)", isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            let copy = URL(fileURLWithPath: "\(directory)/\(path)")
            try files.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(path)"))
            try Self.moved(bytes, to: root).write(to: copy)
        }
        try files.copyItem(atPath: "\(Self.folder)/\(name)/lines.txt", toPath: "\(parent)/lines.txt")
        try files.createSymbolicLink(atPath: "\(root)/jobmon", withDestinationPath: Executable.path)
        _ = files.createFile(atPath: marks, contents: nil)
    }

    private static func moved(_ bytes: Data, to root: String) -> Data {
        var bytes = bytes
        let old = Data(original.utf8)
        var from = bytes.startIndex
        while let found = bytes.range(of: old, in: from..<bytes.endIndex) {
            bytes.replaceSubrange(found, with: Data(root.utf8))
            from = found.upperBound
        }
        return bytes
    }

    /// The runs since then, as pairs of words.
    func ran() throws -> [String] {
        try String(contentsOfFile: marks, encoding: .utf8).split(separator: "\n").map(String.init).sorted()
    }

    /// Runs `jobmon` as the build that made the directory was run: in `/`.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Executable.Finished {
        try await Executable.run(
            arguments, in: "/", environment: environment.merging(["RAN": marks]) { given, _ in given })
    }
}
