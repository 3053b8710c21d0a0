import JobmonCore

@testable import JobmonExecutors

/// The dialect of a scheduler that does not exist, as a pattern for one that does. It is all that the engine needs of a
/// scheduler: how its commands are called, and what they answer.
///
/// To make it a scheduler that users can name, `ClusterScheduler` gets a case, and `ClusterScheduler.signs`,
/// `WrapperDialect.of` and `BatchDialect.of` a line each.
extension BatchDialect {
    static let pretend = BatchDialect(
        name: "pretend", title: "Pretend", prefixes: ["pretend: "],
        environment: CommandEnvironment(submits: ["psub"]), asksForEnvironments: false,
        traitCommands: { _ in [["plimits"]] },
        readTraits: { results, traits in
            if let most = results.first.flatMap({ Int($0.output.trimmed) }) { traits.maxTasks = most }
        },
        reserved: { $0 == "-n" ? $0 : nil },
        submit: { submission, _ throws(Problem) in
            guard submission.request.gpus ?? 0 == 0 else { throw Problem(.invalid, "Pretend has no GPUs") }
            return ["psub", "-n", submission.name, "-c", "\(submission.count)", submission.script]
        },
        readSubmit: { result in
            if let job = Int(result.output.trimmed) { return .job("\(job)") }
            return result.text.contains("full") ? .tooMany(result.text) : .refused(result.text)
        },
        hopelessSubmit: nil, list: ["plist"],
        readList: { result throws(ExecutorError) in
            guard result.status == 0 else { throw .unreachable(result.text) }
            // JOB TASK STATE NAME
            return result.output.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 4, let task = Int(words[1]) else { return nil }
                return ListedTask(
                    job: String(words[0]), numbers: [task...task], standing: words[2] == "waits" ? .waiting : .running,
                    mark: String(words[3]))
            }
        },
        probe: nil, readProbe: { _ in true }, explain: nil, readExplanations: { _ in [:] },
        account: { wanted, _ in ["pdone"] + wanted.compactMap(\.job) },
        readAccounts: { result throws(ExecutorError) in
            guard result.status == 0 else { throw .unreachable(result.text) }
            // JOB TASK NAME EXITCODE
            return result.output.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 4, let task = Int(words[1]), let code = Int(words[3]) else { return nil }
                return AccountedTask(
                    job: String(words[0]), numbers: [task...task], name: String(words[2]), isFinal: true,
                    outcome: Outcome(evidence: Evidence(exitCode: code)))
            }
        },
        cancel: { _, job, numbers in ["pkill", job] + numbers.map { "\($0)" } },
        readCancel: { $0.status == 0 ? nil : $0.text }, nodes: ["phosts"],
        readNodes: { $0.output.split(separator: "\n").map(String.init) }, limits: [], readLimits: { _ in [:] },
        hosts: { _ in ["phosts"] },
        readHosts: { _ in ["here": true] },
        exclude: { _, _, _ in nil }, executorID: { "\($0):\($1)" },
        timeLimit: { $0 }, confirm: { ["plist", $0] },
        readConfirmation: { result, name, number throws(ExecutorError) in
            guard result.status == 0 else { throw .unreachable(result.text) }
            return result.output.contains(" \(number) ") ? .present : .unknownJob
        },
        word: { SchedulerWord($0) }, listsArrays: true,
        goneUnstarted: { _, _ in Outcome(status: .cancelled, cause: .cancelled, description: "gone before it started") }
    )
}
