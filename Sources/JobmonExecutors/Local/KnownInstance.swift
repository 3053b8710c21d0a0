package import JobmonCore

/// What is on record of an instance: what spool and ledger together say.
package struct KnownInstance: Sendable, Equatable {
    /// A RUNNING was spooled or recorded: its command was started, or was about to be.
    package var started: Bool
    package var host: String?
    package var bootID: String?
    package var process: ProcessIdentity?
    /// When something of it was last heard, as far as the ledger knows.
    package var lastSeen: Timestamp?
    /// How it ended, where that is on record.
    package var outcome: Outcome?
    /// How its command ended, where that is on record and why is not: a scheduler may have ended it.
    package var open: Outcome?

    package init(
        started: Bool = false, host: String? = nil, bootID: String? = nil, process: ProcessIdentity? = nil,
        outcome: Outcome? = nil
    ) {
        self.started = started
        self.host = host
        self.bootID = bootID
        self.process = process
        self.outcome = outcome
    }

    /// As the ledger has it.
    package init(_ record: InstanceRecord) {
        self.init(
            started: record.startedDate != nil || record.status == .running, host: record.host,
            bootID: record.bootID, process: record.process)
        lastSeen = record.lastSeen ?? record.startedDate
        let said = Outcome(
            status: record.status, cause: record.cause,
            evidence: Evidence(exitCode: record.exitCode, signal: record.signal), usage: record.usage,
            doubt: record.doubt, description: record.error, returnsAttempt: record.returnedAttempt)
        if record.status.isFinal { outcome = said } else if said.isOpen { open = said }
    }

    /// Adds a fact about it, as the spool has it.
    package mutating func take(_ fact: Fact) {
        switch fact {
        case .running(_, let start):
            started = true
            host = start.host ?? host
            bootID = start.bootID ?? bootID
            process = start.process ?? process
        case .process(_, let identity): process = identity
        case .outcome(_, let said):
            if said.status.isFinal { outcome = outcome ?? said } else if said.isOpen { open = said }
        case .submitted, .job, .error, .heartbeat, .retry, .cancel, .blocked, .forget, .run, .set, .group, .unreadable:
            break
        }
    }
}
