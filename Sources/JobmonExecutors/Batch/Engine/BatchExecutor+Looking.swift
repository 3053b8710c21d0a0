package import JobmonCore
import JobmonSystem
import Synchronization

extension BatchExecutor {
    package func observe(_ keys: [String]) async throws(ExecutorError) -> [String: Observation] {
        guard !keys.isEmpty else {
            // Is it there at all?
            _ = try await list([])
            return [:]
        }
        // Whoever reported its end is over, whether or not the scheduler has noticed.
        let records = try await records(of: keys)
        var answers = records.compactMapValues { $0.outcome.map { Observation.ended($0) } }
        let left = keys.filter { answers[$0] == nil }
        let (ours, recent) = state.withLock { state in
            (Set(left.filter { state.batches.tasks[$0] != nil }), recentlyFound(state))
        }
        for key in ours { answers[key] = recent[key] }
        let unseen = ours.filter { answers[$0] == nil }
        if !unseen.isEmpty {
            answers.merge(try await look(at: Array(unseen))) { known, _ in known }
            // Of the rest it is too early to judge: the look that follows says more, by itself.
            for key in ours where answers[key] == nil {
                answers[key] = files.claimant(key) == .wrapper ? .running : .waiting
            }
        }
        // One without a manifest was never handed over.
        for key in left where !ours.contains(key) {
            if records[key]?.started == true || files.claimant(key) == .wrapper {
                answers[key] = .unknown("it was started, but its manifest is gone: its outcome cannot be determined")
            } else {
                answers[key] = .neverStarted
            }
        }
        return answers
    }

    /// What was found so lately that a scheduler whose answers take long is not asked anew.
    private func recentlyFound(_ state: State) -> [String: Observation] {
        guard !state.saidAway, state.delay > configuration.interval, now() - state.looked.at < state.delay else {
            return [:]
        }
        return state.looked.found
    }

    private func records(of keys: [String]) async throws(ExecutorError) -> [String: KnownInstance] {
        do { return try await known(keys) } catch {
            throw .unreachable("the recorded instances can't be read: \(error)")
        }
    }

    /// One complete list of the scheduler's, and what it says of these instances; nil: they are not in it.
    func list(_ keys: [String]) async throws(ExecutorError) -> [String: ListedTask.Standing?] {
        let begun = now()
        let list = try await listed()
        let ended = now()
        noteAnswer(after: ended - begun)
        return state.withLock { $0.batches.take(list, begunAt: begun, endedAt: ended, wanted: keys) }
    }

    /// The list as the scheduler gives it, complete.
    func listed() async throws(ExecutorError) -> [ListedTask] {
        let list = try dialect.readList(try await run(dialect.list))
        // Nothing at all may be what a scheduler prints that does not answer.
        if list.isEmpty, let probe = dialect.probe {
            let result = try await run(probe)
            guard dialect.readProbe(result) else {
                throw .unreachable(dialect.sentence(result.text))
            }
        }
        return list
    }

    /// What became of instances: the scheduler's list first, then what is on record, then the accounting. Nothing is
    /// forgotten here: that follows once the queue has what was found on record. Where one can't be judged for now, the
    /// others are.
    func look(at keys: [String]) async throws(ExecutorError) -> [String: Observation] {
        var answers: [String: Observation] = [:]
        var broken: [String] = []
        var absent: [String] = []
        let begun = now()
        for (key, standing) in try await list(keys) {
            switch standing {
            case .waiting?: answers[key] = .waiting
            case .running?: answers[key] = .running
            case .broken?: broken.append(key)
            case nil: absent.append(key)
            }
        }
        let listed = answers
        state.withLock { $0.looked = Looked(at: begun, found: listed) }
        if !broken.isEmpty {
            let explained = await attempt { () async throws(ExecutorError) in try await explain(broken) }
            answers.merge(explained ?? [:]) { _, explained in explained }
        }
        guard !absent.isEmpty else { return answers }

        // Whoever runs an instance spools its end before it ends: what is not on record now nobody saw, but for what a
        // file system shows late.
        let found = await attempt { () async throws(ExecutorError) in try await records(of: absent) }
        guard let records = found else { return answers }
        var unseen: [String] = []
        for key in absent {
            if let outcome = records[key]?.outcome { answers[key] = .ended(outcome) } else { unseen.append(key) }
        }
        guard !unseen.isEmpty else { return answers }
        let accounts = await accounts(of: unseen)
        state.withLock { $0.lookAt = min($0.lookAt, now() + max(1, $0.delay / 4)) }
        let confirmations = Confirmations()
        for key in unseen {
            let judged = await attempt { () async throws(ExecutorError) in
                try await judge(key, records[key], accounts, confirmations)
            }
            if let judged = judged ?? nil { answers[key] = judged }
        }
        return answers
    }

