import Jobmon
import JobmonCore
import JobmonQueue
import JobmonViews

/// What `run --size-from QUEUE` requests for jobs that request nothing themselves: what `jobmon usage` recommends for the
/// jobs of a queue.
struct RunSizes: Sendable {
    var queue: String
    /// By the name of the jobs.
    var byName: [String: UsageGroup] = [:]
    /// For all jobs of the queue together; nil: none has finished, runs, or was ended at a limit.
    var all: UsageGroup?

    /// What jobs of one name are to be given.
    struct Wanted: Hashable {
        var name: String
        var memory: Bool
        var runtime: Bool
    }

    /// What they are given, and what is said of it.
    struct Taken {
        /// Bytes.
        var memory: Int64?
        /// Seconds.
        var runtime: Double?
        var sentence: String
    }

    /// Asks the directory's monitor, or reads its file.
    /// - Throws: `CommandFailure` if the directory cannot be used.
    static func read(_ queue: String, in layout: DirectoryLayout) async throws -> RunSizes {
        do throws(Problem) {
            let access = try await DirectoryAccess.open(layout)
            let filter = JobFilter(queue: queue)
            let names = try await UsageAnswer.asked(
                filter, UsageQuestion(keys: [.name], limit: UsageQuestion.mostGroups), of: access)
            let all = try await UsageAnswer.asked(filter, UsageQuestion(keys: [.queue]), of: access)
            var sizes = RunSizes(queue: queue, all: all.groups.first)
            for group in names.groups {
                if let name = group.keys.first?.value { sizes.byName[name] = group }
            }
            return sizes
        } catch {
            throw CommandFailure(.ledger, error)
        }
    }

    /// - Throws: `CommandFailure` if nothing of what is wanted is recommended.
    func taken(_ wanted: Wanted) throws -> Taken {
        let own = byName[wanted.name]
        guard let group = own ?? all else {
            throw CommandFailure(
                .failed, "--size-from: no job of the queue \"\(queue)\" has finished",
                hint: "give --memory and --runtime")
        }
        var parts: [String] = []
        var refusals: [String] = []
        var taken = Taken(sentence: "")
        if wanted.memory {
            switch group.memory.advice {
            case .request(let found):
                taken.memory = Int64(found.request)
                parts.append("--memory \(UsageWords.request(memory: found.request)) (\(Self.ground(found)))")
            case .refused(let sentence): refusals.append("no memory: \(sentence)")
            }
        }
        if wanted.runtime {
            switch group.time.advice {
            case .request(let found):
                taken.runtime = found.request
                parts.append("--runtime \(UsageWords.request(time: found.request)) (\(Self.ground(found)))")
            case .refused(let sentence): refusals.append("no run time: \(sentence)")
            }
        }
        let source = own == nil ? "all jobs of the queue \(queue)" : "jobs of that name in the queue \(queue)"
        guard !parts.isEmpty else {
            throw CommandFailure(
                .failed,
                "--size-from: nothing is recommended for \"\(wanted.name)\", from \(source): "
                    + refusals.joined(separator: "; "), hint: "give --memory and --runtime; see jobmon usage")
        }
        taken.sentence = "\(wanted.name): \((parts + refusals).joined(separator: ", ")), from \(source)"
        return taken
    }

    /// What a request rests on.
    private static func ground(_ found: SizeRecommendation) -> String {
        "\(Units.count(found.jobs, "job")), \(UsageWords.share(found.risk)) risk"
    }
}

extension RunPlan {
    /// Names of which it is said what their jobs are given.
    private static let saidNames = 5

    /// Requests for each job what it does not request itself. - Throws: `CommandFailure` if nothing is recommended.
    mutating func take(_ sizes: RunSizes) throws {
        var known: [RunSizes.Wanted: RunSizes.Taken] = [:]
        for index in jobs.indices {
            let job = jobs[index].description
            let wanted = RunSizes.Wanted(
                name: job.shownName, memory: job.resources["memory"] == nil, runtime: job.resources["runtime"] == nil)
            guard wanted.memory || wanted.runtime else { continue }
            let taken: RunSizes.Taken
            if let same = known[wanted] {
                taken = same
            } else {
                taken = try sizes.taken(wanted)
                known[wanted] = taken
                if known.count <= Self.saidNames { remarks.append(taken.sentence) }
            }
            if let memory = taken.memory { jobs[index].description.resources.append("memory", .int(memory)) }
            if let runtime = taken.runtime { jobs[index].description.resources.append("runtime", .double(runtime)) }
        }
        if known.count > Self.saidNames {
            remarks.append("and jobs of \(Units.count(known.count - Self.saidNames, "further name"))")
        }
        if known.isEmpty { remarks.append("--size-from: no job is without a request of its own") }
    }
}
