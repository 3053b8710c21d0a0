import JobmonCore
import JobmonQueue
import JobmonTestSupport

/// A queue, an executor and a ledger in one seeded random schedule. Everything between them arrives late, in any
/// possible order, and any of them may die.
struct QueueWorld {
    var random: SeededGenerator
    var ledger = LedgerModel()
    var cluster: ScriptedCluster
    var state: QueueState
    let configuration: QueueState.Configuration

    /// Facts on their way to the queue, by path. Each path keeps its order.
    private var reports: [ExecutorReport] = []
    private var recorder: [QueueAction] = []
    private var orders: [QueueAction] = []
    /// The executor's answer on its way back. Until it arrives, nothing more is asked.
    private var answer: QueueFact?
    private var others: [QueueFact] = []
    private var seenChanges = 0
    private var wakeAt: Double?
    private(set) var now = 0.0
    private var unreachable = false
    private var executorStops = false
    private(set) var summary: QueueSummary?
    /// Violated invariants, in words.
    private(set) var broken: [String] = []
    private(set) var restarts = 0

    init(
        seed: UInt64, cluster: ScriptedCluster, configuration: QueueState.Configuration, jobs: [JobDescription],
        upstream: [Int64: [Int64]] = [:]
    ) {
        random = SeededGenerator(seed: seed)
        self.cluster = cluster
        self.cluster.upstream = upstream
        self.configuration = configuration
        state = QueueState(configuration)
        ledger.relaunch = configuration.relaunch
        for (index, job) in jobs.enumerated() {
            ledger.add(jid: Int64(index + 1), job, waitsFor: upstream[Int64(index + 1)] ?? [])
        }
        feed([.known(ledger.records), .allKnown])
    }

    private var moment: Moment { Moment(time: Timestamp(milliseconds: Int64(now * 1000)), steady: now) }

    mutating func feed(_ facts: [QueueFact]) {
        for action in state.take(facts, at: moment) {
            switch action {
            case .prepare, .record: recorder.append(action)
            case .submit, .cancel, .observe, .recall, .stopExecutor: orders.append(action)
            case .writeFence(let key): others.append(.fenced(key))
            case .look(let jids): others.append(.known(jids.compactMap { ledger.jobs[$0] }))
            case .wakeAt(let time): wakeAt = time
            case .matchJobs:
                others.append(.matched(ledger.records.filter { !$0.status.isFinal }))
                others.append(.allMatched)
            case .say, .forget, .idle, .readHosts, .avoid, .setParallelism: break
            case .finished(let finished): summary = finished
            }
        }
        broken += state.sanityCheck()
    }

    /// Checks the limits of the configuration against what runs.
    mutating func checkLimits() {
        for limit in configuration.limits {
            let running = cluster.runningOrders.count {
                limit.pattern.matches(name: $0.description.shownName, params: [:])
            }
            if let most = limit.number, running > most {
                broken.append("\(running) jobs of \(limit.pattern.text) run at once, and \(most) may")
            }
        }
    }

    /// Delivers facts that the executor's own process spooled to the ledger.
    mutating func takeSpool(_ count: Int = .max) {
        let taken = cluster.spool.prefix(count)
        for event in taken { ledger.record(event) }
        cluster.spool.removeFirst(taken.count)
    }