    /// What could be found out, or nil: then the scheduler is asked again later.
    private func attempt<Value>(_ body: () async throws(ExecutorError) -> Value) async -> Value? {
        do throws(ExecutorError) {
            return try await body()
        } catch {
            noteAway(error)
            return nil
        }
    }

    /// What the accounting said.
    private struct Accounts {
        /// Its records, by job name.
        var records: [String: [AccountedTask]] = [:]
        /// It answered.
        var isComplete = true
    }

    /// Seconds-long command lines are nobody's: so many jobs are asked about at once.
    private static let accountedAtOnce = 100

    private func accounts(of keys: [String]) async -> Accounts {
        let wanted = state.withLock { $0.batches.accounted(keys) }
        var accounts = Accounts()
        await version()
        let dialect = dialect
        // A job whose id is not known is asked for by its name, which is another question.
        for group in [wanted.filter { $0.job != nil }, wanted.filter { $0.job == nil }] {
            var rest = group[...]
            while !rest.isEmpty {
                let part = Array(rest.prefix(Self.accountedAtOnce))
                rest = rest.dropFirst(part.count)
                do throws(ExecutorError) {
                    for task in try dialect.readAccounts(try await run(dialect.account(part, configuration.time.now())))
                    {
                        accounts.records[task.name, default: []].append(task)
                    }
                    state.withLock { $0.saidNoAccounts = false }
                } catch {
                    accounts.isComplete = false
                    state.withLock { state in
                        guard !state.saidNoAccounts else { return }
                        state.saidNoAccounts = true
                        state.reports.append(
                            .remark("the accounting of \(dialect.title) can't be asked (\(error)); waiting for it"))
                    }
                    return accounts
                }
            }
        }
        return accounts
    }

    /// What is to be made of an instance that is not in the list and whose end nobody reported; nil: nothing yet.
    private func judge(
        _ key: String, _ record: KnownInstance?, _ accounts: Accounts, _ confirmations: Confirmations
    ) async throws(ExecutorError) -> Observation? {
        guard
            let (task, batch) = state.withLock({ state -> (BatchState.Task, BatchState.Batch)? in
                guard let task = state.batches.tasks[key], let batch = state.batches.batches[task.batch] else {
                    return nil
                }
                return (task, batch)
            })
        else { return nil }
        if let open = record?.open { return try await judge(open, key, task, batch, accounts, confirmations) }
        let absent = now() - (task.absentSince ?? now())
        let hasBegun = record?.started == true || files.claimant(key) == .wrapper
        if let account = state.withLock({ $0.batches.record(of: key, in: accounts.records) }), account.isFinal {
            if hasBegun {
                // The wrapper's own word may be on its way: it says more.
                guard absent >= Self.settling else { return nil }
                if account.isPresumed, !isSilent(record) { return .running }
                // It is heard of after its end: what the scheduler has ended goes on, on a node that it does not reach.
                // (Not what was on its way meanwhile: its next sign of life comes half a minute after the last.)
                let gone = configuration.time.now().advanced(bySeconds: Self.onItsWay - absent)
                if let seen = record?.lastSeen, seen > gone, !isSilent(record) { return .running }
            } else if try !claim(key) {
                // It begins just now.
                return nil
            }
            return .ended(outcome(account, task, batch, hasBegun: hasBegun))
        }
        // One that we had removed before it began leaves no record with some schedulers.
        let isWithdrawn = task.cancel != nil && !hasBegun
        let patience = batch.job == nil ? Self.appearing : isWithdrawn ? Self.settling : configuration.grace
        guard absent >= patience else { return nil }
        let confirmation = try await confirm(task, batch, confirmations)
        // The list did not show it, but it is there.
        if confirmation == .present { return nil }
        if hasBegun { return try await judgeVanished(key, record, task, isKnown: batch.job != nil) }
        guard try claim(key) else { return nil }
        if batch.job == nil {
            return .ended(
                Outcome(
                    status: .failed, cause: .lost,
                    description: "\(dialect.title) did not confirm the submission, and does not have the job",
                    returnsAttempt: true))
        }
        if task.cancel != nil { return .ended(Self.unstarted) }
        return .ended(dialect.goneUnstarted(confirmation, accounts.isComplete))
    }

