package import JobmonCore
import Synchronization

/// A job to be queued, with its key.
package struct NewJob: Sendable, Equatable {
    /// The key within its queue and round.
    package var key: String
    package var description: JobDescription
    /// Its number among equal jobs, from 1, that is part of the key; nil if the key was given by a user.
    package var occurrence: Int?
    /// The jobs of the same queue that it waits for, as the user says it.
    package var after: [DependencyReference] = []
    /// Where it was given, for messages, such as `jobs.jsonl, line 3`; only for jobs that wait for others.
    package var place: String?

    package init(key: String, description: JobDescription, occurrence: Int? = nil) {
        self.key = key
        self.description = description
        self.occurrence = occurrence
    }
}
