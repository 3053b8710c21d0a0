import Foundation

/// A window of a real tmux, to drive programs that have the whole terminal. It ends with the test's directory.
package struct Tmux: Sendable {
    package static let program: String? = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/opt/homebrew/bin/tmux"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private let socket: String

    /// Starts a command in a window. When it is over, the window says `exit STATUS` and stays.
    /// - Parameter directory: the test's own, for the socket.
    package static func start(
        _ command: [String], in directory: String, columns: Int = 80, rows: Int = 24,
        environment: [String: String] = [:]
    ) async throws -> Tmux {
        let tmux = Tmux(socket: "\(directory)/tmux")
        let words = command.map { "'\($0.replacingOccurrences(of: "'", with: "'\\''"))'" }.joined(separator: " ")
        var settings = ["LC_ALL": "C.UTF-8", "NO_COLOR": ""]
        settings.merge(environment) { $1 }
        let variables = settings.map { "\($0.key)='\($0.value)'" }.sorted().joined(separator: " ")
        // Ctrl-C ends the command, and not the shell.
        let script = "trap : INT; env \(variables) \(words); echo \"exit $?\"; exec cat >/dev/null"
        _ = try await tmux.ask(
            ["-f", "/dev/null", "-u", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", script])
        return tmux
    }

    private func ask(_ arguments: [String]) async throws -> String {
        guard let program = Self.program else { throw WaitTimeout(description: "tmux is not installed") }
        let done = try await Running(program, ["-S", socket] + arguments, stdin: "").finished()
        guard done.status == 0 else { throw WaitTimeout(description: "tmux \(arguments): \(done.stderr)") }
        return done.stdout
    }

    /// What the window shows, without spaces at the ends of lines.
    package func screen() async throws -> String { try await ask(["capture-pane", "-p"]) }

    /// Presses keys, by tmux's names (`Enter`, `Tab`, `C-c`), one after the other.
    package func press(_ keys: String...) async throws { _ = try await ask(["send-keys"] + keys) }

    /// Types text.
    package func type(_ text: String) async throws { _ = try await ask(["send-keys", "-l", text]) }

    package func resize(columns: Int, rows: Int) async throws {
        _ = try await ask(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// Waits until the window shows something.
    @discardableResult
    package func wait(
        _ what: String, within seconds: Double = 60, _ condition: (String) -> Bool
    ) async throws -> String {
        var last = ""
        do {
            try await waitUntil(what, within: seconds) {
                last = try await screen()
                return condition(last)
            }
        } catch let timeout as WaitTimeout {
            throw WaitTimeout(description: "\(timeout); the window shows:\n\(last)")
        }
        return last
    }

    /// Waits until the window shows a text.
    @discardableResult
    package func wait(for text: String, within seconds: Double = 60) async throws -> String {
        try await wait("the window shows \"\(text)\"", within: seconds) { $0.contains(text) }
    }
}