    /// Of one whose command is over by its wrapper's word, and may have been ended by the scheduler.
    private func judge(
        _ open: Outcome, _ key: String, _ task: BatchState.Task, _ batch: BatchState.Batch, _ accounts: Accounts,
        _ confirmations: Confirmations
    ) async throws(ExecutorError) -> Observation? {
        if let account = state.withLock({ $0.batches.record(of: key, in: accounts.records) }), account.isFinal {
            var closed = open.closed(by: account.outcome.evidence.scheduler)
            // What its wrapper measured says more.
            closed.usage.memoryPeak = closed.usage.memoryPeak ?? account.outcome.usage.memoryPeak
            return .ended(wished(closed, task))
        }
        // Its record may be late; where there are none, the scheduler itself knows for a while.
        let absent = now() - (task.absentSince ?? now())
        guard absent >= (accounts.isComplete ? configuration.grace : Self.settling) else { return nil }
        switch try await confirm(task, batch, confirmations) {
        case .present: return nil
        case .over(let said): return .ended(wished(open.closed(by: dialect.word(said)), task))
        case .goneFromArray, .unknownJob: return .ended(wished(open.closed(by: nil), task))
        }
    }

    /// An end that our queue asked for is that, whatever the scheduler calls it.
    private func wished(_ outcome: Outcome, _ task: BatchState.Task) -> Outcome {
        guard let cancel = task.cancel, outcome.status != .complete else { return outcome }
        var outcome = outcome
        outcome.status = .cancelled
        outcome.cause = .cancelled
        outcome.evidence.cancelled = true
        outcome.returnsAttempt = cancel == .returned
        return outcome
    }

    /// What the scheduler says of one task that its list does not show.
    private func confirm(
        _ task: BatchState.Task, _ batch: BatchState.Batch, _ confirmations: Confirmations
    ) async throws(ExecutorError) -> Confirmation {
        guard let job = batch.job else { return .unknownJob }
        if dialect.listsArrays, let listed = batch.listed, listed >= task.absentSince ?? .infinity {
            return .goneFromArray
        }
        if let known = confirmations.results.withLock({ $0[job] }) {
            return try dialect.readConfirmation(known, batch.name, task.number)
        }
        let result = try await run(dialect.confirm(job))
        confirmations.results.withLock { $0[job] = result }
        return try dialect.readConfirmation(result, batch.name, task.number)
    }

    /// What the scheduler said of array jobs in one look: each is asked about once, however many tasks it has.
    private final class Confirmations: Sendable {
        let results = Mutex<[String: CommandResult]>([:])
    }

    /// Gives an instance up, so that it can't begin any more. False: it has begun.
    private func claim(_ key: String) throws(ExecutorError) -> Bool {
        do throws(Problem) { return try files.claim(key) } catch { throw .unreachable(error.description) }
    }

