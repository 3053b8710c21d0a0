import Glibc
import JobmonCore
public import Logging

/// Sends the errors of a running job to its monitor. If the job then fails, what it logged as `error` or `critical` is
/// part of its error, before the end of its stderr. Logging changes no status.
///
/// The job is the innermost `monitored` that contains the logging task, or else this program itself (`$JOBMON_DIR` and
/// `$JOBMON_INSTANCE`, which every job of `jobmon exec` and of a queue has). Without either, nothing is sent. Use it
/// beside the program's own handler:
///
///     LoggingSystem.bootstrap { label in
///         MultiplexLogHandler([StreamLogHandler.standardError(label: label), JobmonLogHandler(label: label)])
///     }
///
/// Logging never waits for the monitor: a line is spooled, as one small file, and then sent.
public struct JobmonLogHandler: LogHandler {
    /// The minimum level. Below `.error` nothing is sent, whatever this is.
    public var logLevel: Logger.Level = .error
    /// Metadata that is added to every line.
    public var metadata: Logger.Metadata = [:]
    private let label: String

    /// Creates a handler for a logger's label.
    public init(label: String) { self.label = label }

    /// A value of `metadata`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Sends a line if it is an error, and returns at once.
    public func log(event: LogEvent) {
        guard event.level >= .error, let (facts, instance) = Self.job else { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var values = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        if let error = event.error { values += ": \(error)" }
        facts.say(.error(instance, JobError("\(label): \(event.message)\(values)")))
    }

    /// The job to which a line belongs.
    private static var job: (OwnFacts, InstanceReference)? {
        if let piece = ProgramPiece.current { return (piece.facts, piece.instance) }
        guard let key = getenv("JOBMON_INSTANCE").map({ String(cString: $0) }), !key.isEmpty,
            let layout = ProgramPiece.layout(nil)
        else { return nil }
        return (OwnFacts.of(layout), .key(key))
    }
}
