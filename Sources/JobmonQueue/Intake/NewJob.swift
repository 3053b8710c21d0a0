package import JobmonCore
import Synchronization

/// A job to be queued, by its key.
package struct NewJob: Sendable, Equatable {
    /// Within its queue and round.
    package var key: String
    package var description: JobDescription
    /// Its number among equals, from 1, that the key was made with; nil: somebody gave the key.
    package var occurrence: Int?

    package init(key: String, description: JobDescription, occurrence: Int? = nil) {
        self.key = key
        self.description = description
        self.occurrence = occurrence
    }
}
