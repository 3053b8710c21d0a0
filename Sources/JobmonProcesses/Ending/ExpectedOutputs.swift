import Glibc
package import JobmonCore
import JobmonSystem

/// The outputs that are expected of a command, and what they were before its start.
package struct ExpectedOutputs: Sendable {
    /// A file or directory, as far as its change can be seen.
    private struct State: Sendable, Equatable {
        var inode: UInt64
        var size: Int64
        var modified: Int64
        var changed: Int64
        var isDirectory: Bool
        var isRegular: Bool
    }

    private struct Output: Sendable {
        /// As the user gave it.
        var path: String
        /// Where it is.
        var place: String
        var before: State?
    }

    private let outputs: [Output]
    private let isShared: @Sendable (String) -> Bool

    /// Seconds after a command's end for which an output on a network file system may still appear.
    package static let patience = 10.0
    /// Seconds between two looks.
    package static let interval = 0.25

    /// Looks at the outputs, before the command is started.
    /// - Parameters:
    ///   - directory: the command's directory; nil: ours.
    ///   - isShared: whether a path is on a file system that other hosts may write to.
    /// - Returns: nil if none is expected.
    package init?(
        _ paths: [String], in directory: String?,
        isShared: @escaping @Sendable (String) -> Bool = { SharedFileSystem.has($0) }
    ) {
        guard !paths.isEmpty else { return nil }
        self.isShared = isShared
        outputs = paths.map { path in
            let place = path.hasPrefix("/") ? path : directory.map { "\($0)/\(path)" } ?? path
            return Output(path: path, place: place, before: Self.state(of: place))
        }
    }

    /// What is found after the end.
    package struct Finding: Sendable, Equatable {
        /// The first that is missing or empty.
        package var missing: MissingOutput?
        /// The missing one may still appear: it is on a network file system, whose hosts see each other's files after a
        /// while only.
        package var mayAppear = false
        /// The first that is as it was before the start.
        package var untouched: String?
    }

    /// Looks at the outputs after the command's end.
    package func look() -> Finding {
        var finding = Finding()
        for output in outputs {
            let now = Self.state(of: output.place)
            if let now, !Self.isEmpty(output.place, now) {
                // A directory stays the same if a file in it is written anew.
                if now == output.before, !now.isDirectory { finding.untouched = finding.untouched ?? output.path }
                continue
            }
            finding.missing = MissingOutput(path: output.path, isEmpty: now != nil)
            finding.mayAppear = isShared(output.place)
            break
        }
        return finding
    }

    private static func isEmpty(_ place: String, _ state: State) -> Bool {
        // A device or pipe that is there is what it is.
        guard state.isDirectory else { return state.isRegular && state.size == 0 }
        guard let directory = opendir(place) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in bytes.prefix { $0 != 0 }.count }
            // All but `.` and `..`.
            if name > 2 || entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { return false }
            if name == 2, entry.pointee.d_name.1 != CChar(UInt8(ascii: ".")) { return false }
        }
        return true
    }

    private static func state(of place: String) -> State? {
        var facts = stat()
        if stat(place, &facts) != 0 {
            // A network file system remembers for a while that a file is not there, until its directory is opened.
            let directory = open(Self.parent(of: place), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if directory >= 0 { close(directory) }
            guard stat(place, &facts) == 0 else { return nil }
        }
        return State(
            inode: UInt64(facts.st_ino), size: Int64(facts.st_size), modified: nanoseconds(facts.st_mtim),
            changed: nanoseconds(facts.st_ctim), isDirectory: facts.st_mode & S_IFMT == S_IFDIR,
            isRegular: facts.st_mode & S_IFMT == S_IFREG)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func parent(of place: String) -> String {
        guard let slash = place.lastIndex(of: "/") else { return "." }
        return slash == place.startIndex ? "/" : String(place[..<slash])
    }
}
