import Glibc
import JobmonCore
import JobmonQueue
import JobmonWire
import Synchronization

/// The dialogue of `run --feed`: a line on stdin is a request, a line on stdout its answer, which has the request's `id`.
/// Requests are answered as they are done, many at a time.
struct FeedDialogue: Sendable {
    let feed: JobFeed
    let runner: QueueRunner
    /// What the command line says of all jobs.
    let input: RunPlan.Input
    let answers: FeedAnswers
    let queue: String
    /// Jobs that were handed in and are not answered yet.
    private let adding = JobsOnTheirWay()

    init(feed: JobFeed, runner: QueueRunner, queue: String, input: RunPlan.Input, answers: FeedAnswers) {
        self.feed = feed
        self.runner = runner
        self.queue = queue
        self.input = input
        self.answers = answers
    }

    /// What a line asks for.
    enum Request {
        case job(RunJobObject)
        /// To be told when every job is over.
        case wait
        case counts
        /// Nothing more is started, what runs is ended and recorded.
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

    /// Runs the queue and answers until it is over. Requests are read once the queue takes jobs: that it does is the
    /// first thing that is said.
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
        // Ctrl-C reaches both of us: the program may be gone before what ran is ended and recorded.
        if !Task.isCancelled, !runner.isAskedToStop { leave() }
    }

    /// The program is gone without a word. With nothing left to do the queue ends; else this process goes too: what runs
    /// comes to its end under its supervisor, or in the cluster, and is recorded, and nothing more is started.
    private func leave() {
        let counts = runner.counts
        guard counts.over != counts.total || adding.count.withLock({ $0 > 0 }) else { return feed.close() }
        Messages.say(
            "jobmon: the program that fed the queue has ended: running jobs continue, "
                + "\(Units.count(counts.queued, "job")) not started")
        exit(ExitStatus.interrupted.rawValue)
    }

    /// - Returns: nil for a line that is answered already, or empty.
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
    /// The failure as `run --json` and `run --feed` show it.
    var json: JSON {
        var object: JSONObject = ["jid": .int(jid), "name": .string(name), "attempts": .int(Int64(attempts))]
        object.append("cause", cause.map { .string($0.rawValue) } ?? .null)
        object.append("exit_code", exitCode.map { .int(Int64($0)) } ?? .null)
        object.append("signal", signal.map { .int(Int64($0)) } ?? .null)
        object.append("description", .string(headline))
        return .object(object)
    }
}
