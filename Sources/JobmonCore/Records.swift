/// A job as the ledger has it, with its instances.
package struct JobRecord: Sendable, Equatable {
    package var jid: Int64
    /// Nil for a job that no queue owns (`exec`, plain requesters).
    package var queue: String?
    package var jobKey: String?
    /// `description.name` is the shown name: a job in the ledger always has one.
    package var description: JobDescription
    package var submittedDate: Timestamp
    package var status: Status
    /// Attempts used.
    package var attempts: Int
    package var cancelRequested: Bool
    /// Oldest first.
    package var instances: [InstanceRecord]
    /// When a person took it out of lists, counts and reports; nil: nobody did.
    package var forgotten: Timestamp?

    package init(
        jid: Int64, queue: String?, jobKey: String?, description: JobDescription, submittedDate: Timestamp,
        status: Status, attempts: Int, cancelRequested: Bool, instances: [InstanceRecord], forgotten: Timestamp? = nil
    ) {
        self.jid = jid
        self.queue = queue
        self.jobKey = jobKey
        self.description = description
        self.submittedDate = submittedDate
        self.status = status
        self.attempts = attempts
        self.cancelRequested = cancelRequested
        self.instances = instances
        self.forgotten = forgotten
    }
}

/// A job instance as the ledger has it.
package struct InstanceRecord: Sendable, Equatable {
    package var jobInstanceID: Int64
    package var instanceKey: String?
    package var jid: Int64
    package var retryNumber: Int
    package var executor: String
    package var executorID: String?
    package var status: Status
    package var cause: Cause?
    package var exitCode: Int?
    package var signal: Int?
    package var host: String?
    package var bootID: String?
    package var process: ProcessIdentity?
    package var submittedDate: Timestamp
    package var startedDate: Timestamp?
    package var finishedDate: Timestamp?
    package var lastSeen: Timestamp?
    package var lateSince: Timestamp?
    package var usage: Usage
    package var stdoutPath: String?
    package var stderrPath: String?
    package var returnedAttempt: Bool
    /// The description of its error; nil when it has none.
    package var error: String?
    /// What a cluster's scheduler gave it; nil outside of clusters.
    package var place: ClusterPlace?

    package init(
        jobInstanceID: Int64, instanceKey: String?, jid: Int64, retryNumber: Int, executor: String,
        executorID: String?, status: Status, cause: Cause?, exitCode: Int?, signal: Int?, host: String?,
        bootID: String?, process: ProcessIdentity?, submittedDate: Timestamp, startedDate: Timestamp?,
        finishedDate: Timestamp?, lastSeen: Timestamp?, lateSince: Timestamp?, usage: Usage, stdoutPath: String?,
        stderrPath: String?, returnedAttempt: Bool, error: String?,
        place: ClusterPlace? = nil
    ) {
        self.jobInstanceID = jobInstanceID
        self.instanceKey = instanceKey
        self.jid = jid
        self.retryNumber = retryNumber
        self.executor = executor
        self.executorID = executorID
        self.status = status
        self.cause = cause
        self.exitCode = exitCode
        self.signal = signal
        self.host = host
        self.bootID = bootID
        self.process = process
        self.submittedDate = submittedDate
        self.startedDate = startedDate
        self.finishedDate = finishedDate
        self.lastSeen = lastSeen
        self.lateSince = lateSince
        self.usage = usage
        self.stdoutPath = stdoutPath
        self.stderrPath = stderrPath
        self.returnedAttempt = returnedAttempt
        self.error = error
        self.place = place
    }
}

extension InstanceRecord {
    /// How it failed, in words and with the line of its error that says most.
    package var failure: String { Self.failure(error: error, cause: cause, exitCode: exitCode, signal: signal) }

    /// The same of what is known of an end.
    package static func failure(error: String?, cause: Cause?, exitCode: Int?, signal: Int?) -> String {
        let ending = ErrorText.ending(cause: cause, exitCode: exitCode, signal: signal)
        guard let error, !error.isEmpty else { return ending }
        let headline = ErrorText.headline(error)
        if headline.isEmpty { return ending }
        // An exception that a program reported itself has no number beside it.
        if cause == .exit, exitCode == nil, signal == nil { return headline }
        // A text that starts with the ending ("exit code 1, nothing on stderr") says it already.
        return headline.hasPrefix(ending) ? headline : "\(ending): \(headline)"
    }
}

