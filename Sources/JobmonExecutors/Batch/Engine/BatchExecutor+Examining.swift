import Glibc
package import JobmonCore

extension BatchExecutor {
    /// Looks at the scheduler before jobs are given to it: its commands, its version, whether it answers, its accounting, and
    /// its limits. It only asks.
    /// - Parameter say: is called with what is found, as soon as it is.
    /// - Returns: whether jobs can be given to it.
    package func examine(_ say: @Sendable (Diagnosis) async throws -> Void) async throws -> Bool {
        guard let examination = dialect.examination else { return true }
        let missing = examination.programs.filter { !Self.isOnPath($0) }
        guard missing.isEmpty else {
            try await say(
                Diagnosis(
                    "scheduler", .wrong,
                    "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") not on PATH",
                    advice: "run this where the commands of \(dialect.title) are, or load their module"))
            return false
        }
        for diagnosis in await self.versionLines() { try await say(diagnosis) }
        let answer = await self.answerLine()
        try await say(answer)
        guard answer.verdict == .ok else { return false }
        try await say(await accountingLine(examination))
        var answers: [CommandResult?] = []
        let user = Self.user
        for question in examination.questions(user) { answers.append(try? await run(question)) }
        let found = examination.read(answers, user)
        for diagnosis in found { try await say(diagnosis) }
        return !found.contains { $0.verdict == .wrong }
    }

    private func versionLines() async -> [Diagnosis] {
        guard let command = dialect.versionCommand?.joined(separator: " ") else { return [] }
        guard let version = await version() else {
            return [
                Diagnosis(
                    "version", .remark,
                    "\(command) shows no version that is known; what differs between versions is taken to be ambiguous")
            ]
        }
        return [Diagnosis("version", .ok, "\(dialect.title): \(version)")]
            + dialect.rules.map { rule in
                Diagnosis(
                    "version", rule.missing == nil ? .ok : .remark,
                    rule.text + (rule.missing.map { "; missing: \($0)" } ?? ""))
            }
    }

    private func answerLine() async -> Diagnosis {
        let begun = now()
        do throws(ExecutorError) {
            _ = try await listed()
            return Diagnosis("scheduler", .ok, "\(dialect.title) answers, in \(Units.duration(now() - begun))")
        } catch {
            let reason =
                switch error {
                case .unreachable(let reason): reason
                case .unusable(let problem): problem.message
                }
            return Diagnosis(
                "scheduler", .wrong, "\(dialect.title) does not answer: \(reason)",
                advice: "try again when it does; no job is lost meanwhile")
        }
    }

    private func accountingLine(_ examination: SchedulerExamination) async -> Diagnosis {
        let without = "jobs report their own end; of one that could not, it may stay unknown how it ended"
        guard Self.isOnPath(examination.accounting) else {
            return Diagnosis("accounting", .remark, "\(examination.accounting) is not on PATH: \(without)")
        }
        // Of a job that nobody has: what counts is that there is an answer.
        let nobody = AccountedBatch(
            job: "1", name: "jobmon.doctor.none", intended: configuration.time.now(), numbers: [1])
        do throws(ExecutorError) {
            _ = try dialect.readAccounts(try await run(dialect.account([nobody], configuration.time.now())))
            return Diagnosis("accounting", .ok, "it can be read (\(examination.accounting))")
        } catch {
            return Diagnosis("accounting", .remark, "it cannot be read (\(error)): \(without)")
        }
    }

    /// Why the scheduler lets one of its jobs wait, in its own words; nil: it does not wait, or that is not said.
    /// - Parameter id: the scheduler's name of the task.
    package func reasonOfWaiting(_ id: String) async -> String? {
        guard let examination = dialect.examination, let result = try? await run(examination.askWaiting(id)) else {
            return nil
        }
        return examination.readWaiting(result)
    }

    static func isOnPath(_ program: String) -> Bool {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    private static var user: String {
        guard let entry = getpwuid(getuid()) else { return "\(getuid())" }
        return String(cString: entry.pointee.pw_name)
    }
}

extension ClusterScheduler {
    /// Whether the command that submits its jobs is on PATH.
    package var isHere: Bool {
        BatchDialect.of(self).environment.submits.contains { BatchExecutor.isOnPath($0) }
    }
}
