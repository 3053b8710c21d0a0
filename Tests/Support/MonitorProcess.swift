import Foundation

/// A real monitor, `jobmon monitor DIR`, in a process of its own.
package enum MonitorProcess {
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    /// Starts a monitor and returns once it said that it is ready.
    package static func start(_ directory: String, _ arguments: [String] = []) async throws -> Running {
        let process = try Running(Executable.path, ["monitor", directory] + arguments)
        try await waitUntil("the monitor of \(directory) is ready", within: 30) {
            if process.stdout.contains("ready ") { return true }
            guard process.isRunning else {
                throw DidNotStart(description: "the monitor ended at once: \(try await process.finished().stderr)")
            }
            return false
        }
        return process
    }
}

/// Lets real time pass between two faults. Not a way to wait for anything: what a test waits for, it waits for with
/// `waitUntil`.
package func pauses(_ seconds: Double) async throws {
    try await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
}
