/// What the streams of a command that failed say about it, and its log. Many programs tell on stdout why they end, and write
/// on stderr what comes of it, or nothing; a few tell it only in a file of their own. Where stderr gives no reason, the
/// others are read by the same rules.
package struct StreamReading: Sendable, Equatable {
    package enum Stream: String, Sendable {
        case stderr
        case stdout
        case log
    }

    /// What counts.
    package var reading: ErrorReading
    /// Where it was found.
    package var stream: Stream
    /// The last line of stdout, where nothing gives a reason: it shows how far the command got.
    package var lastOfStdout: String?

    /// What the error's group is made from: what counts, or else the last line of stdout.
    package var grouped: ErrorReading {
        lastOfStdout.map { ErrorReading("last", $0, weight: .guess) } ?? reading
    }

    /// - Parameters:
    ///   - stdout: nil where nobody looked.
    ///   - log: nil where there is none, or nobody looked.
    package init(stderr: String, stdout: String?, log: String? = nil) {
        self.init(ErrorReading(stderr), stdout: stdout, log: log)
    }

    private init(_ ofStderr: ErrorReading, stdout: String?, log: String?) {
        reading = ofStderr
        stream = .stderr
        guard ofStderr.weight < .reason else { return }
        for (other, text) in [(Stream.stdout, stdout), (.log, log)] {
            guard let text else { continue }
            let read = ErrorReading(text)
            if read.weight == .reason {
                (reading, stream, lastOfStdout) = (read, other, nil)
                return
            }
            if other == .stdout, read.weight == .guess, ofStderr.weight == .nothing { lastOfStdout = read.message }
        }
    }

    /// What says more than an end of stderr does (nil: stderr was not captured): the end of stdout, or of the log.
    /// - Parameters:
    ///   - stdout: reads the end of stdout. Only asked if stderr gives no reason.
    ///   - log: reads the end of the log. Only asked if stdout gives none either.
    package static func beside(
        _ stderr: String?, stdout: () -> String?, log: () -> KnownLog?
    ) -> (stdout: String?, log: KnownLog?) {
        let first = ErrorReading(stderr ?? "")
        guard first.weight < .reason else { return (nil, nil) }
        let stdout = stdout().flatMap { isData($0) ? nil : $0 }
        let found = StreamReading(first, stdout: stdout, log: nil)
        let end = stdout?.lastBytes(ErrorReading.looked)
        if found.stream == .stdout { return (end, nil) }
        if let log = log(), !isData(log.text), ErrorReading(log.text).weight == .reason {
            return (nil, KnownLog(path: log.path, text: log.text.lastBytes(ErrorReading.looked)))
        }
        return (found.lastOfStdout == nil ? nil : end, nil)
    }

    /// What has a byte 0 is no text.
    private static func isData(_ text: String) -> Bool { text.utf8.contains(0) }
}
