import ArgumentParser
import JobmonCore

/// What follows failures, by their cause.
struct RelaunchOptions: ParsableArguments {
    @Option(
        name: .customLong("retry"),
        help: ArgumentHelp(
            "What follows failures with one cause: CAUSE:TIMES[,mem=FACTOR][,time=FACTOR][,elsewhere], such as "
                + "oom:3,mem=1.5x, exit:0, exit=75:5 or E3:1 (a group of errors). It replaces --retries for them. "
                + "Default: once with 1.5x the memory after out_of_memory, once with 1.5x the run time after time_limit, "
                + "and up to 3 times in a row on another host after node_failure, preempted, requeued and lost. none: "
                + "no default. Repeatable.",
            valueName: "rule"))
    var retry: [String] = []

    @Option(
        help: ArgumentHelp(
            "Retries never request more memory than this, such as 64G. Default: what the partition can give.",
            valueName: "size"))
    var maxMemory: String?

    @Option(
        help: ArgumentHelp(
            "Retries never request more run time than this, such as 2d. Default: what the partition can give.",
            valueName: "time"))
    var maxRuntime: String?

    /// Whether any of it is given.
    var isGiven: Bool { !retry.isEmpty || maxMemory != nil || maxRuntime != nil }

    /// - Throws: `CommandFailure` for what is no rule, size or time.
    func rules() throws -> RelaunchRules {
        var limits = RelaunchLimits()
        if let maxMemory {
            guard let bytes = Quantity.bytes(maxMemory) else {
                throw CommandFailure(
                    .usage, "invalid size \"\(maxMemory)\" for --max-memory", hint: "use 512M or 64G")
            }
            limits.memory = bytes
        }
        if let maxRuntime {
            guard let seconds = Quantity.seconds(maxRuntime) else {
                throw CommandFailure.invalidDuration(maxRuntime, for: "--max-runtime")
            }
            limits.runtime = seconds
        }
        return try Self.rules(retry, limits: limits, option: "--retry")
    }

    static func check(retries: Int) throws {
        guard (0...ProtocolLimits.retries).contains(retries) else {
            throw CommandFailure(
                .usage, "--retries must be 0 to \(Units.grouped(ProtocolLimits.retries)), not \(retries)")
        }
    }

    /// - Parameter option: where the texts come from, for the message.
    static func rules(
        _ texts: [String], limits: RelaunchLimits = RelaunchLimits(), option: String
    ) throws -> RelaunchRules {
        do throws(Problem) {
            return try RelaunchRules(texts: texts, limits: limits)
        } catch {
            throw CommandFailure(.usage, "\(option): \(error.message)", hint: error.hint)
        }
    }
}
