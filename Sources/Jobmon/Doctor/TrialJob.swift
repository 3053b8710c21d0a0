import FoundationEssentials
import Glibc
import JobmonCore
import JobmonReporting
import JobmonSystem

/// A job of one second that goes the whole way, through the program that users call: from `jobmon run` to the executor, and
/// its end back into a ledger. It has a directory of its own, which is removed afterwards.
struct TrialJob: Sendable {
    let executable: String
    /// The folder that gets the directory.
    let folder: String
    let executor: String
    let options: [String]
    /// Seconds within which the job must be back.
    let patience: Double

    /// Seconds for `jobmon run` to take the job back from the scheduler, which it tries for two minutes.
    private static let grace = 130.0

    /// Runs it.
    /// - Parameter reason: why the scheduler lets the task of a name wait; nil: it does not say.
    func run(_ reason: @escaping @Sendable (_ executorID: String) async -> String?) async -> Diagnosis {
        // Nobody else can have made it, or a job of an earlier look be in it.
        var template = Array("\(folder)/.jobmon-doctor.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            return Diagnosis("job", .wrong, "no directory can be made in \(folder): \(SystemError.text())")
        }
        let root = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let layout = DirectoryLayout(root: root)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let begun = TimeSource.system.steadySeconds()
        do throws(Problem) {
            let words =
                ["run", "-d", layout.root, "--executor", executor, "--queue", "doctor", "--no-progress"]
                + (executor == QueueExecutor.local ? [] : ["--poll", "1s", "--cancel-on-exit"]) + options
                + ["--", "sleep", "1"]
            async let waiting = reasonOfWaiting(layout, reason)
            let finished = try await ShortProgram.run(
                executable, words, input: [], within: patience, grace: Self.grace)
            let seconds = TimeSource.system.steadySeconds() - begun
            let why = finished.end == .outOfTime ? await waiting : nil
            let instance = await Self.instance(layout)
            return diagnosis(finished, instance, seconds: seconds, why)
        } catch {
            return Diagnosis("job", .wrong, error.message, advice: error.hint)
        }
    }

    private func diagnosis(
        _ finished: ShortProgram.Finished, _ instance: InstanceRecord?, seconds: Double, _ why: String?
    ) -> Diagnosis {
        let place = [instance?.executorID.map { "\(executor) \($0)" }, instance?.node.map { "on \($0)" }].compactMap(
            \.self)
        let whereabouts = place.isEmpty || executor == QueueExecutor.local ? "" : " (\(place.joined(separator: ", ")))"
        if instance?.status == .complete, finished.end == .exited(0) {
            return Diagnosis(
                "job", .ok, "a job of one second came back after \(Units.duration(seconds))\(whereabouts)")
        }
        let isLeft = finished.end == .outOfTime && instance?.status.isFinal != true && instance?.executorID != nil
        if isLeft {
            return Diagnosis(
                "job", .wrong,
                "a job of one second did not come back within \(Units.duration(patience))\(whereabouts), and could not be "
                    + "taken back", advice: "end it with the scheduler's own command")
        }
        if finished.end == .outOfTime, instance?.startedDate != nil {
            return Diagnosis(
                "job", .wrong,
                "a job of one second started, and did not come back within \(Units.duration(patience))"
                    + whereabouts, advice: "if the cluster is busy, wait longer with --within 10m")
        }
        if finished.end == .outOfTime {
            return Diagnosis(
                "job", .wrong,
                "a job of one second did not start within \(Units.duration(patience))\(whereabouts)"
                    + (why.map { "; the scheduler says: \($0)" } ?? ""),
                advice: "if the cluster is busy, wait longer with --within 10m, or name a partition or queue with room")
        }
        guard let instance, instance.status.isFinal else {
            let said = finished.said.split(separator: "\n").last.map { ": \($0)" } ?? ""
            return Diagnosis("job", .wrong, "a job of one second did not come back\(whereabouts)\(said)")
        }
        return Diagnosis(
            "job", .wrong, "a job of one second ended otherwise\(whereabouts): \(instance.failure)",
            advice: executor == QueueExecutor.local
                ? nil : "nodes need \(folder) and \(executable) under the same paths as this host")
    }

    private static func instance(_ layout: DirectoryLayout) async -> InstanceRecord? {
        guard let access = try? await DirectoryAccess.open(layout, wait: 5) else { return nil }
        return try? await access.reading.job(1).instances.last
    }

    /// Shortly before the time is over: why the task waits.
    private func reasonOfWaiting(
        _ layout: DirectoryLayout, _ reason: @Sendable (_ executorID: String) async -> String?
    ) async -> String? {
        guard (try? await Task.sleep(for: .seconds(max(0, patience - 2)))) != nil,
            let id = await Self.instance(layout)?.executorID
        else { return nil }
        return await reason(id)
    }
}
