/// What a job says went wrong.
package struct JobError: Sendable, Equatable {
    /// In words.
    package var description: String
    /// The same as structure: where it was raised, by what, and what caused it; see docs/protocol.md.
    package var traceback: JSONObject?

    package init(_ description: String, traceback: JSONObject? = nil) {
        self.description = description
        self.traceback = traceback
    }
}
