/// What the two streams of a command that failed say about it. Many programs tell on stdout why they end, and write on
/// stderr what comes of it, or nothing: where stderr gives no reason, stdout is read by the same rules.
package struct StreamReading: Sendable, Equatable {
    package enum Stream: String, Sendable {
        case stdout
        case stderr
    }

    /// What counts.
    package var reading: ErrorReading
    /// Where it was found.
    package var stream: Stream
    /// The last line of stdout, where nothing gives a reason: it shows how far the command got.
    package var lastOfStdout: String?

    /// - Parameter stdout: nil where nobody looked.
    package init(stderr: String, stdout: String?) { self.init(ErrorReading(stderr), stdout: stdout) }

    private init(_ ofStderr: ErrorReading, stdout: String?) {
        reading = ofStderr
        stream = .stderr
        guard reading.weight < .reason, let stdout else { return }
        let other = ErrorReading(stdout)
        switch other.weight {
        case .reason:
            reading = other
            stream = .stdout
        case .guess where reading.weight == .nothing: lastOfStdout = other.message
        case .guess, .nothing: break
        }
    }

    /// The end of stdout that is read, if it says more than an end of stderr does (nil: stderr was not captured); else nil.
    /// - Parameter end: Reads the end of stdout. Only asked if stderr gives no reason.
    package static func stdout(beside stderr: String?, _ end: () -> String?) -> String? {
        let first = ErrorReading(stderr ?? "")
        // What has a byte 0 is data.
        guard first.weight < .reason, let stdout = end(), !stdout.utf8.contains(0) else { return nil }
        let found = StreamReading(first, stdout: stdout)
        guard found.stream == .stdout || found.lastOfStdout != nil else { return nil }
        return stdout.lastBytes(ErrorReading.looked)
    }
}
