/// An error that a job reports itself.
package struct JobError: Sendable, Equatable {
    /// The error as text.
    package var description: String
    /// The error in structured form: where it was raised, its type, and its cause; see docs/protocol.md.
    package var traceback: JSONObject?

    package init(_ description: String, traceback: JSONObject? = nil) {
        self.description = description
        self.traceback = traceback
    }
}