/// The error of a failed instance, with what a list of errors shows beside it.
package struct ErrorRecord: Sendable, Equatable {
    package var id: Int64
    package var jobInstanceID: Int64
    package var errorTime: Timestamp
    package var description: String
    package var jid: Int64
    package var name: String
    package var retryNumber: Int
    package var cause: Cause?
    package var exitCode: Int?
    package var signal: Int?
    package var host: String?
    /// What went wrong as structure, where whoever reported it knew.
    package var traceback: JSONObject?

    package init(
        id: Int64, jobInstanceID: Int64, errorTime: Timestamp, description: String, jid: Int64, name: String,
        retryNumber: Int, cause: Cause?, exitCode: Int?, signal: Int?, host: String?,
        traceback: JSONObject? = nil
    ) {
        self.id = id
        self.jobInstanceID = jobInstanceID
        self.errorTime = errorTime
        self.description = description
        self.jid = jid
        self.name = name
        self.retryNumber = retryNumber
        self.cause = cause
        self.exitCode = exitCode
        self.signal = signal
        self.host = host
        self.traceback = traceback
    }
}

/// A part of a list: what comes after the id `after`, at most `limit` of them.
package struct Page: Sendable, Equatable {
    package static let maximumLimit = 10000

    package var after: Int64
    package var limit: Int

    package init(after: Int64 = 0, limit: Int = 1000) {
        self.after = after
        self.limit = min(max(1, limit), Self.maximumLimit)
    }
}

/// A page of a list, and where the next one starts.
package struct Paged<Item: Sendable>: Sendable {
    package var items: [Item]
    /// The `after` of the next page; nil when this is the last.
    package var next: Int64?

    package init(items: [Item], next: Int64?) {
        self.items = items
        self.next = next
    }
}

extension Paged: Equatable where Item: Equatable {}

/// How many jobs there are of each status.
package struct Summary: Sendable, Equatable {
    /// Every status that a job can have, also those with no job.
    package var jobs: [Status: Int]
    /// Running instances of which nothing was heard for long.
    package var late: Int
    /// Rows in `error`.
    package var errors: Int
    /// The ledger's latest sequence number.
    package var sequence: Int64

    package init(jobs: [Status: Int], late: Int, errors: Int, sequence: Int64) {
        self.jobs = jobs
        self.late = late
        self.errors = errors
        self.sequence = sequence
    }
}

/// The rows of a read-only SQL statement.
package struct QueryResult: Sendable, Equatable {
    package var columns: [String]
    package var rows: [[JSON]]
    /// There were more rows than are given.
    package var truncated: Bool

    package init(columns: [String], rows: [[JSON]], truncated: Bool) {
        self.columns = columns
        self.rows = rows
        self.truncated = truncated
    }
}

/// One change that is published: what an event did to a job and its instance.
package struct Change: Sendable, Equatable {
    /// The ledger's sequence number of the event that made it.
    package var sequence: Int64
    package var kind: String
    package var time: Timestamp
    package var jid: Int64?
    package var queue: String?
    package var jobKey: String?
    package var jobInstanceID: Int64?
    package var instanceKey: String?
    /// The instance's status after it.
    package var status: Status?
    /// The job's status after it.
    package var jobStatus: Status?
    package var cause: Cause?
    /// The headline of the error, where it made one.
    package var error: String?

    package init(
        sequence: Int64, kind: String, time: Timestamp, jid: Int64? = nil, queue: String? = nil,
        jobKey: String? = nil, jobInstanceID: Int64? = nil, instanceKey: String? = nil, status: Status? = nil,
        jobStatus: Status? = nil, cause: Cause? = nil, error: String? = nil
    ) {
        self.sequence = sequence
        self.kind = kind
        self.time = time
        self.jid = jid
        self.queue = queue
        self.jobKey = jobKey
        self.jobInstanceID = jobInstanceID
        self.instanceKey = instanceKey
        self.status = status
        self.jobStatus = jobStatus
        self.cause = cause
        self.error = error
    }
}

/// A report that was written.
package struct WrittenReport: Sendable, Equatable {
    package var path: String
    package var rows: Int

    package init(path: String, rows: Int) {
        self.path = path
        self.rows = rows
    }
}