    /// Performs one random step.
    mutating func step() {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: reports += cluster.tick()
        case 2, 3, 4:
            if !reports.isEmpty { report(reports.removeFirst()) }
        case 5, 6:
            if !recorder.isEmpty { perform(recorder.removeFirst()) }
        case 7, 8:
            if let answered = answer {
                answer = nil
                feed([answered])
            } else if !orders.isEmpty {
                perform(orders.removeFirst())
            }
        case 9:
            if !others.isEmpty { feed([others.removeFirst()]) }
            // A stop returns when nothing runs any more and everything was reported.
            if executorStops, reports.isEmpty, cluster.running.isEmpty {
                executorStops = false
                feed([.executorStopped])
            }
        case 10:
            takeSpool(1)
            let changes = Array(ledger.changes[seenChanges...].prefix(2))
            seenChanges += changes.count
            if !changes.isEmpty { feed([.changed(changes)]) }
        default:
            now += Double.random(in: 0..<0.2, using: &random)
            if let wakeAt, wakeAt <= now {
                self.wakeAt = nil
                feed([.woke])
            }
        }
    }

    /// Delivers a report of the executor to the queue. A cluster's executor reports no starts and ends.
    private mutating func report(_ report: ExecutorReport) {
        switch report {
        case .started, .ended, .unacknowledged: if !configuration.hearsFromMonitor { feed([.report(report)]) }
        default: feed([.report(report)])
        }
    }

    private mutating func perform(_ action: QueueAction) {
        switch action {
        case .prepare(let batch):
            var facts: [QueueFact] = []
            for order in batch {
                if Int.random(in: 0..<20, using: &random) == 0 {
                    facts.append(.notPrepared(order, Problem(.unavailable, "the disk is full")))
                    continue
                }
                ledger.record(
                    Event(
                        time: moment.time,
                        fact: .submitted(
                            .key(order.instanceKey),
                            Submission(
                                job: .jid(order.jid), executor: "local",
                                requested: RequestedResources(order.description.resources)))))
                facts.append(.prepared([order]))
            }
            feed(facts)
        case .record(let events): for event in events { ledger.record(event) }
        case .submit(let batch):
            if unreachable {
                // It is unknown whether the executor took them.
                if Bool.random(using: &random) { _ = cluster.submit(batch) }
                answer = .submitUnclear(batch, "no answer")
            } else {
                answer = .submitted(batch, cluster.submit(batch))
            }
        case .cancel(let keys):
            guard !unreachable else {
                answer = .notCancelled(keys, "no answer")
                return
            }
            reports += cluster.cancel(keys, returningAttempt: true)
            answer = .cancelAsked(keys)
        case .observe(let keys):
            answer = unreachable ? .unobservable(keys, "no answer") : .observed(keys, cluster.observe(keys))
        case .recall:
            reports += cluster.recall()
            answer = .recalled
        case .stopExecutor(let ending):
            reports += cluster.stop(ending: ending)
            executorStops = true
        default: break
        }
    }

    /// Takes a random number of steps, with deaths at any of them, and then comes to the end.
    /// - Parameter check: is called after each step.
    mutating func survive(_ check: (inout QueueWorld) -> Void = { _ in }) {
        for _ in 0..<Int.random(in: 50...600, using: &random) {
            switch Int.random(in: 0..<150, using: &random) {
            case 0: killQueue(supervisorToo: false)
            case 1: killQueue(supervisorToo: true)
            case 2: loseSupervisor()
            case 3: toggleReach()
            default: step()
            }
            check(&self)
        }
        finish()
    }

    // MARK: - Faults

    mutating func loseSupervisor() { reports += cluster.loseSupervisor() }

    mutating func toggleReach() { unreachable.toggle() }

    /// Kills the queue at this moment. Its supervisor continues what runs and hands back the rest, or dies too. The
    /// next queue starts with the ledger's rows.
    mutating func killQueue(supervisorToo: Bool) {
        restarts += 1
        // What was on its way to the ledger may have reached it, in order, or is lost with the queue.
        for action in recorder.prefix(Int.random(in: 0...recorder.count, using: &random)) {
            switch action {
            case .record(let events): for event in events { ledger.record(event) }
            case .prepare(let batch):
                for order in batch {
                    ledger.record(
                        Event(
                            time: moment.time,
                            fact: .submitted(
                                .key(order.instanceKey),
                                Submission(
                                    job: .jid(order.jid), executor: "local",
                                    requested: RequestedResources(order.description.resources)))))
                }
            default: break
            }
        }
        // A submit may have reached the executor, but its answer reached no one.
        if let first = orders.first, case .submit(let batch) = first, Bool.random(using: &random) {
            _ = cluster.submit(batch)
        }
        if supervisorToo { _ = cluster.loseSupervisor() } else { _ = cluster.stop(ending: false) }
        reports = []
        recorder = []
        orders = []
        answer = nil
        others = []
        takeSpool()
        seenChanges = ledger.changes.count
        wakeAt = nil
        summary = nil
        unreachable = false
        executorStops = false
        state = QueueState(configuration)
        feed([.known(ledger.records), .allKnown])
    }

    /// Ends all faults: everything arrives, until the queue is done or nothing changes any more.
    mutating func finish() {
        unreachable = false
        for _ in 0..<20000 where summary == nil {
            step()
            // Time advances if nothing else happens.
            if recorder.isEmpty, orders.isEmpty, answer == nil, reports.isEmpty, others.isEmpty { now += 1 }
        }
        while !recorder.isEmpty { perform(recorder.removeFirst()) }
        takeSpool()
        if summary == nil { broken.append("the queue does not end: \(state.currentCounts)") }
    }

    /// Checks what must hold at the end; returns violations.
    func verdict() -> [String] {
        var wrong = broken + cluster.violations + ledger.contradictions
        for job in ledger.records {
            if job.attempts > job.description.maxAttempts {
                wrong.append("job \(job.jid) used \(job.attempts) of \(job.description.maxAttempts) attempts")
            }
            let complete = job.instances.count { $0.status == .complete }
            if complete > 1 { wrong.append("job \(job.jid) has \(complete) complete instances") }
        }
        return wrong
    }
}
