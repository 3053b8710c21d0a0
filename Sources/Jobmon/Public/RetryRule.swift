import JobmonCore

/// What follows failures with one cause: how often the job is tried again beside its retries, and with what.
public struct RetryRule: Sendable, Hashable {
    /// The rule as `jobmon run --retry` takes it, such as `oom:3,mem=1.5x`.
    public let text: String

    /// A rule as `jobmon run --retry` takes it.
    /// - Throws: `invalid`, which says what is wrong with the text.
    public init(_ text: String) throws(JobmonError) {
        do throws(Problem) {
            self.text = try RelaunchRule(text).description
        } catch {
            throw JobmonError(error)
        }
    }

    private init(_ match: String, _ times: Int, _ memory: Double?, _ time: Double?, _ elsewhere: Bool) {
        func factor(_ factor: Double) -> String {
            "\(min(max(1, factor.isFinite ? factor : 1), RelaunchRule.mostFactor))x"
        }
        var text = "\(match):\(min(max(0, times), RelaunchRule.mostAttempts))"
        if let memory { text += ",mem=\(factor(memory))" }
        if let time { text += ",time=\(factor(time))" }
        if elsewhere { text += ",elsewhere" }
        self.text = text
    }

    /// A rule for failures with a cause.
    /// - Parameters:
    ///   - cause: the cause; `cancelled` and `submitFailed` are never retried, and a rule for them is refused when the
    ///     queue is opened.
    ///   - times: how often the job is tried again after such failures, 0 to 1,000; 0: never, whatever retries are left.
    ///   - memory: the next attempt requests this multiple of the memory, 1 to 100; nil: as much.
    ///   - time: the same for the run time.
    ///   - elsewhere: the next attempt runs on another host of the cluster, if there is one.
    public static func after(
        _ cause: FailureCause, times: Int, memory: Double? = nil, time: Double? = nil, elsewhere: Bool = false
    ) -> RetryRule {
        RetryRule(cause.rawValue, times, memory, time, elsewhere)
    }

    /// A rule for ends with an exit code, 1 to 255.
    public static func afterExitCode(
        _ code: Int, times: Int, memory: Double? = nil, time: Double? = nil, elsewhere: Bool = false
    ) -> RetryRule {
        RetryRule("exit=\(code)", times, memory, time, elsewhere)
    }
}