    /// Of one that ran, is gone from the list, and has no record: it is over once nothing of it can be alive.
    private func judgeVanished(
        _ key: String, _ record: KnownInstance?, _ task: BatchState.Task, isKnown: Bool
    ) async throws(ExecutorError) -> Observation {
        if let record, record.host == configuration.host, let process = record.process {
            let isOver = record.bootID != nil && record.bootID != configuration.bootID
            if isOver || !ProcessTable.isAlive(process) { return .gone }
            return .unknown("\(dialect.title) no longer has it, but its process \(process.pid) is alive on this host")
        }
        guard let swept = task.swept else {
            // It can't hurt one that is over, and one that is not is to end. (Without its id it can't be asked for that; it
            // is in no list, by its name either.)
            if isKnown { try await end([key]) }
            state.withLock { $0.batches.noteSweep(key, at: now()) }
            return .unknown("\(dialect.title) no longer has it, and there is no record of its end")
        }
        guard now() - swept >= configuration.interval, isSilent(record) else {
            return .unknown("\(dialect.title) no longer has it, and there is no record of its end")
        }
        return .gone
    }

    /// Nothing was heard of it for long, and somebody listened all the while.
    private func isSilent(_ record: KnownInstance?) -> Bool {
        guard let listening = configuration.listening(), now() - began >= configuration.silence else { return false }
        let heard = max(listening, record?.lastSeen ?? listening)
        return configuration.time.now().seconds(since: heard) >= configuration.silence
    }

    private func outcome(
        _ account: AccountedTask, _ task: BatchState.Task, _ batch: BatchState.Batch, hasBegun: Bool
    ) -> Outcome {
        var outcome = wished(account.outcome, task)
        if task.cancel == nil, !hasBegun, outcome.evidence.scheduler?.cause == nil {
            // What ran was not the job's command.
            outcome.status = .failed
            outcome.cause = .notStarted
            let words = files.lastWords(batch.key).map { ": \($0)" } ?? ""
            outcome.description = "its wrapper could not be run (\(ending(account)))\(words)"
        } else if outcome.cause == .signal, outcome.evidence.signal == 9, let number = account.ownNumber,
            let line = files.memoryLine(batch.key, about: number)
        {
            // The accounting of a Slurm that samples memory says only that it was killed.
            outcome = outcome.closed(by: SchedulerWord(line, cause: .outOfMemory))
        }
        return outcome
    }

    private func ending(_ account: AccountedTask) -> String {
        let evidence = account.outcome.evidence
        // An exit code that may be another one has its own words.
        return account.outcome.description ?? evidence.exitCode.map { "exit code \($0)" }
            ?? evidence.scheduler?.said ?? "no exit code"
    }

    /// Why tasks are held in error. They will not go on, so they are removed, and each is one that could not be started.
    private func explain(_ keys: [String]) async throws(ExecutorError) -> [String: Observation] {
        let ids = state.withLock { state in keys.compactMap { state.batches.id($0)?.job } }
        var reasons: [String: String] = [:]
        if let explain = dialect.explain, !ids.isEmpty {
            reasons = dialect.readExplanations(try await run(explain(Array(Set(ids)).sorted())))
        }
        // Somebody may clear the error meanwhile: one that has begun is not touched.
        var given: [String] = []
        for key in keys where try claim(key) { given.append(key) }
        try await end(given)
        var answers: [String: Observation] = [:]
        for key in given {
            let id = state.withLock { $0.batches.id(key)?.job }
            let reason = id.flatMap { reasons[$0] } ?? "no reason is given"
            answers[key] = .ended(
                Outcome(
                    status: .failed, cause: .notStarted,
                    evidence: Evidence(scheduler: SchedulerWord("error state: \(reason)", cause: .notStarted)),
                    description: "\(dialect.title) holds it in error: \(reason)"))
        }
        return answers
    }

    /// Seconds for which the wrapper's own word on its end is waited for, once the scheduler has a record of it.
    private static let settling = 3.0
    /// Seconds that a sign of life may take to be on record.
    private static let onItsWay = 5.0
    /// Seconds after which a job whose submit nobody saw the end of would have appeared.
    private static let appearing = 10.0
}
