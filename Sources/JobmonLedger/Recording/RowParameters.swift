import JobmonCore

/// What is written into rows of `event`.
enum EventParameter: Int, StatementParameter {
    case seq, sender, senderSeq, time, recordedTime, kind, jid, jobInstanceId, outcome, body, problem, changed, status
    case jobStatus, cause, instanceKey, queue, jobKey
    /// The sequence number that an early event had until it was applied.
    case earlier

    /// The columns of a new row.
    static var columns: [EventParameter] { allCases.filter { $0 != .earlier } }
}

/// What is written into rows of `job_instance`.
enum InstanceParameter: Int, StatementParameter {
    case jobInstanceId, instanceKey, jid, retryNumber, executor, executorId, status, submittedDate, stdoutPath,
        stderrPath, requestedSlots, requestedMemory, requestedRuntime
    case cause, host, bootId, pid, pidStarted, startedDate, wallclock, lastSeen
    case exitCode, signal, finishedDate, cpu, maxrss, maxrssAtMost, memoryPeak, memorySource, memoryBound, ioRead,
        ioWritten, oomKills, attemptReturned, doubt
    case evidence, relaunch
    case schedulerQueue, allocated
    /// It was heard of just now, and so is not late any more.
    case isSeen
    /// There is nothing in the file.
    case stdoutEmpty, stderrEmpty

    /// The columns of a new row.
    static let made: [InstanceParameter] = [
        .instanceKey, .jid, .retryNumber, .executor, .executorId, .status, .submittedDate, .stdoutPath, .stderrPath,
        .requestedSlots, .requestedMemory, .requestedRuntime,
    ]
    /// What changes while it lives.
    static let moved: [InstanceParameter] = [
        .status, .cause, .executorId, .host, .bootId, .pid, .pidStarted, .startedDate, .wallclock,
    ]
    /// What its end says.
    static let ended: [InstanceParameter] =
        [.exitCode, .signal, .finishedDate] + Usage.atEnd + [.oomKills, .attemptReturned, .doubt, .evidence, .relaunch]
}
