import Glibc
import JobmonCore
public import Logging

/// Sends the errors of a running job to its monitor: what a program logs as an error or as critical stands in the job's
/// error when it then fails, before the end of its stderr. It changes no status.
///
/// The job is the one that this program is (`$JOBMON_DIR` and `$JOBMON_INSTANCE`, as every job of `jobmon exec` and of a
/// queue has them), or the innermost `monitored` that the logging task is in. Without either nothing is sent. Use it
/// beside the program's own handler:
///
///     LoggingSystem.bootstrap { label in
///         MultiplexLogHandler([StreamLogHandler.standardError(label: label), JobmonLogHandler(label: label)])
///     }
///
/// Logging never waits for the monitor: a line is spooled, which is one small file, and then sent.
public struct JobmonLogHandler: LogHandler {
    /// The least that is looked at; below `.error` nothing is sent whatever this is.
    public var logLevel: Logger.Level = .error
    /// What is said with every line.
    public var metadata: Logger.Metadata = [:]
    private let label: String

    /// A handler for the logger of a label.
    public init(label: String) { self.label = label }

    /// A value of `metadata`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Sends a line that is an error, and returns at once.
    public func log(event: LogEvent) {
        guard event.level >= .error, let (facts, instance) = Self.job else { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var values = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        if let error = event.error { values += ": \(error)" }
        facts.say(.error(instance, JobError("\(label): \(event.message)\(values)")))
    }

    /// The job that this is said of.
    private static var job: (OwnFacts, InstanceReference)? {
        if let piece = ProgramPiece.current { return (piece.facts, piece.instance) }
        guard let key = getenv("JOBMON_INSTANCE").map({ String(cString: $0) }), !key.isEmpty,
            let layout = ProgramPiece.layout(nil)
        else { return nil }
        return (OwnFacts.of(layout), .key(key))
    }
}
