import Glibc
import JobmonCore
import JobmonQueue
import JobmonWire
import Synchronization

/// The dialogue of `run --feed`: each line on stdin is a request; its answer is a line on stdout with the request's
/// `id`. Requests are answered as they are done, many at a time.
struct FeedDialogue: Sendable {
    let feed: JobFeed
    let runner: QueueRunner
    /// The settings of the command line for all jobs.
    let input: RunPlan.Input
    let answers: FeedAnswers
    let queue: String
    /// The number of added jobs that are not answered yet.
    private let adding = JobsOnTheirWay()

    init(feed: JobFeed, runner: QueueRunner, queue: String, input: RunPlan.Input, answers: FeedAnswers) {
        self.feed = feed
        self.runner = runner
        self.queue = queue
        self.input = input
        self.answers = answers
    }

    /// The request of a line.
    enum Request {
        case job(RunJobObject)
        /// Answer when every job is over.
        case wait
        case counts
        /// Stop the queue: start nothing more; end and record what runs.
        case stop
        /// No more jobs come.
        case end

        init(_ fields: JSONFields) throws(FieldError) {
            if let job = fields.value("job") {
                self = .job(try RunJobObject(job))
            } else if try fields.bool("wait") == true {
                self = .wait
            } else if try fields.bool("counts") == true {
                self = .counts
            } else if try fields.bool("stop") == true {
                self = .stop
            } else if try fields.bool("end") == true {
                self = .end
            } else {
                throw FieldError("request", "must have one of job, wait, counts, stop, end")
            }
        }
    }

    /// Runs the queue, and answers requests until it is over. Requests are read once the queue accepts jobs; the first
    /// line on stdout says that it does.
    func run() async throws(Problem) -> QueueSummary {
        let (ready, continuation) = AsyncStream<Void>.makeStream()
        return try await withWork { () async throws(Problem) in
            try await runner.run(feed) {
                answers.say(["ready": true, "queue": .string(queue)])
                continuation.yield()
            }
        } beside: {
            for await _ in ready { return await answerAll() }
        }
    }

    private func answerAll() async {
        for await line in StandardInput.lines() {
            guard let (id, request) = read(line) else { continue }
            switch request {
            case .job(let object): add(object, id)
            case .wait: wait(id)
            case .counts: answer(id, ["counts": runner.counts.json])
            case .stop:
                answer(id, [:])
                return runner.requestStop()
            case .end:
                answer(id, [:])
                return feed.close()
            }
        }
        // Ctrl-C reaches both processes: the program may be gone before running jobs are ended and recorded.
        if !Task.isCancelled, !runner.isAskedToStop { await leave() }
    }

    /// The program has gone without ending the feed. If nothing is left to do, the queue ends. Else this process exits
    /// too: running jobs continue to their end under their supervisor or in the cluster and are recorded, and nothing
    /// more is started.
    private func leave() async {
        let counts = runner.counts
        guard counts.over != counts.total || adding.count.withLock({ $0 > 0 }) else { return feed.close() }
        await runner.leave()
        Messages.say(
            "jobmon: the program that fed the queue has ended: running jobs continue, "
                + "\(Units.count(counts.queued, "job")) not started")
        exit(ExitStatus.interrupted.rawValue)
    }

    /// - Returns: nil for an empty line, and for one that is already answered.
    private func read(_ line: String) -> (id: JSON, request: Request)? {
        guard !line.isEmpty else { return nil }
        var id = JSON.null
        do {
            let fields = try JSONFields(try JSON(parsing: Array(line.utf8)), named: "request")
            id = fields.value("id") ?? .null
            return (id, try Request(fields))
        } catch let error as FieldError {
            refuse(id, Problem(error))
        } catch let error as JSONSyntaxError {
            refuse(id, Problem(error, in: "request"))
        } catch {
            refuse(id, Problem(.malformed, "a request can't be read: \(error)"))
        }
        return nil
    }

    private func add(_ object: RunJobObject, _ id: JSON) {
        var keys = JobKeys()
        do {
            guard object.key != nil, object.command != nil else {
                throw Problem(.invalid, "a job of a feed needs a \"key\" and a \"command\"")
            }
            let job = try RunPlan.job(object, input, &keys)
            adding.count.withLock { $0 += 1 }
            feed.add([job]) { result in
                adding.count.withLock { $0 -= 1 }
                switch result {
                case .success(let jids): answer(id, ["jid": jids.first.map { .int($0) } ?? .null])
                case .failure(let problem): refuse(id, problem)
                }
            }
        } catch let problem as Problem {
            refuse(id, problem)
        } catch let failure as CommandFailure {
            refuse(id, failure.problem)
        } catch {
            refuse(id, Problem(.internalError, "\(error)"))
        }
    }

    private func wait(_ id: JSON) {
        feed.whenIdle { result in
            switch result {
            case .success(let summary):
                answer(
                    id, ["summary": ["counts": summary.counts.json, "failures": .array(summary.failures.map(\.json))]])
            case .failure(let problem): refuse(id, problem)
            }
        }
    }

    private func answer(_ id: JSON, _ members: JSONObject) {
        var object: JSONObject = ["id": id]
        for member in members.members { object.append(member.name, member.value) }
        answers.say(object)
    }

    private func refuse(_ id: JSON, _ problem: Problem) { answer(id, ["problem": problem.json]) }
}

private final class JobsOnTheirWay: Sendable {
    let count = Mutex(0)
}

extension QueueCounts {
    var json: JSON {
        [
            "queued": .int(Int64(queued)), "running": .int(Int64(running)), "unclear": .int(Int64(unclear)),
            "complete": .int(Int64(complete)), "failed": .int(Int64(failed)), "cancelled": .int(Int64(cancelled)),
        ]
    }
}

extension QueueFailure {
    /// The failure in its form in `run --json` and `run --feed`.
    var json: JSON {
        var object: JSONObject = ["jid": .int(jid), "name": .string(name), "attempts": .int(Int64(attempts))]
        object.append("cause", cause.map { .string($0.rawValue) } ?? .null)
        object.append("exit_code", exitCode.map { .int(Int64($0)) } ?? .null)
        object.append("signal", signal.map { .int(Int64($0)) } ?? .null)
        object.append("description", .string(headline))
        return .object(object)
    }
}
