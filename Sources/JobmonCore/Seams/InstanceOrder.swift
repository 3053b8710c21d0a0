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
    /// Those with a higher one start first.
    package var priority: Int32 = 0
    /// Other jobs can start when it is over, so that its end is told without delay.
    package var isAwaited = false

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

    /// Its place among those that wait for room.
    package var rank: StartRank { StartRank(priority: priority, jid: jid) }
}
