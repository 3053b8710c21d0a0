extension Evidence {
    /// What is known besides the exit code, the signal and the count of kills for memory, which have columns of their own;
    /// nil: nothing.
    package var remarks: JSONObject? {
        var object = JSONObject()
        if timedOut { object.append("timed_out", .bool(true)) }
        if cancelled { object.append("ended_by_us", .bool(true)) }
        if oomShared { object.append("oom_shared", .bool(true)) }
        object.append("memory_taken", ifPresent: memoryTaken.map { .int($0) })
        object.append("memory_limit", ifPresent: memoryLimit.map { .int($0) })
        object.append("address_space_limit", ifPresent: addressSpaceLimit.map { .int($0) })
        if let notStarted { object.append("not_started", .string(ErrorText.sentence(notStarted))) }
        if let missingOutput { object.append("missing_output", .string(missingOutput.path)) }
        if let reportedError { object.append("reported_error", .string(reportedError)) }
        if let scheduler {
            object.append("scheduler", .string(scheduler.said))
            object.append("scheduler_cause", ifPresent: scheduler.cause.map { .string($0.rawValue) })
            if scheduler.isInferred { object.append("scheduler_inferred", .bool(true)) }
        }
        return object.isEmpty ? nil : object
    }
}
