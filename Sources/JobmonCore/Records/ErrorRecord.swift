/// The error of a failed instance, with the columns that a list of errors shows beside it.
package struct ErrorRecord: Sendable, Equatable {
    package var id: Int64
    package var jobInstanceID: Int64
    package var errorTime: Timestamp
    package var description: String
    /// The line of it that lists show; nil in rows of earlier versions: it is read from the description.
    package var headline: String?
    package var jid: Int64
    package var name: String
    package var retryNumber: Int
    package var cause: Cause?
    package var exitCode: Int?
    package var signal: Int?
    package var host: String?
    /// The number of its group; nil: it is not grouped yet.
    package var group: Int64?
    /// The error in structured form, if its sender knew it.
    package var traceback: JSONObject?

    package init(
        id: Int64, jobInstanceID: Int64, errorTime: Timestamp, description: String,
        headline: String? = nil, jid: Int64, name: String, retryNumber: Int, cause: Cause?, exitCode: Int?,
        signal: Int?, host: String?, group: Int64? = nil, traceback: JSONObject? = nil
    ) {
        self.id = id
        self.jobInstanceID = jobInstanceID
        self.errorTime = errorTime
        self.description = description
        self.headline = headline
        self.jid = jid
        self.name = name
        self.retryNumber = retryNumber
        self.cause = cause
        self.exitCode = exitCode
        self.signal = signal
        self.host = host
        self.group = group
        self.traceback = traceback
    }
}

extension ErrorRecord {
    /// The line of it that lists show.
    package var errorLine: String { headline ?? ErrorText.headline(description) }
}
