import Foundation

/// A real monitor, `jobmon monitor DIR`, in a separate process.
package enum MonitorProcess {
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    /// Starts a monitor, and returns once it says that it is ready.
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

/// Lets real time pass between two faults. Never use it to wait for something: use `waitUntil` for that.
package func pauses(_ seconds: Double) async throws {
    try await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
}
