import JobmonCore

/// A piece of work: a script or program to run, its arguments, and its name and key. `JobQueue.createJob` makes it;
/// nothing happens before it is queued.
public struct Job: Sendable, Hashable {
    /// The job's name for people; any text.
    public var name: String
    /// A script (`.py`, `.R`, `.do` or `.sh`, which get their interpreter), or a program: a path, or a name on PATH.
    public var runfile: String
    /// The arguments, one word per element; no shell interprets them. `{jid}` and `{attempt}` are filled in.
    public var parameters: [String]
    /// Named values for filters, such as `["year": "1995"]`.
    public var params: [String: String]
    /// Identifies the job when it is queued again, by this program or a later one. A job that is complete is not run
    /// again.
    public var key: String
    /// The working directory; nil: the current directory of this program when the job is queued.
    public var workingDirectory: String?
    /// Variables that are added to the environment.
    public var environment: [String: String]
}
