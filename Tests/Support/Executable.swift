import Foundation

/// The real executable under test, `jobmon`, from the same build as the tests.
package enum Executable {
    /// Its path: `$JOBMON_EXECUTABLE`, else beside the test bundle.
    package static let path: String = {
        if let given = ProcessInfo.processInfo.environment["JOBMON_EXECUTABLE"] { return given }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = bundle.deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("jobmon").path
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        return ".build/debug/jobmon"
    }()

    /// The result of a finished run.
    package struct Finished: Sendable {
        package var status: Int32
        /// Whether `status` is the signal that ended it, and not its exit code.
        package var signalled: Bool
        package var stdout: String
        package var stderr: String
    }

    /// Runs `jobmon` to its end.
    package static func run(
        _ arguments: [String], in directory: String? = nil, environment: [String: String] = [:], stdin: String = ""
    ) async throws -> Finished {
        try await Running(path, arguments, in: directory, environment: environment, stdin: stdin).finished()
    }
}
