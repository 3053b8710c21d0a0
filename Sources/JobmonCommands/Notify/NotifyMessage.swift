import JobmonCore
import JobmonQueue

/// A message about the jobs of a queue, for a program or a webhook: counts and masked titles, and more only where it was
/// asked for. docs/notify.md describes its JSON.
struct NotifyMessage: Sendable, Equatable {
    /// The version of the JSON. Members may be added to a version; none is removed or changes its meaning.
    static let version: Int64 = 1
    /// The maximum number of groups that the last message lists.
    static let listed = 12

    /// What it is about.
    enum Content: Sendable, Equatable {
        /// A group of errors that is new.
        case group(Group)
        /// The number of further new groups; none of them, nor any later one, has a message.
        case moreGroups(Int)
        /// The jobs are over, or no more are run.
        case end(End)
    }

    /// A group of errors.
    struct Group: Sendable, Equatable {
        /// Such as `E3`.
        var name: String
        /// Masked, in one printable line.
        var title: String
        /// The number of jobs that have such an error.
        var jobs: Int
        /// That of its example.
        var cause: Cause?
        var details: Details?
    }

    /// What may be private about a group.
    struct Details: Sendable, Equatable {
        /// The number and the name of a job that has such an error.
        var jid: Int64
        var job: String
        /// The line of its error, masked.
        var headline: String
        var host: String?
        /// The command that shows the group.
        var command: String
    }

    struct End: Sendable, Equatable {
        var ending: Ending
        /// The duration of the run; nil: unknown.
        var seconds: Double?
        /// Those of the jobs that failed, at most `listed`; those of most jobs first.
        var groups: [Group] = []
        /// The number of those that are not listed.
        var moreGroups = 0
        /// What ended the run, where more than counts was asked for.
        var problem: String?
    }

    enum Ending: String, Sendable {
        /// Every job is over.
        case done
        /// Too many jobs failed.
        case halted
        /// On request.
        case stopped
        /// By an error of the ledger or the executor.
        case failed
    }

    /// Where it comes from, which may be private.
    struct Origin: Sendable, Equatable {
        var host: String
        var directory: String
    }

    /// Nil: the jobs of all queues.
    var queue: String?
    var counts: QueueCounts
    var content: Content
    var origin: Origin?

    var json: JSON {
        var object: JSONObject = [
            "version": .int(Self.version), "event": .string(event), "queue": queue.map { .string($0) } ?? .null,
            "text": .string(text), "counts": counts.json,
        ]
        switch content {
        case .group(let group): object.append("group", group.json)
        case .moreGroups(let count): object.append("more_groups", .int(Int64(count)))
        case .end(let end):
            object.append("ending", .string(end.ending.rawValue))
            object.append("seconds", end.seconds.map { .double(($0 * 1000).rounded() / 1000) } ?? .null)
            object.append("groups", .array(end.groups.map(\.json)))
            object.append("more_groups", .int(Int64(end.moreGroups)))
            object.append("problem", ifPresent: end.problem.map { .string($0) })
        }
        if let origin {
            object.append("host", .string(origin.host))
            object.append("directory", .string(origin.directory))
        }
        return .object(object)
    }

    private var event: String {
        switch content {
        case .group: "group"
        case .moreGroups: "more_groups"
        case .end: "end"
        }
    }

    /// One sentence, for receivers that show only that.
    var text: String { Self.harmless("\(Printable.line(queue ?? "all queues")): \(sentence)") }

    private var sentence: String {
        switch content {
        case .group(let group):
            "new error \(group.name) in \(Units.count(group.jobs, "job")): \(group.title) (\(progress))"
        case .moreGroups(let count):
            "\(Units.count(count, "more new group")) of errors; further ones are not announced (\(progress))"
        case .end(let end): words(of: end)
        }
    }

    /// `120 of 500 jobs over, 14 failed`.
    private var progress: String {
        "\(Units.grouped(counts.over)) of \(Units.count(counts.total, "job")) over, \(Units.grouped(counts.failed)) failed"
    }

    private func words(of end: End) -> String {
        let head =
            switch end.ending {
            case .done: "done"
            case .halted: "halted, because too many jobs failed"
            case .stopped: "stopped"
            case .failed: "ended by an error"
            }
        guard counts.total > 0 else { return "\(head), no jobs" }
        var parts = ["\(Units.grouped(counts.complete)) complete"]
        if counts.failed > 0 { parts.append("\(Units.grouped(counts.failed)) failed") }
        if counts.cancelled > 0 { parts.append("\(Units.grouped(counts.cancelled)) cancelled") }
        if counts.running > 0 { parts.append("\(Units.grouped(counts.running)) running") }
        if counts.queued > 0 { parts.append("\(Units.grouped(counts.queued)) queued") }
        if counts.unclear > 0 { parts.append("\(Units.grouped(counts.unclear)) unclear") }
        let time = end.seconds.map { " in \(Units.duration($0))" } ?? ""
        let jobs = "\(head)\(time), \(Units.count(counts.total, "job")): \(parts.joined(separator: ", "))"
        guard let first = end.groups.first else { return jobs }
        let groups = Units.count(end.groups.count + end.moreGroups, "group")
        let most = end.groups.count > 1 ? ", most in \(first.name)" : ", \(first.name)"
        return "\(jobs); \(groups) of errors\(most) (\(Units.count(first.jobs, "job"))): \(first.title)"
    }

    /// The text without what gives it a meaning where it is shown: a part of it was written by jobs, and chat programs
    /// make a link of `<…>`, and call everybody for `@channel`.
    private static func harmless(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "<": result += "‹"
            case ">": result += "›"
            case "@": result += "(at)"
            default: result.append(character)
            }
        }
        return result
    }
}

extension NotifyMessage.Group {
    /// The maximum columns of a title or of the line of an error.
    private static let widest = 300

    /// - Parameters:
    ///   - example: what is known of the error of the group's example.
    ///   - directory: the root of the ledger's directory, if details are sent; nil: they are not.
    init(_ group: ErrorGroup, _ example: GroupExample?, detailsOf directory: String?) {
        name = ErrorGroup.name(group.number)
        title = Self.shown(group.title)
        jobs = group.jobs
        cause = example?.cause
        details = directory.map { directory in
            NotifyMessage.Details(
                jid: group.example, job: Self.shown(example?.job ?? ""), headline: Self.shown(group.exampleLine),
                host: example?.host,
                command: "jobmon errors -d \(ShellWord.quoted(directory)) \(ErrorGroup.name(group.number))")
        }
    }

    /// A text of a job as everybody may see it.
    private static func shown(_ text: String) -> String {
        DisplayWidth.cut(Printable.line(SecretMask.masked(text)), to: widest)
    }

    var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "title": .string(title), "jobs": .int(Int64(jobs)),
            "cause": cause.map { .string($0.rawValue) } ?? .null,
        ]
        if let details {
            object.append(
                "example",
                [
                    "jid": .int(details.jid), "name": .string(details.job), "headline": .string(details.headline),
                    "host": details.host.map { .string($0) } ?? .null,
                ])
            object.append("command", .string(details.command))
        }
        return .object(object)
    }
}
