import JobmonCore

/// What is to be done: a file to run (or a program), what it is called with, and what it is known by. Made by
/// `JobQueue.createJob`, and nothing happens before it is queued.
public struct Job: Sendable, Hashable {
    /// For people; any text.
    public var name: String
    /// A script (`.py`, `.R`, `.do`, `.sh`, which get their interpreter), or a program: a path, or a name on PATH.
    public var runfile: String
    /// What it is called with, word by word; no shell sees them. `{jid}` and `{attempt}` are filled in.
    public var parameters: [String]
    /// Named values to filter by, such as `["year": "1995"]`.
    public var params: [String: String]
    /// What makes it the same job when it is queued again, in this program or in a later one: one that is complete is
    /// not run again.
    public var key: String
    /// The working directory; nil: the one that this program was in when the job was queued.
    public var workingDirectory: String?
    /// Variables that are added to the environment.
    public var environment: [String: String]
}
