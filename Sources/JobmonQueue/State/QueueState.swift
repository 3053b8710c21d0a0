package import JobmonCore

/// The queue as a value: facts in, actions out; no clock, no I/O. `QueueRunner` is the loop around it.
///
/// The rules, in one place:
/// - A job has at most one instance that is not known to be over. It gets another one only when that is over.
/// - If the state of an instance is unknown, the queue waits until it is known, and says so.
/// - `JobStanding` derives a job's standing from the ledger's number of attempts and its requests (cancel, retry), so
///   that a new queue decides as the one before it would have.
///
/// Each fact costs at most O(log n), whatever the number of jobs. Only a stop, the loss of the executor and an
/// observation of unclear instances go through the live ones.
package struct QueueState: Sendable {
    /// The settings, which do not change while a queue runs.
    package struct Configuration: Sendable {
        /// The queue's name in the ledger.
        package var queue: String
        /// The executor's name in the ledger.
        package var executor: String
        package var policy: RelaunchPolicy
        /// What failures are followed by, beside the retries of each job.
        package var relaunch: RelaunchRules
        /// Nobody gave rules: where the queue is continued without new jobs, those of its last run stay.
        package var keepsRules: Bool
        /// The number of instances that the executor can have at first.
        package var window: Int
        /// The number of failed jobs after which nothing more is started; nil: no limit.
        package var haltAfter: Int?
        /// Queues of which all jobs must be COMPLETE, or this one does not run.
        package var after: [String] = []
        /// The most jobs of some kind at once.
        package var limits: [PatternChange] = []
        /// The directory of captured output; nil: it is not captured.
        package var logs: DirectoryLayout?
        /// Whether a stop leaves the executor's instances running.
        package var leavesRunning: Bool
        /// Whether the executor reports no starts and ends; then what the wrappers tell the monitor arrives as a
        /// change.
        package var hearsFromMonitor: Bool
        package var random: RandomSource

        package init(
            queue: String = "", executor: String, policy: RelaunchPolicy = .retry(RelaunchPolicy.Backoff()),
            relaunch: RelaunchRules = .off, keepsRules: Bool = false, window: Int,
            haltAfter: Int? = nil, logs: DirectoryLayout? = nil, leavesRunning: Bool = false,
            hearsFromMonitor: Bool = false, random: RandomSource = .system
        ) {
            self.queue = queue
            self.executor = executor
            self.policy = policy
            self.relaunch = relaunch
            self.keepsRules = keepsRules
            self.window = max(1, window)
            self.haltAfter = haltAfter
            self.logs = logs
            self.leavesRunning = leavesRunning
            self.hearsFromMonitor = hearsFromMonitor
            self.random = random
        }
    }

    /// How many times in a row an attempt is given back to a job whose instance was lost with its supervisor. The limit
    /// ends a job that kills its supervisor.
    package static let returnedLosses = 3
    /// The maximum number of failed jobs in the summary.
    package static let keptFailures = 1000
    /// Seconds after the first stop at which the queue ends, whatever is left.
    package static let stopLimit = 11.0
    /// The same for a cluster, which takes more time and has many commands.
    static let clusterStopLimit = 120.0
    /// Seconds to wait after the last end for the executor's count of unacknowledged facts.
    static let acknowledgementWait = 1.0
    /// Seconds after which a full executor is tried again.
    static let fullWait = 10.0

    let configuration: Configuration
    /// The relaunch rules, which can change while the queue runs.
    var relaunch: RelaunchRules
    /// The number of failed jobs after which nothing more is started; nil: no limit.
    var haltAfter: Int?
    /// The hosts that are avoided for a while; in a cluster only.
    var badHosts = BadHosts()
    /// The number of failures since hosts were compared, when they were, and when they will be.
    var failuresNotCompared = 0
    var hostsComparedAt = -Double.infinity
    var compareHostsAt: Double?
    /// Seconds between two comparisons.
    var hostsPause = 0.0
    /// The rules that ended jobs for good, which the user was told.
    var saidRules: Set<String> = []
    var jobs: [QueueJob] = []
    var indexOfJid = JobIndexes()
    /// Live instances, and given-up ones whose end may still be reported.
    var indexOfKey: [String: Int] = [:]
    /// Which jobs wait for which.
    var waits = WaitGraph()
    /// Jobs that wait for one that is not known yet, by its number.
    var awaited: [Int64: [Int]] = [:]
    /// How many such jobs a job waits for.
    var unknown: [Int: Int] = [:]
    /// Jobs that became COMPLETE, failed or cancelled, or are not any more, on which others depend.
    var changedUpstream: [Int] = []
    /// Jobs that may be blocked now, or not any more.
    var toJudge: Set<Int> = []
    var lines: [StartLine] = [StartLine(StartLine.Kind())]
    var lineOfKind: [StartLine.Kind: Int] = [StartLine.Kind(): 0]
    var limits: [ActiveLimit] = []
    /// The sets of limits that jobs are under, as places in `limits`.
    var limitSets: [[Int]] = [[]]
    var saidPaused: Set<JobPattern> = []
    /// Priorities that were set while the queue runs.
    var priorities: [Int64: Int32] = [:]
    /// Those of them that jobs are compared with.
    var newPriorities: [PatternChange] = []
    var due = Heap<DueJob>()
    /// Jobs of this run.
    var counts = QueueCounts()
    /// The queue's other jobs that are not over.
    var left = QueueCounts()
    /// The number of jobs that take room in the executor.
    var inRoom = 0
    /// The number of those that belong to this run.
    var namedInRoom = 0
    /// The number of jobs whose fence is being written.
    var fencing = 0
    var failures: [Int64: QueueFailure] = [:]
    /// How many jobs completed in this run, but may not have done their work.
    var doubtful = 0
    var overMemory: QueueSummary.OverMemory?
    var window: Int
    var failedNow = 0
    var begun = 0

    var allKnown = false
    var halted = false
    /// The queue is halted, and the executor may still start what it has.
    var recalling = false
    var stopping = false
    /// The stop spares live instances of jobs that are not part of this run: those of this run are ended one by one.
    var sparesOthers = false
    /// The time at which the queue ends, whatever is left.
    var deadline: Double?
    var ending: QueueSummary.Ending?
    /// The number of the latest caller of `whenIdle` that is not answered.
    var idleAsked: Int?
    /// The executor could not be asked; it gets no orders until it answers again.
    var executorAway = false
    var unacknowledged = 0
    /// The executor takes no more orders before this time.
    var fullUntil = -Double.infinity
    /// The time of a reported end that no count of unacknowledged facts has followed yet.
    var unansweredEnd: Double?

    /// Keys of unclear instances about which the executor can be asked.
    var unclearKeys: Set<String> = []
    var observing = false
    /// The executor was lost after it was asked: what it reports as alive may not be.
    var observesTheLost = false
    var observeAt: Double?
    var observeDelay = 0.0
    var saidUnreachable = false
    /// The reasons why facts could not be recorded that the user was told.
    var saidNotRecorded: Set<String> = []
    /// Jobs about which the executor said nothing, and jobs of another executor, until the user is told.
    var unjudged: [Int] = []
    var foreign: [(jid: Int64, executor: String)] = []
    var wokenAt: Double?
    /// When a retry of a job was seen in the ledger before the monitor's word of it came.
    var revivedAt: [Int64: Timestamp] = [:]

    var outbox = Outbox()

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        window = configuration.window
        relaunch = configuration.relaunch
        haltAfter = configuration.haltAfter
        limits = configuration.limits.map { ActiveLimit(pattern: $0.pattern, most: $0.number) }
        sayPaused()
    }

    /// Applies facts, and returns the actions to do.
    package mutating func take(_ facts: [QueueFact], at now: Moment) -> [QueueAction] {
        guard ending == nil else { return [] }
        for fact in facts {
            take(fact, at: now)
            if ending != nil { break }
        }
        settleDependents(at: now)
        if ending == nil { wakeDue(at: now) }
        if ending == nil { lookAtHosts(at: now) }
        if ending == nil { refill(at: now) }
        if ending == nil { tellWhenIdle() }
        if ending == nil { finishWhenDone(at: now) }
        if ending == nil { arrangeWake() }
        return outbox.empty()
    }

    /// The current number of jobs by state.
    package var currentCounts: QueueCounts {
        var now = counts
        if now.retrying > 0 { now.retryAt = due.first?.time }
        return now
    }

    /// The jobs of this run that are over and did not succeed.
    package var unsuccessful: [Int64] {
        // A blocked job can't be retried: the one that it waits for can.
        jobs.filter { $0.isNamed && ($0.phase == .failed || $0.phase == .cancelled) && $0.blockedBy == 0 }.map(\.jid)
    }

    /// Continues after its end if the ledger shows that jobs which are over here were retried.
    /// - Parameter records: jobs that the ledger has as queued.
    /// - Returns: those that were retried, to be taken as `.retried`; none if the end stands.
    package mutating func reopen(by records: [JobRecord]) -> [JobRecord] {
        let retried = records.filter { retriedIndex($0) != nil }
        if !retried.isEmpty { ending = nil }
        return retried
    }

    private mutating func take(_ fact: QueueFact, at now: Moment) {
        switch fact {
        case .expected(let count): jobs.reserveCapacity(jobs.count + count)
        case .known(let records):
            for record in records { know(record, at: now) }
            sayForeign()
        case .left(let records): for record in records { leave(record, at: now) }
        case .allKnown:
            allKnown = true
            sayUnusedLimits()
            sayUnknownUpstream()
        case .matched(let records): matched(records)
        case .allMatched: newPriorities = []
        case .prepared(let orders): for order in orders { prepared(order, at: now) }
        case .notPrepared(let order, let problem): notPrepared(order, problem, at: now)
        case .notRecorded(let problem): sayNotRecorded(problem)
        case .submitted(let orders, let answers):
            executorAnswers()
            for (order, answer) in zip(orders, answers) { submitted(order, answer, at: now) }
        case .submitUnclear(let orders, let reason):
            for order in orders { becomeUnclear(key: order.instanceKey, if: { $0 == .submitting }, at: now) }
            executorIsAway(reason, at: now)
        case .unusable(let problem): finish(.failed(problem))
        case .report(let report): take(report, at: now)
        case .observed(let keys, let answers):
            observing = false
            executorAnswers()
            take(keys, answers, at: now)
        case .unobservable(_, let reason):
            observing = false
            observesTheLost = false
            executorIsAway(reason, at: now)
            lookAgain(at: now)
        case .cancelAsked: executorAnswers()
        case .notCancelled(let keys, let reason):
            for key in keys { cancelFailed(key, at: now) }
            executorIsAway(reason, at: now)
        case .fenced(let key): fenced(key, at: now)
        case .notFenced(let key, let reason):
            outbox.say("the fence of an instance could not be written: \(reason)")
            becomeUnclear(key: key, if: { $0 == .fencing }, at: now)
        case .changed(let changes): for change in changes { changed(change, at: now) }
        case .retried(let records): for record in records { retried(record, at: now) }
        case .hosts(let tallies): compare(tallies, at: now)
        case .window(let wanted): window = max(1, wanted)
        case .woke: wokenAt = nil
        case .tellWhenIdle(let number): idleAsked = number
        case .stop: stop(at: now)
        case .recalled: sayHalted()
        case .executorStopped:
            // The last reports may still arrive.
            if stopping || halted { deadline = min(deadline ?? .infinity, now.steady + Self.acknowledgementWait) }
        }
    }

    private mutating func take(_ report: ExecutorReport, at now: Moment) {
        switch report {
        case .started(let key):
            guard let index = liveIndex(of: key), jobs[index].phase != .fencing, !isWaitingForLedger(index) else {
                return
            }
            move(index, to: .running)
            cancelIfUnwanted(index)
        case .ended(let key, let outcome):
            unansweredEnd = now.steady
            ended(key, outcome, recorded: true, at: now)
        case .returned(let key):
            guard let index = liveIndex(of: key), !isWaitingForLedger(index) else { return }
            handedBack(index, at: now)
        case .found(let key, let observation): found(key, observation, at: now)
        case .remark(let text): outbox.say(text)
        case .unacknowledged(let count):
            unacknowledged = count
            unansweredEnd = nil
        case .lost(let reason):
            outbox.say("the executor \(configuration.executor) was lost: \(reason)")
            for (key, index) in indexOfKey where jobs[index].live?.key == key {
                becomeUnclear(key: key, if: { $0 == .submitting || $0 == .waiting || $0 == .running }, at: now)
            }
            executorAway = true
            observesTheLost = observing
            // Others take in what it had spooled.
            unacknowledged = 0
            unansweredEnd = nil
            observeDelay = 0
            observeAt = now.steady
        }
    }

    // MARK: - Bookkeeping

    func liveIndex(of key: String) -> Int? {
        guard let index = indexOfKey[key], jobs[index].live?.key == key else { return nil }
        return index
    }

    /// Changes a job's phase and all counts. No other function changes a phase. A job that waits for others is held in place
    /// of queued.
    mutating func move(_ index: Int, to wanted: QueueJob.Phase) {
        let phase = wanted == .queued && !isFree(index) ? .held : wanted
        let old = jobs[index].phase
        count(index, old, -1)
        count(index, phase, 1)
        jobs[index].phase = phase
        switch phase {
        case .queued where !jobs[index].isNamed, .backingOff where !jobs[index].isNamed: break
        case .queued: enterLine(index)
        case .backingOff(let until): due.push(DueJob(time: until, index: index))
        case .complete: jobs[index].forgetDescription()
        default: break
        }
        if old.upstream != phase.upstream { noteUpstream(index) }
        if old == .unclear || phase == .unclear, let live = jobs[index].live, live.askable {
            if phase == .unclear { unclearKeys.insert(live.key) } else { unclearKeys.remove(live.key) }
        }
    }

    mutating func count(_ index: Int, _ phase: QueueJob.Phase, _ change: Int) {
        if jobs[index].isNamed { counts.count(phase, change) } else { left.count(phase, change) }
        if phase.takesRoom { countRoom(index, change) }
        if phase.isUnderWay { countLimits(index, change) }
        if phase == .fencing { fencing += change }
    }

    /// Gives up the job's live instance: nothing more is expected of it.
    mutating func dropLive(_ index: Int) {
        guard let live = jobs[index].live else { return }
        indexOfKey[live.key] = nil
        unclearKeys.remove(live.key)
        jobs[index].live = nil
    }

    private mutating func arrangeWake() {
        let times = [
            due.first?.time, observing ? nil : observeAt, deadline,
            unansweredEnd.map { $0 + Self.acknowledgementWait }, compareHostsAt, badHosts.nextRelease,
        ]
        guard let earliest = times.compactMap(\.self).min(), earliest != wokenAt else { return }
        wokenAt = earliest
        outbox.wakeAt = earliest
    }
}
