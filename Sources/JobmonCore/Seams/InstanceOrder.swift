/// An instance to run.
package struct InstanceOrder: Sendable, Equatable {
    package var instanceKey: String
    package var jid: Int64
    /// Counted from 0. (`{attempt}` is one more.)
    package var retryNumber: Int
    package var description: JobDescription
    /// Paths for its output; nil: the output is discarded.
    package var stdoutPath: String?
    package var stderrPath: String?

    package init(
        instanceKey: String, jid: Int64, retryNumber: Int, description: JobDescription, stdoutPath: String? = nil,
        stderrPath: String? = nil
    ) {
        self.instanceKey = instanceKey
        self.jid = jid
        self.retryNumber = retryNumber
        self.description = description
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
    }
}
