import JobmonCore

/// The instances and jobs that events were about lately, as they stand. What a batch changes of them is written once, at
/// its end: a quick job takes all its statuses within one batch.
///
/// There is one writer, so nobody else changes these rows, and what is kept stays true from batch to batch. After a
/// rollback nothing of it is: then it is emptied.
struct StateCache {
    private var instances: [Int64: InstanceState] = [:]
    private var instanceIDs: [ExactText: Int64] = [:]
    private var jobs: [Int64: JobState] = [:]
    private var jids: [JobKey: Int64] = [:]
    private var changedInstances: [Int64] = []
    private var changedJobs: [Int64] = []

    /// The queue and key of a job.
    private struct JobKey: Hashable {
        let queue: ExactText
        let key: ExactText

        init?(_ queue: String?, _ key: String?) {
            guard let queue, let key else { return nil }
            self.queue = ExactText(queue)
            self.key = ExactText(key)
        }
    }

    /// So many instances are kept between batches, at most.
    private static let limit = 2000

    // MARK: - Looking

    /// An instance, its job as that stands.
    func instance(_ reference: InstanceReference) -> InstanceState? {
        let id: Int64? =
            switch reference {
            case .id(let id): id
            case .key(let key): instanceIDs[ExactText(key)]
            }
        // Whose job was forgotten is looked up anew: the job that is kept with it here is as old as it is.
        guard let id, var instance = instances[id], let job = jobs[instance.job.jid] else { return nil }
        instance.job = job
        return instance
    }

    func job(_ reference: JobReference) -> JobState? {
        switch reference {
        case .jid(let jid): jobs[jid]
        case .key(let queue, let key): JobKey(queue, key).flatMap { jids[$0] }.flatMap { jobs[$0] }
        }
    }

    // MARK: - Keeping

    /// Keeps an instance as its row has it, and its job unless that is kept already. - Returns: the two as they stand.
    mutating func keep(_ instance: InstanceState) -> InstanceState {
        var kept = instance
        if let job = jobs[instance.job.jid] { kept.job = job } else { keep(instance.job) }
        instances[instance.id] = kept
        if let key = instance.key { instanceIDs[ExactText(key)] = instance.id }
        return kept
    }

    /// Keeps a job as its row has it.
    mutating func keep(_ job: JobState) {
        jobs[job.jid] = job
        if let key = JobKey(job.queue, job.key) { jids[key] = job.jid }
    }

    /// Keeps what changed of an instance, until it is written.
    mutating func change(_ instance: InstanceState) {
        var changed = instance
        changed.isChanged = true
        guard let place = instances.index(forKey: instance.id) else {
            changedInstances.append(instance.id)
            _ = keep(changed)
            return
        }
        // Its key and its job are kept already.
        if !instances.values[place].isChanged { changedInstances.append(instance.id) }
        if let job = jobs[instance.job.jid] { changed.job = job } else { keep(instance.job) }
        instances.values[place] = changed
    }

    /// Keeps what changed of a job, until it is written.
    mutating func change(_ job: JobState) {
        var changed = job
        changed.isChanged = true
        guard let place = jobs.index(forKey: job.jid) else {
            changedJobs.append(job.jid)
            keep(changed)
            return
        }
        if !jobs.values[place].isChanged { changedJobs.append(job.jid) }
        let before = JobKey(jobs.values[place].queue, jobs.values[place].key)
        jobs.values[place] = changed
        if let key = JobKey(job.queue, job.key), key != before { jids[key] = job.jid }
    }

    /// Forgets a job, and all its instances with it. To be called when all is written.
    mutating func drop(_ job: JobState) {
        jobs[job.jid] = nil
        if let key = JobKey(job.queue, job.key) { jids[key] = nil }
    }

    // MARK: - Writing

    /// What is to be written now; from here on it counts as written.
    mutating func takeChanged() -> (instances: [InstanceState], jobs: [JobState]) {
        let taken = (changedInstances.compactMap { instances[$0] }, changedJobs.compactMap { jobs[$0] })
        for id in changedInstances { instances[id]?.wasWritten() }
        for jid in changedJobs { jobs[jid]?.isChanged = false }
        changedInstances.removeAll(keepingCapacity: true)
        changedJobs.removeAll(keepingCapacity: true)
        return taken
    }

    /// Forgets those that are over, of which little more will be heard. To be called when all is written.
    mutating func forget(over: [InstanceState]) {
        for instance in over where instance.status.isFinal {
            instances[instance.id] = nil
            if let key = instance.key { instanceIDs[ExactText(key)] = nil }
            guard let job = jobs[instance.job.jid], job.status.isFinal else { continue }
            jobs[job.jid] = nil
            if let key = JobKey(job.queue, job.key) { jids[key] = nil }
        }
        if instances.count > Self.limit || jobs.count > 2 * Self.limit { self = StateCache() }
    }
}
