package import JobmonCore
import JobmonWire
import Synchronization

extension BatchExecutor {
    /// One array job of each kind of request, in pieces that the scheduler takes.
    struct Piece: Sendable {
        var request: ClusterRequest
        /// Places in the batch of orders.
        var places: [Int]
    }

    package func submit(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [SubmitAnswer] {
        var answers = [SubmitAnswer?](repeating: nil, count: batch.count)
        var unclear: String?
        // An instance that we have is not submitted twice.
        state.withLock { state in
            for (place, order) in batch.enumerated() where state.batches.tasks[order.instanceKey] != nil {
                answers[place] = .taken(executorID: nil)
            }
        }
        // Where nobody answers, the rest is not tried now: it would take as long for each.
        for piece in pieces(of: batch, &answers) where unclear == nil {
            let traits = try await traits(for: piece.request)
            var piece = piece
            piece.request.avoided = await avoidable(piece.request)
            var rest = piece.places[...]
            while !rest.isEmpty, unclear == nil {
                let places = Array(rest.prefix(min(traits.maxTasks, state.withLock { $0.batches.share })))
                rest = rest.dropFirst(places.count)
                switch await submit(places.map { batch[$0] }, piece.request, traits) {
                case .success(.job(let job)):
                    state.withLock { $0.batches.noteTaken() }
                    for (number, place) in places.enumerated() {
                        answers[place] = .taken(executorID: dialect.executorID(job, number + 1))
                    }
                case .success(.tooMany(let why)):
                    noteTooMany(places.count, why)
                    if places.count > 1 {
                        rest = ArraySlice(places + rest)
                        continue
                    }
                    for place in places + rest { answers[place] = .notNow(why) }
                    rest = []
                case .success(.refused(let why)): for place in places { answers[place] = .refused(why) }
                case .success(.notNow(let why)): for place in places { answers[place] = .notNow(why) }
                case .success(.unclear(let why)): unclear = why
                case .failure(.unreachable(let why)): unclear = why
                case .failure(let error): throw error
                }
            }
        }
        // Those that were taken are found by the look that follows.
        if let unclear { throw .unreachable(unclear) }
        return answers.map { $0 ?? .notNow("it was not submitted") }
    }

    /// So many tasks are too many for now: the next array job is smaller, and why is said once.
    private func noteTooMany(_ count: Int, _ why: String) {
        state.withLock { state in
            state.batches.noteTooMany(count)
            guard count > 1, !state.saidTooMany else { return }
            state.saidTooMany = true
            state.reports.append(
                .remark("\(dialect.title) does not accept \(count) jobs at once (\(why)); smaller arrays are submitted")
            )
        }
    }

    private func pieces(of batch: [InstanceOrder], _ answers: inout [SubmitAnswer?]) -> [Piece] {
        var pieces: [Piece] = []
        var pieceOfText: [String: Int] = [:]
        for (place, order) in batch.enumerated() where answers[place] == nil {
            let text = Self.requested(order.description.resources)
            if let known = pieceOfText[text] {
                pieces[known].places.append(place)
                continue
            }
            do throws(FieldError) {
                let request = try ClusterRequest(
                    order.description.resources, reserved: dialect.reserved)
                pieceOfText[text] = pieces.count
                pieces.append(Piece(request: request, places: [place]))
            } catch {
                answers[place] = .refused("invalid request to the cluster: \(error)")
            }
        }
        return pieces
    }

    /// Those of the hosts to avoid beside which another one is left: a job that no host may run would wait for ever.
    private func avoidable(_ request: ClusterRequest) async -> [String] {
        guard !request.avoided.isEmpty else { return [] }
        return Self.avoidable(request.avoided, among: await hosts(of: request.partition))
    }

    private static func avoidable(_ avoided: [String], among hosts: [String: Bool]) -> [String] {
        // A scheduler refuses a host that it does not have. One that is down now may be up when the job starts.
        let known = avoided.filter { hosts[$0] != nil }
        return hosts.contains { $0.value && !known.contains($0.key) } ? known : []
    }

    /// The hosts of a partition, and whether jobs can run there; empty where that cannot be found out.
    private func hosts(of partition: String?) async -> [String: Bool] {
        guard let answer = try? await run(dialect.hosts(partition)) else { return [:] }
        return dialect.readHosts(answer)
    }

    package func avoid(_ hosts: [String]) async {
        let waiting = state.withLock { state in
            state.batches.batches.values.compactMap { batch in
                batch.job.flatMap { job in batch.request.map { (job: job, request: $0) } }
            }
        }
        let traits = state.withLock { $0.traits }
        // One question for each partition, however many array jobs wait there.
        var hostsOf: [String?: [String: Bool]] = [:]
        for (job, given) in waiting.sorted(by: { $0.job < $1.job }) {
            var request = given
            // Those that the array job was submitted with are its own matter.
            let partition = given.partition
            if hostsOf[partition] == nil { hostsOf[partition] = await self.hosts(of: partition) }
            request.avoided = Self.avoidable(
                given.avoided + hosts.filter { !given.avoided.contains($0) }, among: hostsOf[partition] ?? [:])
            if Task.isCancelled { return }
            guard let command = dialect.exclude(job, request, traits) else { continue }
            // Of an array job that waits no more, the scheduler says so, and nothing is lost.
            _ = try? await runner.run(command, within: configuration.patience, givingUpAt: nil)
        }
    }

    /// Up to where requests may grow, by partition; empty where that cannot be found out.
    package func limits() async -> [String: RelaunchLimits] {
        var results: [CommandResult] = []
        for command in dialect.limits {
            guard let result = try? await run(command) else { return [:] }
            results.append(result)
        }
        return dialect.readLimits(results)
    }

    /// What tells tasks of one array job from those of another one. What makes a success, and what follows failures, is each
    /// task's own.
    private static func requested(_ resources: JSONObject) -> String {
        var resources = resources
        resources[SuccessCriteria.members.expected] = nil
        resources[SuccessCriteria.members.failurePatterns] = nil
        resources[RelaunchRules.resource] = nil
        return resources.isEmpty ? "" : JSON.object(resources).text
    }

    /// What is known of the scheduler, asked for once.
    private func traits(for request: ClusterRequest) async throws(ExecutorError) -> SchedulerTraits {
        let known = state.withLock { $0.traits }
        let needsMore = request.slots > 1 && known.environments.isEmpty && dialect.asksForEnvironments
        guard !known.isRead || needsMore else { return known }
        var results: [CommandResult] = []
        for command in dialect.traitCommands(request) {
            let result = try await run(command)
            guard result.status == 0 else {
                throw .unreachable(
                    "\(command.joined(separator: " ")): "
                        + dialect.sentence(result.text))
            }
            results.append(result)
        }
        var traits = known
        dialect.readTraits(results, &traits)
        traits.isRead = true
        let read = traits
        state.withLock { $0.traits = read }
        return read
    }

    /// How an array job of these orders is submitted.
    func submission(
        _ orders: [InstanceOrder], _ request: ClusterRequest, batch: String
    ) -> BatchSubmission {
        let names = Set(orders.prefix(100).map(\.description.shownName))
        let shown = names.count == 1 ? names.first ?? "" : configuration.queue
        let queueMark = FNV1a.hash("\(configuration.layout.root)\u{0}\(configuration.queue)".utf8)
        let token = batch.filter { $0 != "-" }.suffix(12)
        return BatchSubmission(
            batch: batch,
            name: "\(SchedulerText.jobName(shown)).\(String(queueMark, radix: 16).suffix(6)).\(token)",
            count: orders.count, request: request, directory: configuration.layout.root,
            log: configuration.layout.manifest(batch, .log), script: configuration.layout.manifest(batch, .script))
    }

    /// Hands over one array job. Its manifest is on disk before, so that whoever comes after us looks for it.
    private func submit(
        _ orders: [InstanceOrder], _ request: ClusterRequest, _ traits: SchedulerTraits
    ) async -> Result<SubmitReading, ExecutorError> {
        let batch = configuration.random()
        let job = submission(orders, request, batch: batch)
        let command: [String]
        do throws(Problem) {
            command = try dialect.submit(job, traits)
            try files.write(
                TaskManifest(
                    batch: batch, queue: configuration.queue, executor: dialect.name, name: job.name,
                    intended: configuration.time.now(), timeLimit: request.runtime.map(dialect.timeLimit),
                    orders: orders))
        } catch {
            files.remove(batch, keys: [])
            return .success(error.code == .unavailable ? .notNow(error.description) : .refused(error.description))
        }
        state.withLock {
            $0.batches.add(
                BatchState.Batch(
                    key: batch, name: job.name, intended: configuration.time.now(), keys: orders.map(\.instanceKey),
                    job: nil, since: .infinity, open: Set(1...orders.count), request: request))
        }
        do throws(ExecutorError) {
            let result = try await runner.run(
                command, within: configuration.patience, givingUpAt: dialect.hopelessSubmit)
            let reading = dialect.readSubmit(result)
            settle(batch, reading)
            return .success(reading)
        } catch {
            if case .unusable = error { settle(batch, .notNow("")) } else { settle(batch, .unclear("")) }
            return .failure(error)
        }
    }

    private func settle(_ batch: String, _ reading: SubmitReading) {
        switch reading {
        case .job(let job):
            state.withLock { $0.batches.accepted(batch, job: job, at: now()) }
            // Without it the next one finds the job by its name. (All of it may be over by now.)
            if state.withLock({ $0.batches.batches[batch] != nil }) { try? files.note(job: job, of: batch) }
        case .refused, .notNow, .tooMany:
            state.withLock { $0.batches.forget(batch) }
            files.remove(batch, keys: [])
        case .unclear: state.withLock { $0.batches.unclear(batch, at: now()) }
        }
    }

    /// What would be submitted for these orders: the command, and the script.
    package func rehearse(_ batch: [InstanceOrder]) async throws(ExecutorError) -> [(
        command: [String], script: String, count: Int
    )] {
        var answers = [SubmitAnswer?](repeating: nil, count: batch.count)
        var rehearsed: [(command: [String], script: String, count: Int)] = []
        for piece in pieces(of: batch, &answers) {
            let traits = try await traits(for: piece.request)
            var rest = piece.places[...]
            while !rest.isEmpty {
                let places = Array(rest.prefix(traits.maxTasks))
                rest = rest.dropFirst(places.count)
                let key = configuration.random()
                let job = submission(places.map { batch[$0] }, piece.request, batch: key)
                do throws(Problem) {
                    rehearsed.append(
                        (
                            try dialect.submit(job, traits),
                            files.script(key, queue: configuration.queue, count: places.count), places.count
                        ))
                } catch {
                    throw .unusable(error)
                }
            }
        }
        for case .refused(let why)? in answers { throw .unusable(Problem(.invalid, why)) }
        return rehearsed
    }
}
